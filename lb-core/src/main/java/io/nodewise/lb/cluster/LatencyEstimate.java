package io.nodewise.lb.cluster;

/*
 * What a node's queue is like just now is told by its last answers only. A mean over many of them
 * knows it too late, and a client of few requests has nothing but old ones. So the estimate rises by
 * half of what it is too low: a queue is noticed at once. It falls by an eighth of what it is too
 * high: one quick answer of a slow node is an accident. And the older it is, the less it counts.
 */
/** How a smoothed time to first byte takes in a new one. Pure. */
final class LatencyEstimate {
  /** Which part of a difference is taken over at least, upwards. */
  private static final double RISE = 0.5;

  /** And downwards. */
  private static final double FALL = 0.125;

  /** An estimate as old as that, in nanoseconds, counts as much as a new time: two seconds. */
  private static final double OLD = 2e9;

  private LatencyEstimate() {}

  /**
   * The estimate after one more time, all in nanoseconds.
   *
   * @param before 0 where nothing is known
   * @param age since the last time was taken in
   */
  static long after(long before, long nanos, long age) {
    if (before == 0) {
      return nanos;
    }
    double least = nanos > before ? RISE : FALL;
    double byAge = age <= 0 ? 0 : age / (age + OLD);
    return before + (long) ((nanos - before) * Math.max(least, byAge));
  }
}
