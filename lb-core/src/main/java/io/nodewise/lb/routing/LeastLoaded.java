package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.node.StableHash;
import org.jspecify.annotations.Nullable;

/*
 * Least loaded of a few, in three steps:
 *
 * 1. Sample. Of a small group all are looked at; of a larger one as many distinct ones as there are
 *    choices, one from each of that many equal strata of the ring, which a random rotation turns, so
 *    that every node is as likely as any other and none is drawn twice. (Not so every pair: two
 *    neighbours seldom meet.) Nothing is shuffled or sorted.
 * 2. Compare load / weight, lower wins. Load counts attempts in flight to the end of their bodies
 *    plus the decaying failure penalty. A node clearly slower to answer than the fastest looked at
 *    counts as having two more: else whoever finds every other node of a sample with something to do
 *    goes to the slow one, just because nobody else does.
 * 3. Ties are the rule while a client has fewer requests than the set has nodes. The tied ones are
 *    drawn from, by the square of their speed; a draw is no contest: a sharp comparison would send a
 *    client of few requests to one node for ever, on noise alone. Never by index.
 *
 * Mostly one pass is enough: as long as one of the least loaded is not slow, it does not matter what
 * is added to those that are. Only otherwise, and where weights differ, is it done by the book.
 *
 * The tied ones are kept as bits of a long, so that one pass over the sample is enough and nothing
 * is allocated. What chance decides is written without branches where it can be: a processor guesses
 * half of those wrong, and each wrong guess costs as much as looking at three more nodes.
 *
 * Whole-request time is no signal: a 5 GB upload would make a healthy node look slow.
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

  /** However slow a node is, this is its speed: what is drawn by it is to stay a small number. */
  private static final double CRAWL = 0.01;

  /** How often one of the tied is drawn before all are looked at again. */
  private static final int DRAWS = 3;

  /** Of a whole attempt, so much chance is added to the load where weights differ ... */
  private static final double WHOLE = 1;

  /** ... and where they don't only as much as it takes to draw among equals. */
  private static final double HARDLY_ANY = 1e-9;

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
    double leastLoad = Double.MAX_VALUE;
    double itsWeight = 0; // 0: none found yet
    long tied = 0;
    long fastest = Long.MAX_VALUE; // of all those whose time is known
    for (int k = 0; k < looks; k++) {
      Candidate candidate = group[index(k, random, offsets, looks)];
      double weight = candidate.weight();
      if (weight <= 0 || candidate.isFull() || (!fresh && tried.contains(candidate))) {
        continue;
      }
      if (weight != itsWeight) {
        if (itsWeight != 0) {
          return best(tried, random, offsets, looks, WHOLE);
        }
        itsWeight = weight;
      }
      double load = candidate.load();
      if (load < leastLoad) {
        leastLoad = load;
        tied = 0;
      }
      tied |= load == leastLoad ? 1L << k : 0;
      long latency = candidate.latency();
      fastest = latency == 0 ? fastest : Math.min(fastest, latency);
    }
    return tied == 0 ? null : drawn(tied, fastest, tried, random, offsets, looks);
  }

  /** Beyond which time to first byte a node is clearly slower than the fastest. */
  private static long slowFrom(long fastest) {
    return fastest == Long.MAX_VALUE ? fastest : fastest * SLOWER + UNFELT;
  }

  /** One of the tied ones, which have the same weight, the likelier the faster it is. */
  private @Nullable Candidate drawn(
      long tied, long fastest, Tried tried, long random, long offsets, int looks) {
    // Any of them, if it is not slow, and as likely as it is fast; otherwise again. So each is as
    // likely as if all had been added up, and mostly one look is enough.
    long bits = looks == group.length ? random : random << 32; // not drawn from so far
    long slowFrom = slowFrom(fastest);
    double best = (double) fastest + BLUR;
    int count = Long.bitCount(tied);
    for (int draw = 0; draw < DRAWS; draw++) {
      int any = chosen(tied, Chance.below(bits, count));
      Candidate candidate = group[index(any, random, offsets, looks)];
      long latency = candidate.latency();
      double its = (double) latency + BLUR;
      if (latency <= fastest
          || (latency <= slowFrom && Chance.unit(Chance.more(bits)) * its * its < best * best)) {
        return candidate;
      }
      bits = Chance.more(~bits);
    }
    return best(tried, random, offsets, looks, HARDLY_ANY);
  }

  /**
   * The best where weights differ or the least loaded are slow. Added to the load is a share of an
   * attempt that is drawn at random, exponentially: so idle nodes are drawn in proportion to weight
   * and speed, exactly, as the first of several exponential clocks strikes; and a light node that
   * is idle does not come before every heavy one that is not.
   */
  private @Nullable Candidate best(
      Tried tried, long random, long offsets, int looks, double attempt) {
    long fastest = fastest(tried, random, offsets, looks);
    long slowFrom = slowFrom(fastest);
    long bits = random;
    Candidate best = null;
    double least = Double.MAX_VALUE;
    for (int k = 0; k < looks; k++) {
      Candidate candidate = group[index(k, random, offsets, looks)];
      bits = Chance.more(bits);
      if (!Picker.open(candidate, tried)) {
        continue;
      }
      double weight = candidate.weight();
      long latency = candidate.latency();
      double load = candidate.load() / weight + (latency > slowFrom ? SLOW_WORTH : 0);
      if (load > least) {
        continue; // whatever is added to it
      }
      double share = -Math.log1p(-Chance.unit(bits)) / (weight * speed(latency, fastest));
      if (load + attempt * share < least) {
        least = load + attempt * share;
        best = candidate;
      }
    }
    return best;
  }

  /** The lowest time to first byte of those that are open, if one is known. */
  private long fastest(Tried tried, long random, long offsets, int looks) {
    long fastest = Long.MAX_VALUE;
    for (int k = 0; k < looks; k++) {
      Candidate candidate = group[index(k, random, offsets, looks)];
      long latency = candidate.latency();
      if (latency != 0 && latency < fastest && Picker.open(candidate, tried)) {
        fastest = latency;
      }
    }
    return fastest;
  }

  /** The square of the speed relative to the fastest: half as fast, a quarter of the requests. */
  private static double speed(long latency, long fastest) {
    if (latency <= fastest) {
      return 1; // or unknown
    }
    double relative = ((double) fastest + BLUR) / ((double) latency + BLUR);
    return Math.max(CRAWL, relative * relative);
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
            ? (int) ((((offsets >>> (12 * k)) & (SLICE - 1)) * width) >>> 12) // one of five slices
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
