package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.node.StableHash;
import org.jspecify.annotations.Nullable;

/*
 * Every node gives every key a score, and the highest bidder has the key (Thaler and Ravishankar,
 * 1998): when a node goes, only its own keys move, and when one comes, it takes only its share. With
 * weights a score is -w / ln(h), h being the hash as a fraction, which gives each node its weight's
 * share of the keys (Schindelhauer and Schomaker, 2005). No node takes more than its share of what
 * is in flight just now times the bound; who is over it passes the key on to the next highest bidder
 * (Mirrokni, Thorup and Zadimoghaddam: consistent hashing with bounded loads, 2018). While there are
 * only a few in flight for each node, nobody has too much to do: a bound of one or two would move
 * keys about for nothing.
 *
 * Every node is looked at, as cheaply as can be: the logarithm is left out where all weights are the
 * same or where it can't lead to the highest bid, and only who would bid more than the highest so
 * far is asked whether it may.
 */
/** The node that a key belongs to, for the sake of its cache, unless it has too much to do. */
final class Rendezvous implements Picker {
  /** Fewer in flight for each node on average count as so many. */
  private static final int FEW = 3;

  private final Candidate[] group;
  private final double bound;
  private final Picker otherwise; // for requests without a key

  Rendezvous(Candidate[] group, double bound, Picker otherwise) {
    this.group = group;
    this.bound = bound;
    this.otherwise = otherwise;
  }

  @Override
  public @Nullable Candidate pick(Tried tried, RequestHint hint, long random) {
    if (!hint.hasAffinity()) {
      return otherwise.pick(tried, hint, random);
    }
    double weights = 0;
    double weight = 0; // of the first
    boolean alike = true;
    long inFlight = 1; // this one included
    for (Candidate candidate : group) {
      double its = candidate.weight();
      if (its > 0) {
        weight = weight == 0 ? its : weight;
        alike &= its == weight;
        weights += its;
        inFlight += candidate.inFlight();
      }
    }
    double perWeight = bound * Math.max(inFlight, (long) FEW * group.length) / weights;
    Candidate best = highest(tried, hint.affinity(), alike, perWeight);
    return best != null ? best : highest(tried, hint.affinity(), alike, Double.MAX_VALUE);
  }

  /** The highest bidder of those that have no more than this in flight for their weight. */
  private @Nullable Candidate highest(Tried tried, long key, boolean alike, double perWeight) {
    Candidate best = null;
    double highest = 0;
    for (Candidate candidate : group) {
      long hash = StableHash.mix(candidate.hash(), key) >>> 11;
      double bid = alike ? hash + 1.0 : bid(candidate.weight(), hash, highest);
      if (bid > highest
          && Picker.open(candidate, tried)
          && candidate.inFlight() + 1 <= Math.ceil(perWeight * candidate.weight())) {
        best = candidate;
        highest = bid;
      }
    }
    return best;
  }

  /** The bid, or 0 where it can't be higher than that; mostly it can't, and needs no logarithm. */
  private static double bid(double weight, long hash, double highest) {
    double fraction = (hash + 0.5) * 0x1.0p-53;
    // -ln(x) > 1 - x, so this is a bound
    return weight <= highest * (1 - fraction) ? 0 : -weight / Math.log(fraction);
  }
}
