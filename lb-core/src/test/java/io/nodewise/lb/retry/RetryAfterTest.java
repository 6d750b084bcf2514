package io.nodewise.lb.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
  private static final Instant NOW = Instant.parse("2026-05-01T12:00:00Z");

  private static Duration parse(String value) {
    return RetryAfter.parse(value, null, NOW);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "' 120 ', 120", "007, 7", "86400, 86400"})
  void seconds(String value, long seconds) {
    assertThat(parse(value)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"86401", "999999999", "4294967296", "99999999999999999999999999999999999999999"})
  void more_than_a_day_is_a_day(String value) {
    assertThat(parse(value)).isEqualTo(Duration.ofDays(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Fri, 01 May 2026 12:00:30 GMT",
        "Friday, 01-May-26 12:00:30 GMT",
        "Fri May  1 12:00:30 2026",
        "  Fri, 01 May 2026 12:00:30 GMT  "
      })
  void a_date_in_every_form_that_http_knows(String value) {
    assertThat(parse(value)).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void a_date_is_held_against_the_senders_clock_and_not_ours() {
    String until = "Fri, 01 May 2026 17:00:05 GMT";
    assertThat(RetryAfter.parse(until, "Fri, 01 May 2026 17:00:00 GMT", NOW))
        .isEqualTo(Duration.ofSeconds(5));
    assertThat(RetryAfter.parse(until, "the first of May", NOW))
        .isEqualTo(Duration.ofSeconds(18005));
    assertThat(RetryAfter.parse("5", "Fri, 01 May 2026 17:00:00 GMT", NOW))
        .isEqualTo(Duration.ofSeconds(5));
  }

  @Test
  void a_date_beyond_a_day_is_a_day_and_one_that_has_passed_is_nothing() {
    assertThat(parse("Sat, 01 May 2027 12:00:00 GMT")).isEqualTo(Duration.ofDays(1));
    assertThat(parse("Fri, 01 May 2026 11:59:59 GMT")).isZero();
  }

  @ParameterizedTest
  @NullAndEmptySource
  @ValueSource(
      strings = {
        " ",
        "-1",
        "+5",
        "1.5",
        "1e3",
        "0x10",
        "5 s",
        "5, 10",
        "\u0665", // five, in Arabic
        "soon",
        "Fri, 01 May 2026 12:00:30 CEST",
        "Mon, 01 May 2026 12:00:30 GMT", // it is a Friday
        "Fri, 31 Feb 2026 12:00:30 GMT",
        "2026-05-01T12:00:30Z"
      })
  void garbage_is_no_pause(String value) {
    assertThat(parse(value)).isZero();
  }

  @Test
  void the_language_of_the_machine_does_not_matter() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(parse("Fri, 01 May 2026 12:00:30 GMT")).isEqualTo(Duration.ofSeconds(30));
    } finally {
      Locale.setDefault(before);
    }
  }
}
