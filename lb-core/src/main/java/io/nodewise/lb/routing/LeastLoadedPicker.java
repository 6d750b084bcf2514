package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import org.jspecify.annotations.Nullable;

/*
 * Least loaded of a few, in three steps:
 *
 * 1. Sample. Up to SCAN_ALL candidates are all looked at; of more, CHOICES distinct ones, one from
 *    each of CHOICES equal strata of the ring, which a random rotation turns, so that every node is
 *    as likely as any other and none is drawn twice. Nothing is shuffled or sorted.
 * 2. Compare load / weight, lower wins. Load counts attempts in flight to the end of their bodies
 *    plus the decaying failure penalty.
 * 3. Ties are the rule while a client has fewer requests than the set has nodes. Of the tied ones,
 *    those whose time to first byte is about the best of them are drawn from by weight; the others,
 *    clearly slower, are left alone. "About" is wide on purpose: a sharp comparison would send a
 *    client of few requests to one node for ever, on noise alone. Never by index.
 *
 * Whole-request time is no signal: a 5 GB upload would make a healthy node look slow.
 */
/** Picks the least loaded of a few distinct candidates. */
final class LeastLoadedPicker implements Picker {
  /** Looking at sixteen costs less than a cache miss more than sampling five, and knows more. */
  static final int SCAN_ALL = 16;

  /** From two to five the gain in tail latency is large, beyond that small. */
  static final int CHOICES = 5;

  /** Three times the best time to first byte is clearly slower ... */
  private static final int SLOWER = 3;

  /** ... unless nobody feels it: two milliseconds. */
  private static final long UNFELT = 2_000_000;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  @Override
  public @Nullable Candidate pick(
      Candidate[] candidates, Tried tried, RequestHint hint, Randomness random) {
    int n = candidates.length;
    if (n == 0) {
      return null;
    }
    long seed = random.next();
    if (n > SCAN_ALL) {
      Candidate sampled = leastLoaded(candidates, tried, seed, CHOICES);
      if (sampled != null) {
        return sampled;
      }
    }
    return leastLoaded(candidates, tried, seed, n);
  }

  /** The best of {@code looks} distinct candidates; with {@code looks} = n, of all. */
  private static @Nullable Candidate leastLoaded(
      Candidate[] candidates, Tried tried, long seed, int looks) {
    Candidate best = null;
    double leastScore = 0;
    long leastLatency = 0;
    for (int k = 0; k < looks; k++) {
      Candidate candidate = candidates[index(seed, k, looks, candidates.length)];
      if (!Picker.open(candidate, tried)) {
        continue;
      }
      double score = candidate.load() / candidate.weight();
      if (best == null || score < leastScore) {
        best = candidate;
        leastScore = score;
        leastLatency = candidate.latency();
      } else if (score == leastScore) {
        leastLatency = Math.min(leastLatency, candidate.latency());
      }
    }
    return best == null
        ? null
        : drawn(candidates, tried, seed, looks, leastScore, leastLatency, best);
  }

  /** One of the candidates that are as good as the best, by weight. */
  private static Candidate drawn(
      Candidate[] candidates,
      Tried tried,
      long seed,
      int looks,
      double leastScore,
      long leastLatency,
      Candidate otherwise) {
    long slowest = leastLatency * SLOWER + UNFELT;
    Candidate drawn = null;
    double totalWeight = 0;
    long bits = ~seed;
    for (int k = 0; k < looks; k++) {
      Candidate candidate = candidates[index(seed, k, looks, candidates.length)];
      double weight = candidate.weight();
      // Loads move meanwhile; whoever became less loaded than the best was is as good.
      if (candidate.load() / weight > leastScore
          || candidate.latency() > slowest
          || !Picker.open(candidate, tried)) {
        continue;
      }
      totalWeight += weight;
      bits = mix(bits + GOLDEN);
      if (drawn == null || unit(bits) * totalWeight < weight) {
        drawn = candidate;
      }
    }
    return drawn == null ? otherwise : drawn;
  }

  /** The k-th of the candidates to look at; the same for the same seed. */
  private static int index(long seed, int k, int looks, int n) {
    int index = below(seed, n) + k;
    if (looks < n) {
      int from = (int) ((long) k * n / looks);
      int to = (int) ((long) (k + 1) * n / looks);
      index = below(seed, n) + from + below(mix(seed + k * GOLDEN), to - from);
    }
    return index >= n ? index - n : index;
  }

  private static int below(long bits, int bound) {
    return (int) (((bits >>> 32) * bound) >>> 32);
  }

  private static double unit(long bits) {
    return (bits >>> 11) * 0x1.0p-53;
  }

  /** The finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable PRNGs, 2014). */
  private static long mix(long z) {
    long x = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
    return x ^ (x >>> 31);
  }

  @Override
  public String toString() {
    return "leastLoaded";
  }
}
