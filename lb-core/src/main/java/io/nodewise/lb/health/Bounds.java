package io.nodewise.lb.health;

import java.time.Duration;

/** What settings of this room may be: so long that nanoseconds don't overflow, for one. */
final class Bounds {
  private static final Duration LONGEST = Duration.ofDays(1);

  private Bounds() {}

  static Duration positive(String what, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: > 0)");
    }
    return atMostADay(what, value);
  }

  static Duration atMostADay(String what, Duration value) {
    if (value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: <= " + LONGEST + ")");
    }
    return value;
  }
}
