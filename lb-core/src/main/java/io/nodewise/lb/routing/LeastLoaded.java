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
 *    plus the decaying failure penalty. A node clearly slower to answer than the fastest looked at
 *    counts as having two more: else whoever finds every other node of a sample with something to do
 *    goes to the slow one, just because nobody else does.
 * 3. Ties are the rule while a client has fewer requests than the set has nodes. Of the tied ones,
 *    those whose time to first byte is about the best of them are drawn from, by weight and by the
 *    square of their speed; the others, clearly slower, are left alone. "About" is wide on purpose,
 *    and a draw is no contest: a sharp comparison would send a client of few requests to one node
 *    for ever, on noise alone. Never by index.
 *
 * The tied ones are kept as bits of a long, so that one pass over the sample is enough and nothing
 * is allocated. What chance decides is written without branches where it can be: a processor guesses
 * half of those wrong, and each wrong guess costs as much as looking at three more nodes. Whole-request time is no signal: a 5 GB upload would make a healthy node look slow.
 */
/** Picks the least loaded of a few distinct candidates. */
final class LeastLoaded implements Picker {
  /**
   * Looking at all costs some nanoseconds a node and knows more: of twenty nodes that four hundred
   * clients share, the slowest hundredth of the reads take half as long as by a sample of five.
   */
  static final int SCAN_ALL = 32;

  /** From two to five the gain in tail latency is large, beyond that small. */
  static final int CHOICES = 5;

  /** The tied ones must fit into a long, and the offsets of a sample into another. */
  static final int MOST_CHOICES = 16;

  /** Of a wider stratum twelve bits would leave out some places, and so some pairs of nodes. */
  private static final int SLICE = 1 << 12;

  /** Three times the best time to first byte is clearly slower ... */
  private static final int SLOWER = 3;

  /** ... unless nobody feels it: two milliseconds. */
  private static final long UNFELT = 2_000_000;

  /** A clearly slower node is as good as a fast one with so many attempts more. */
  private static final double SLOW_WORTH = 2;

  /** Times are compared by so much more than they are: beside it, speeds hardly differ. */
  private static final long BLUR = UNFELT / 2;

  /** Looks for one that is fast before all of them are added up. */
  private static final int DRAWS = 3;

  private final Candidate[] group;
  private final int choices;
  private final int scanAll;
  private final int width; // of a stratum
  private final boolean sliced; // whether a slice of the bits is enough for a stratum

  /** Looks at all of up to {@code scanAll} candidates, at {@code choices} of more. */
  LeastLoaded(Candidate[] group, int choices, int scanAll) {
    this.group = group;
    this.choices = choices;
    this.scanAll = scanAll;
    this.width = group.length / choices;
    this.sliced = choices <= 5 && width <= SLICE;
  }

  @Override
  public @Nullable Candidate pick(Tried tried, RequestHint hint, long random) {
    int n = group.length;
    if (n <= scanAll) {
      return best(tried, random, 0, n);
    }
    // The upper half says where to begin; two offsets and a tie are in the lower.
    long offsets = choices == 2 ? random : random * Chance.GOLDEN;
    Candidate sampled = best(tried, random, offsets, choices);
    return sampled != null ? sampled : anyOpen(tried, random);
  }

