package io.nodewise.lb.cluster;

/*
 * What a node's queue is like just now is told by its last answers only. A mean over many of them
 * knows it too late, and a client of few requests has nothing but old ones. So the estimate rises by
 * half of what it is too low: a queue is noticed at once. It falls by an eighth of what it is too
 * high: one quick answer of a slow node is an accident. And the older it is, the less it counts.
 *
 * But a pause of 300 ms, for a collection of garbage say, is not to have a node that answers in 3 ms
 * shunned for twenty seconds. So no single time counts for more than eight times the estimate, and
 * what comes at once, as all that waited through a pause does, counts as one. Who is slow is slow
 * again the next time, and three such times reach whatever it is.
 */
/** How a smoothed time to first byte takes in a new one. Pure. */
final class LatencyEstimate {
  /** Which part of a difference is taken over at least, upwards. */
  private static final double RISE = 0.5;

  /** And downwards. */
  private static final double FALL = 0.125;

  /** An estimate as old as that, in nanoseconds, counts as much as a new time: two seconds. */
  private static final double OLD = 2e9;

  /** Between two times that count in full there are that many nanoseconds: 50 ms. */
  private static final double APART = 5e7;

  /** A single time is believed up to so many times the estimate ... */
  private static final int BELIEVED = 8;

  /** ... and two milliseconds, which nobody feels. */
  private static final long UNFELT = 2_000_000;

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
    long believed = Math.min(nanos, before * BELIEVED + UNFELT);
    long passed = Math.max(0, age);
    double least = (believed > before ? RISE : FALL) * Math.min(1, passed / APART);
    double byAge = passed / (passed + OLD);
    return before + (long) ((believed - before) * Math.max(least, byAge));
  }
}
