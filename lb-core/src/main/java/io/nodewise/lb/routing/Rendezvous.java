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
 * (Mirrokni, Thorup and Zadimoghaddam: consistent hashing with bounded loads, 2018).
 */
/** The node that a key belongs to, for the sake of its cache, unless it has too much to do. */
final class Rendezvous implements Picker {
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
    long inFlight = 1; // this one included
    for (Candidate candidate : group) {
      if (candidate.weight() > 0) {
        weights += candidate.weight();
        inFlight += candidate.inFlight();
      }
    }
    double perWeight = bound * inFlight / weights;
    long key = hint.affinity();
    Candidate best = null;
    double highest = 0;
    Candidate over = null; // the highest of those that have too much to do
    double highestOver = 0;
    for (Candidate candidate : group) {
      if (!Picker.open(candidate, tried)) {
        continue;
      }
      double score = score(candidate, key);
      boolean isOver = candidate.inFlight() + 1 > Math.ceil(perWeight * candidate.weight());
      if (!isOver && (best == null || score > highest)) {
        best = candidate;
        highest = score;
      } else if (isOver && (over == null || score > highestOver)) {
        over = candidate;
        highestOver = score;
      }
    }
    return best != null ? best : over;
  }

  private static double score(Candidate candidate, long key) {
    double fraction = ((StableHash.mix(candidate.hash(), key) >>> 11) + 0.5) * 0x1.0p-53;
    return -candidate.weight() / Math.log(fraction);
  }
}
