package io.nodewise.lb.retry;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Retry-After} of an answer: seconds, or an HTTP date in any of its three forms (RFC
 * 9110, 5.6.7 and 10.2.3). For adapters. Pure; thread-safe.
 */
public final class RetryAfter {
  /** Beyond a day nobody means it, and arithmetic on nanoseconds stays far from its end. */
  private static final Duration LONGEST = Duration.ofDays(1);

  /** What fits an int; nobody pads with zeros, so more digits are more than a day. */
  private static final int DIGITS = 9;

  private static final List<DateTimeFormatter> DATES =
      List.of(
          date("EEE, dd MMM uuuu HH:mm:ss 'GMT'"),
          new DateTimeFormatterBuilder()
              .appendPattern("EEEE, dd-MMM-")
              .appendValueReduced(ChronoField.YEAR, 2, 2, 2000) // a time to come, so this century
              .appendPattern(" HH:mm:ss 'GMT'")
              .toFormatter(Locale.US),
          date("EEE MMM ppd HH:mm:ss uuuu"));

  private RetryAfter() {}

  private static DateTimeFormatter date(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.US);
  }

  /**
   * How long the sender of an answer asks to be left alone.
   *
   * @param value the {@code Retry-After} header; null if there is none
   * @param date the {@code Date} header of the same answer, against which a date in {@code value}
   *     is held, so that the sender's clock may be wrong; null or garbage for {@code now}
   * @param now the wall-clock time
   * @return a day at most; zero for no header, a moment that has passed, or what can't be read
   */
  public static Duration parse(@Nullable String value, @Nullable String date, Instant now) {
    if (value == null) {
      return Duration.ZERO;
    }
    String asked = value.trim();
    if (isNumber(asked)) {
      return asked.length() > DIGITS
          ? LONGEST
          : bounded(Duration.ofSeconds(Integer.parseInt(asked)));
    }
    Instant until = instant(asked);
    if (until == null) {
      return Duration.ZERO;
    }
    Instant sent = date == null ? null : instant(date.trim());
    return bounded(Duration.between(sent == null ? now : sent, until));
  }

  /** Whether it is digits alone; no sign, no fraction, and ASCII only. */
  private static boolean isNumber(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return !text.isEmpty();
  }

  private static Duration bounded(Duration asked) {
    if (asked.isNegative()) {
      return Duration.ZERO;
    }
    return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
  }

  private static @Nullable Instant instant(String text) {
    for (DateTimeFormatter form : DATES) {
      try {
        return LocalDateTime.parse(text, form).toInstant(ZoneOffset.UTC);
      } catch (DateTimeException e) {
        // Perhaps in the next form.
      }
    }
    return null;
  }
}
