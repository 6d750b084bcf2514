package io.nodewise.lb.cluster;

import io.nodewise.lb.health.SlowStart;
import java.time.Duration;

/*
 * A node that is on trial has one place. One that is back has one, too, until its first answer;
 * from then on its weight grows with time, and its places by one with every answer, so the number
 * it can hold at once doubles with every round trip, as TCP's does, but at least in step with time.
 */
/** How a node that is new, on trial or back gets its share again. Under the registry's lock. */
final class Comeback {
  /** How long the only places a node has may all be held before it gets another. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Beyond that many places at once nobody counts; far more than a client has on most nodes. */
  private static final int PLACES = 64;

  private final SlowStart slowStart;
  private boolean firstAnswerPending;
  private boolean ramping;
  private long rampFrom;
  private int answers;
  private boolean full;
  private long fullSince;
  private int more; // places beside the one, because that one was held for so long
  private int era;

  Comeback(SlowStart slowStart, boolean startSlowly) {
    this.slowStart = slowStart;
    this.firstAnswerPending = startSlowly;
  }

  /** It is back: one attempt until the first answer, then the ramp. */
  void startSlowly() {
    firstAnswerPending = true;
    ramping = false;
    beginEra();
  }

  /** It is tried, or is back. */
  void beginEra() {
    era++;
    full = false;
    more = 0;
  }

  /** An answer came. */
  void answered(long now) {
    if (firstAnswerPending) {
      firstAnswerPending = false;
      ramping = slowStart.ramp().toNanos() > 0;
      rampFrom = now;
      answers = 1;
    } else if (ramping) {
      answers++;
    }
  }

  /**
   * Time passed.
   *
   * @param isFull whether all its places are held: a long download or a parked stream may hold the
   *     only one for minutes, so another is granted from time to time
   */
  void tick(boolean isFull, long now) {
    if (ramping && slowStart.share(now - rampFrom) >= 1) {
      ramping = false;
    }
    if (!isFull) {
      full = false;
    } else if (!full) {
      full = true;
      fullSince = now;
    } else if (now - fullSince >= PATIENCE.toNanos()) {
      more++;
      full = false;
    }
  }

  boolean isFirstAnswerPending() {
    return firstAnswerPending;
  }

  /** Whether it is on its way to its whole share. */
  boolean isRamping() {
    return ramping;
  }

  /** Whether an answer may change anything. */
  boolean wantsAnswers() {
    return firstAnswerPending || (ramping && answers < PLACES);
  }

  /**
   * Grows with every trial and every return: evidence from attempts of an earlier era says how the
   * node was before, not how it is.
   */
  int era() {
    return era;
  }

  /** How many attempts it may have at once, beside those it still has from an earlier era. */
  int limit(boolean onTrial, long now) {
    if (onTrial || firstAnswerPending) {
      return 1 + more;
    }
    if (!ramping) {
      return Integer.MAX_VALUE;
    }
    int byTime = (int) (PLACES * (double) (now - rampFrom) / slowStart.ramp().toNanos());
    int places = Math.max(1 + answers + more, byTime);
    return places < PLACES ? places : Integer.MAX_VALUE;
  }

  /** The share of its weight that the node has just now. */
  double share(long now) {
    return ramping ? slowStart.share(now - rampFrom) : 1;
  }
}
