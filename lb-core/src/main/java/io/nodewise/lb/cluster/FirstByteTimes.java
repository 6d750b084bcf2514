package io.nodewise.lb.cluster;

import java.util.concurrent.atomic.AtomicIntegerArray;

/*
 * A histogram of times to first byte from 2^10 ns (1 µs) up to 2^38 ns (4.6 min), every octave in
 * four equal buckets, which are 14 to 25 % wide. Recording is one atomic increment. The sweeper
 * halves all counts every so often, so that the quantiles speak of the last minute or two.
 */
/** Recent times to first byte of one node. Thread-safe. */
final class FirstByteTimes {
  private static final int LOWEST_OCTAVE = 10;
  private static final int OCTAVES = 28;
  private static final int STEPS = 4;

  static final int BUCKETS = OCTAVES * STEPS;

  private final AtomicIntegerArray counts = new AtomicIntegerArray(OCTAVES * STEPS);

  void record(long nanos) {
    counts.getAndIncrement(bucket(nanos));
  }

  /** Halves every count; called by the sweeper only. */
  void age() {
    for (int i = 0; i < counts.length(); i++) {
      int count = counts.get(i);
      if (count > 0) {
        counts.getAndAdd(i, -(count + 1) / 2);
      }
    }
  }

  /**
   * The middle of the bucket that the quantile falls in, in nanoseconds, and so at most an eighth
   * off; 0 if there is nothing.
   */
  long quantile(double q) {
    int bucket = bucketOf(q);
    return bucket < 0 ? 0 : middle(bucket);
  }

  /** The upper edge of that bucket: at most so many are above; 0 if there is nothing. */
  long upperQuantile(double q) {
    int bucket = bucketOf(q);
    return bucket < 0 ? 0 : upperEdge(bucket);
  }

  private int bucketOf(double q) {
    long total = 0;
    for (int i = 0; i < counts.length(); i++) {
      total += counts.get(i);
    }
    if (total == 0) {
      return -1;
    }
    long rank = Math.max(1, (long) Math.ceil(q * total));
    int last = 0;
    for (int i = 0; i < counts.length(); i++) {
      int count = counts.get(i);
      if (count > 0) {
        last = i;
        rank -= count;
        if (rank <= 0) {
          return i;
        }
      }
    }
    return last;
  }

  /**
   * The median of what was recorded since {@code before} was filled, which is filled anew; 0 and no
   * change if that is less than {@code enough}. One thread at a time for one array.
   */
  long medianSince(int[] before, int enough) {
    int total = 0;
    for (int i = 0; i < BUCKETS; i++) {
      total += Math.max(0, counts.get(i) - before[i]);
    }
    if (total < enough) {
      return 0;
    }
    int rank = (total + 1) / 2;
    long median = 0;
    for (int i = 0; i < BUCKETS; i++) {
      int count = counts.get(i);
      rank -= Math.max(0, count - before[i]);
      before[i] = count;
      if (rank <= 0 && median == 0) {
        median = middle(i);
      }
    }
    return median == 0 ? middle(BUCKETS - 1) : median;
  }

  /** Adds the counts of another; returns how many those are. One thread at a time. */
  int add(FirstByteTimes other) {
    int total = 0;
    for (int i = 0; i < BUCKETS; i++) {
      int count = other.counts.get(i);
      if (count > 0) {
        counts.getAndAdd(i, count);
        total += count;
      }
    }
    return total;
  }

  /** Copies the counts. */
  void copyTo(int[] copy) {
    for (int i = 0; i < BUCKETS; i++) {
      copy[i] = counts.get(i);
    }
  }

  static int bucket(long nanos) {
    long value = Math.max(nanos, 1L << LOWEST_OCTAVE);
    int octave = 63 - Long.numberOfLeadingZeros(value);
    if (octave >= LOWEST_OCTAVE + OCTAVES) {
      return OCTAVES * STEPS - 1;
    }
    int step = (int) ((value >>> (octave - 2)) & (STEPS - 1));
    return (octave - LOWEST_OCTAVE) * STEPS + step;
  }

  private static long upperEdge(int bucket) {
    int octave = LOWEST_OCTAVE + bucket / STEPS;
    int step = bucket % STEPS;
    return (1L << octave) + ((step + 1L) << (octave - 2));
  }

  private static long middle(int bucket) {
    int octave = LOWEST_OCTAVE + bucket / STEPS;
    int step = bucket % STEPS;
    return (1L << octave) + ((2L * step + 1) << (octave - 3));
  }
}
