package io.nodewise.lb.cluster;

import io.nodewise.lb.health.SlowStart;
import java.time.Duration;

/** How a node that is new, on trial or back gets its share again. Under the registry's lock. */
final class Comeback {
  /** How long one attempt may hold the only place a node has. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final SlowStart slowStart;
  private boolean firstAnswerPending;
  private boolean ramping;
  private long rampFrom;
  private long limitedSince;
  private int era;

  Comeback(SlowStart slowStart, boolean startSlowly, long now) {
    this.slowStart = slowStart;
    this.firstAnswerPending = startSlowly;
    this.limitedSince = now;
  }

  /** It is back: one attempt until the first answer, then the ramp. */
  void startSlowly(long now) {
    firstAnswerPending = true;
    ramping = false;
    beginEra(now);
  }

  /** It is tried, or is back. */
  void beginEra(long now) {
    era++;
    limitedSince = now;
  }

  /** The first answer came. */
  void answered(long now) {
    if (firstAnswerPending) {
      firstAnswerPending = false;
      ramping = true;
      rampFrom = now;
    }
  }

  void tick(long now) {
    if (ramping && slowStart.share(now - rampFrom) >= 1) {
      ramping = false;
    }
  }

  boolean isFirstAnswerPending() {
    return firstAnswerPending;
  }

  /**
   * Grows with every trial and every return: evidence from attempts of an earlier era says how the
   * node was before, not how it is.
   */
  int era() {
    return era;
  }

  /**
   * How many attempts it may have at once, beside those it still has from an earlier era: one while
   * it is on trial or has not answered yet. A long download or a parked stream may take that one
   * place for minutes, so another is granted from time to time.
   */
  int limit(boolean onTrial, long now) {
    if (!onTrial && !firstAnswerPending) {
      return Integer.MAX_VALUE;
    }
    return 1 + (int) ((now - limitedSince) / PATIENCE.toNanos());
  }

  /** The share of its weight that the node has just now. */
  double share(long now) {
    return ramping ? slowStart.share(now - rampFrom) : 1;
  }
}
