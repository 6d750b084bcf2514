package io.nodewise.lb.cluster;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.time.Randomness;

/**
 * For how long a node is out: each time in a row twice as long as the time before, of which half is
 * certain and half is chance. Under the registry's lock.
 */
final class Ejections {
  private final OutlierDetection settings;
  private final Randomness random;
  private int inARow;
  private long backAt;

  Ejections(OutlierDetection settings, Randomness random) {
    this.settings = settings;
    this.random = random;
  }

  void begin(long now) {
    inARow++;
    backAt = now + length();
  }

  boolean isOver(long now) {
    return now - backAt >= 0;
  }

  /** A node that has been well for as long as an ejection can last begins anew. */
  void forgetIfLongAgo(long now) {
    if (inARow > 0 && now - backAt >= settings.maxEjection().toNanos()) {
      inARow = 0;
    }
  }

  private long length() {
    long longest = settings.maxEjection().toNanos();
    long length = settings.baseEjection().toNanos();
    for (int i = 1; i < inARow && length < longest; i++) {
      length = Math.min(longest, length * 2);
    }
    return length / 2 + (long) (random.nextUnit() * length / 2);
  }
}
