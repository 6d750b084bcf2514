package io.nodewise.lb.cluster;

/** What the looks for slow nodes know of one node's times to first byte. Background thread only. */
final class FirstBytes {
  private final FirstByteTimes times;
  private final int[] before = new int[FirstByteTimes.BUCKETS]; // counts at the last look
  private boolean known;
  private long median; // of the last look that found enough answers
  private long at;
  private int slowInARow;

  FirstBytes(FirstByteTimes times) {
    this.times = times;
  }

  /** Looks at the answers since the last look, if there are enough of them. */
  void look(int enough, long now) {
    long newMedian = times.medianSince(before, enough);
    if (newMedian > 0) {
      known = true;
      median = newMedian;
      at = now;
    }
  }

  /** Counts were halved: what was counted before can't be told any more. */
  void aged() {
    times.copyTo(before);
  }

  boolean isFresh(long now) {
    return known && at == now;
  }

  boolean isKnown(long now, long within) {
    return known && now - at < within;
  }

  long median() {
    return median;
  }

  /** In how many looks in a row it was slow. */
  int isSlow(boolean slow) {
    slowInARow = slow ? slowInARow + 1 : 0;
    return slowInARow;
  }

  /** It is judged anew from here on. */
  void forget() {
    slowInARow = 0;
    known = false;
    times.copyTo(before);
  }
}
