package io.nodewise.lb.health;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What settings of this room may be: so long that nanoseconds don't overflow, for one. */
final class Bounds {
  private static final Duration LONGEST = Duration.ofDays(1);

  private Bounds() {}

  static Duration positive(String what, Duration value) {
    check(!value.isNegative() && !value.isZero(), what, value, "> 0");
    return atMostADay(what, value);
  }

  static Duration atMostADay(String what, Duration value) {
    check(value.compareTo(LONGEST) <= 0, what, value, "<= " + LONGEST);
    return value;
  }

  static void check(boolean holds, String what, @Nullable Object value, String expected) {
    if (!holds) {
      String shown = Printable.of(String.valueOf(value));
      throw new IllegalArgumentException(what + ": " + shown + " (expected: " + expected + ")");
    }
  }
}
