package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.node.StableHash;
import org.jspecify.annotations.Nullable;

/*
 * Least loaded of a few, in three steps:
 *
 * 1. Sample. Of a small group all are looked at; of a larger one as many distinct ones as there are
 *    choices, one from each of that many equal strata of the ring, which a random rotation turns, so
 *    that every node is as likely as any other and none is drawn twice. Nothing is shuffled or
 *    sorted.
 * 2. Compare load / weight, lower wins. Load counts attempts in flight to the end of their bodies
 *    plus the decaying failure penalty.
 * 3. Ties are the rule while a client has fewer requests than the set has nodes. Of the tied ones,
 *    those whose time to first byte is about the best of them are drawn from by weight; the others,
 *    clearly slower, are left alone. "About" is wide on purpose: a sharp comparison would send a
 *    client of few requests to one node for ever, on noise alone. Never by index.
 *
 * The tied ones are kept as bits of a long, so that one pass over the sample is enough and nothing
 * is allocated. Whole-request time is no signal: a 5 GB upload would make a healthy node look slow.
 */
/** Picks the least loaded of a few distinct candidates. */
final class LeastLoaded implements Picker {
  /** Looking at sixteen costs less than a cache miss more than sampling five, and knows more. */
  static final int SCAN_ALL = 16;

  /** From two to five the gain in tail latency is large, beyond that small. */
  static final int CHOICES = 5;

  /** The tied ones must fit into a long, and the offsets of a sample into another. */
  static final int MOST_CHOICES = 16;

  /** Three times the best time to first byte is clearly slower ... */
  private static final int SLOWER = 3;

  /** ... unless nobody feels it: two milliseconds. */
  private static final long UNFELT = 2_000_000;

  private final Candidate[] group;
  private final int choices;
  private final int scanAll;
  private final int[] strata; // where each begins, and after the last where the ring ends

  /** Looks at all of up to {@code scanAll} candidates, at {@code choices} of more. */
  LeastLoaded(Candidate[] group, int choices, int scanAll) {
    this.group = group;
    this.choices = choices;
    this.scanAll = scanAll;
    this.strata = new int[choices + 1];
    for (int k = 0; k <= choices; k++) {
      strata[k] = (int) ((long) k * group.length / choices);
    }
  }

  @Override
  public @Nullable Candidate pick(Tried tried, RequestHint hint, long random) {
    int n = group.length;
    if (n <= scanAll) {
      return best(tried, random, 0, n, n);
    }
    Candidate sampled = best(tried, random, Chance.more(random), choices, n);
    return sampled != null ? sampled : anyOpen(tried, random);
  }

  /** The best of {@code looks} distinct candidates; with {@code looks} = n, of all. */
  private @Nullable Candidate best(Tried tried, long random, long offsets, int looks, int n) {
    int start = Chance.below(random, n);
    double leastLoad = 0;
    double itsWeight = 0; // 0: none found yet
    long tied = 0;
    long fastest = 0;
    boolean alike = true; // whether the tied ones have the same weight
    for (int k = 0; k < looks; k++) {
      Candidate candidate = group[index(start, k, offsets, looks, n)];
      if (!Picker.open(candidate, tried)) {
        continue;
      }
      double load = candidate.load();
      double weight = candidate.weight();
      // load / weight, without dividing
      double difference = itsWeight == 0 ? -1 : load * itsWeight - leastLoad * weight;
      if (difference < 0) {
        leastLoad = load;
        itsWeight = weight;
        tied = 1L << k;
        fastest = candidate.latency();
        alike = true;
      } else if (difference == 0) {
        tied |= 1L << k;
        fastest = Math.min(fastest, candidate.latency());
        alike &= weight == itsWeight;
      }
    }
    if (tied == 0) {
      return null;
    }
    int first = Long.numberOfTrailingZeros(tied);
    if (tied == 1L << first) {
      return group[index(start, first, offsets, looks, n)];
    }
    return drawn(tied, fastest, alike, start, random, offsets, looks);
  }

  /** One of the tied ones that are about as fast as the fastest of them, by weight. */
  private Candidate drawn(
      long tied, long fastest, boolean alike, int start, long random, long offsets, int looks) {
    int n = group.length;
    long slowest = fastest * SLOWER + UNFELT;
    long fast = 0;
    double totalWeight = 0;
    for (long rest = tied; rest != 0; rest &= rest - 1) {
      int k = Long.numberOfTrailingZeros(rest);
      Candidate candidate = group[index(start, k, offsets, looks, n)];
      if (candidate.latency() <= slowest) {
        fast |= 1L << k;
        totalWeight += alike ? 1 : candidate.weight();
      }
    }
    // The latencies move meanwhile, so it may be that none is fast any more.
    long among = fast == 0 ? tied : fast;
    double mark =
        Chance.unit(StableHash.mix(random)) * (fast == 0 ? Long.bitCount(tied) : totalWeight);
    int k = Long.numberOfTrailingZeros(among);
    for (long rest = among; rest != 0; rest &= rest - 1) {
      k = Long.numberOfTrailingZeros(rest);
      mark -= alike || fast == 0 ? 1 : group[index(start, k, offsets, looks, n)].weight();
      if (mark < 0) {
        break;
      }
    }
    return group[index(start, k, offsets, looks, n)];
  }

  /** The k-th of the candidates to look at; the same for the same arguments. */
  private int index(int start, int k, long offsets, int looks, int n) {
    int index = start + k;
    if (looks < n) {
      long bits = looks <= 5 ? slice(offsets, k) : spread(offsets, k);
      index = start + strata[k] + Chance.below(bits, strata[k + 1] - strata[k]);
    }
    return index >= n ? index - n : index;
  }

  /** Twelve of the bits for each of five strata, in the upper half of a long. */
  private static long slice(long offsets, int k) {
    return (offsets >>> (12 * k) & 0xFFF) << 52;
  }

  private static long spread(long offsets, int k) {
    return StableHash.mix(offsets + k);
  }

  /**
   * Where the whole sample was tried or full: the least loaded of the next ones that are not. Of
   * equal ones any by weight, not the first: that is the one behind the widest gap.
   */
  private @Nullable Candidate anyOpen(Tried tried, long random) {
    int n = group.length;
    long bits = StableHash.mix(~random);
    int start = Chance.below(bits, n);
    Candidate best = null;
    double leastLoad = 0;
    double itsWeight = 0;
    double totalWeight = 0; // of those that are equal
    int found = 0;
    for (int k = 0; k < n && found < SCAN_ALL; k++) {
      Candidate candidate = group[start + k < n ? start + k : start + k - n];
      if (!Picker.open(candidate, tried)) {
        continue;
      }
      found++;
      double load = candidate.load();
      double weight = candidate.weight();
      double difference = best == null ? -1 : load * itsWeight - leastLoad * weight;
      if (difference < 0) {
        best = candidate;
        leastLoad = load;
        itsWeight = weight;
        totalWeight = weight;
      } else if (difference == 0) {
        totalWeight += weight;
        bits = Chance.more(bits);
        if (Chance.unit(bits) * totalWeight < weight) {
          best = candidate;
        }
      }
    }
    return best;
  }
}
