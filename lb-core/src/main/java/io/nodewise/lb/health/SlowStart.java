package io.nodewise.lb.health;

import java.time.Duration;

/**
 * How a node that is new or comes back gets its share: one attempt at a time until the first one
 * succeeds, then a weight that grows in a straight line. A pure function of the time since then.
 * Immutable and thread-safe.
 */
public final class SlowStart {
  /** Below this share of its weight a node would hardly be tried at all. */
  private static final double FLOOR = 0.1;

  private static final SlowStart DEFAULT = new SlowStart(Duration.ofSeconds(30));

  private final Duration ramp;

  private SlowStart(Duration ramp) {
    this.ramp = ramp;
  }

  /** A ramp of 30 s, in which caches and connections of a restarted node warm up. */
  public static SlowStart defaults() {
    return DEFAULT;
  }

  /**
   * A ramp of this length; zero gives a node its whole share after its first success.
   *
   * @throws IllegalArgumentException if {@code ramp} is negative or longer than a day
   */
  public static SlowStart over(Duration ramp) {
    if (ramp.isNegative()) {
      throw new IllegalArgumentException("slow start ramp: " + ramp + " (expected: >= 0)");
    }
    return new SlowStart(Bounds.atMostADay("slow start ramp", ramp));
  }

  /** How long the ramp is. */
  public Duration ramp() {
    return ramp;
  }

  /** The share of its weight that a node has this long after its first success: 0.1 to 1. */
  public double share(long nanosSinceFirstSuccess) {
    long length = ramp.toNanos();
    if (nanosSinceFirstSuccess >= length) {
      return 1;
    }
    return Math.max(FLOOR, (double) nanosSinceFirstSuccess / length);
  }

  @Override
  public String toString() {
    return "SlowStart[" + ramp + "]";
  }
}
