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
    long total = 0;
    for (int i = 0; i < counts.length(); i++) {
      total += counts.get(i);
    }
    if (total == 0) {
      return 0;
    }
    long rank = Math.max(1, (long) Math.ceil(q * total));
    int last = 0;
    for (int i = 0; i < counts.length(); i++) {
      int count = counts.get(i);
      if (count > 0) {
        last = i;
        rank -= count;
        if (rank <= 0) {
          return middle(i);
        }
      }
    }
    return middle(last);
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

  private static long middle(int bucket) {
    int octave = LOWEST_OCTAVE + bucket / STEPS;
    int step = bucket % STEPS;
    return (1L << octave) + ((2L * step + 1) << (octave - 3));
  }
}