  /** The best of {@code looks} distinct candidates; with {@code looks} = n, of all. */
  private @Nullable Candidate best(Tried tried, long random, long offsets, int looks) {
    boolean fresh = tried.size() == 0;
    long slowFrom = clearlySlower(random, offsets, looks);
    double leastLoad = 0;
    double itsWeight = 0; // 0: none found yet
    long tied = 0;
    long fastest = 0; // latency of the tied ones
    boolean alike = true; // whether the tied ones have the same weight
    for (int k = 0; k < looks; k++) {
      Candidate candidate = group[index(k, random, offsets, looks)];
      double weight = candidate.weight();
      if (weight <= 0 || candidate.isFull() || (!fresh && tried.contains(candidate))) {
        continue;
      }
      double load = candidate.load();
      if (candidate.latency() > slowFrom) {
        load += SLOW_WORTH * weight;
      }
      if (weight == itsWeight) {
        if (load < leastLoad) {
          leastLoad = load;
          tied = 1L << k;
          fastest = candidate.latency();
          alike = true;
        } else if (load == leastLoad) {
          tied |= 1L << k;
          fastest = Math.min(fastest, candidate.latency());
        }
        continue;
      }
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
        alike = false;
      }
    }
    if (tied == 0) {
      return null;
    }
    if ((tied & (tied - 1)) == 0) {
      return group[index(Long.numberOfTrailingZeros(tied), random, offsets, looks)];
    }
    return drawn(tied, fastest, alike, random, offsets, looks);
  }

  /** Beyond which time to first byte a node is clearly slower than the fastest one looked at. */
  private long clearlySlower(long random, long offsets, int looks) {
    long fastest = Long.MAX_VALUE;
    for (int k = 0; k < looks; k++) {
      long latency = group[index(k, random, offsets, looks)].latency();
      // Of nodes of which nothing is known it is 0, which is less than anybody's.
      fastest = Math.min(fastest, latency == 0 ? Long.MAX_VALUE : latency);
    }
    return fastest == Long.MAX_VALUE ? fastest : fastest * SLOWER + UNFELT;
  }

  /** One of the tied ones that are not clearly slower than the fastest of them. */
  private Candidate drawn(
      long tied, long fastest, boolean alike, long random, long offsets, int looks) {
    // Those bits that nothing was drawn from so far.
    long bits = looks == group.length ? random : random << 32;
    long slowest = fastest * SLOWER + UNFELT;
    if (alike) {
      // Any of them, if it is fast, and by its speed. Otherwise again, and then by adding up: so
      // each
      // is as likely as if all had been added up at once, and mostly a look or two are enough.
      for (int draw = 0; draw < DRAWS; draw++) {
        int any = chosen(tied, Chance.below(bits, Long.bitCount(tied)));
        Candidate candidate = group[index(any, random, offsets, looks)];
        bits = Chance.more(bits);
        long latency = candidate.latency();
        if (latency <= fastest
            || (latency <= slowest && speed(latency, fastest) > Chance.unit(bits))) {
          return candidate;
        }
        bits = Chance.more(bits);
      }
    }
    long fast = fast(tied, slowest, random, offsets, looks);
    int k = byShare(fast, fastest, bits, random, offsets, looks);
    return group[index(k, random, offsets, looks)];
  }

  /** The square of the speed relative to the fastest: half as fast, a quarter of the requests. */
  private static double speed(long latency, long fastest) {
    double relative = (double) (fastest + BLUR) / (Math.max(fastest, latency) + BLUR);
    return relative * relative;
  }

  private static double share(Candidate candidate, long fastest) {
    return candidate.weight() * speed(candidate.latency(), fastest);
  }

  /** Those of the tied ones that are fast. */
  private long fast(long tied, long slowest, long random, long offsets, int looks) {
    long fast = 0;
    for (long rest = tied; rest != 0; rest &= rest - 1) {
      int k = Long.numberOfTrailingZeros(rest);
      if (group[index(k, random, offsets, looks)].latency() <= slowest) {
        fast |= 1L << k;
      }
    }
    // The latencies move meanwhile, so it may be that none is fast any more.
    return fast == 0 ? tied : fast;
  }

  private int byShare(long among, long fastest, long bits, long random, long offsets, int looks) {
    double total = 0;
    for (long rest = among; rest != 0; rest &= rest - 1) {
      int k = Long.numberOfTrailingZeros(rest);
      total += share(group[index(k, random, offsets, looks)], fastest);
    }
    double mark = Chance.unit(bits) * total;
    int k = Long.numberOfTrailingZeros(among);
    for (long rest = among; rest != 0; rest &= rest - 1) {
      k = Long.numberOfTrailingZeros(rest);
      mark -= share(group[index(k, random, offsets, looks)], fastest);
      if (mark < 0) {
        break;
      }
    }
    return k;
  }

  /** The position of the bit that so many bits of {@code among} stand below. */
  private static int chosen(long among, int below) {
    if ((among & (among + 1)) == 0) {
      return below; // an idle client: all are tied, and there is nothing to search
    }
    long rest = among;
    for (int i = 0; i < below; i++) {
      rest &= rest - 1;
    }
    return Long.numberOfTrailingZeros(rest);
  }

  /** The k-th of the candidates to look at; the same for the same arguments. */
  private int index(int k, long random, long offsets, int looks) {
    int n = group.length;
    if (looks == n) {
      return k; // all of them, and no order among them
    }
    int jitter =
        sliced
            ? (int) ((offsets >>> 12 * k & (SLICE - 1)) * width >>> 12) // one of five slices
            : Chance.below(StableHash.mix(offsets + k), width);
    int index = Chance.below(random, n) + k * width + jitter;
    return index - (n & (n - 1 - index) >> 31); // less n where it is beyond: no branch to guess
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
