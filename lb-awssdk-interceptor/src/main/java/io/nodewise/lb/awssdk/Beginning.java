package io.nodewise.lb.awssdk;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.utils.DateUtils;

/*
 * Servers tell the age of what they store by their clocks, and ours may be seconds or hours off. So the
 * time since the call began is measured here, and taken from the time that the answer itself was made.
 * That names whole seconds, as some servers' ages do: what comes out is up to two seconds and the
 * answer's way to us too early, never too late.
 */
/**
 * When a call began.
 *
 * @param nanos by {@link System#nanoTime()}
 */
record Beginning(long nanos) {

  /** The same by the clock of the server that has just answered so, in whole seconds. */
  Instant by(SdkHttpResponse answer) {
    return dateOf(answer)
        .minus(Duration.ofNanos(System.nanoTime() - nanos))
        .truncatedTo(ChronoUnit.SECONDS);
  }

  /** Where the server does not say, our own time must do. */
  private static Instant dateOf(SdkHttpResponse answer) {
    String date = answer.firstMatchingHeader("Date").orElse(null);
    if (date == null) {
      return Instant.now();
    }
    try {
      return DateUtils.parseRfc822Date(date);
    } catch (DateTimeException e) {
      return Instant.now();
    }
  }
}
