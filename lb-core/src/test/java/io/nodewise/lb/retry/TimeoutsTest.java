package io.nodewise.lb.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TimeoutsTest {

  private static void rejects(UnaryOperator<Timeouts.Builder> change, String message) {
    Timeouts.Builder builder = change.apply(Timeouts.builder()); // setters never throw
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void defaults() {
    assertThat(Timeouts.defaults())
        .hasToString(
            "Timeouts[connect=PT2S, sendStall=PT20S, firstByte=PT35S, bodyIdle=PT30S,"
                + " suspicion=PT1S,"
                + " readPatience=10.0]");
  }

  @Test
  void settings_are_taken() {
    Timeouts set =
        Timeouts.builder()
            .connect(Duration.ofSeconds(11))
            .sendStall(Duration.ofSeconds(12))
            .firstByte(Duration.ofSeconds(13))
            .bodyIdle(Duration.ofSeconds(14))
            .suspicion(Duration.ofSeconds(10))
            .build();
    assertThat(set.connect()).isEqualTo(Duration.ofSeconds(11));
    assertThat(set.sendStall()).isEqualTo(Duration.ofSeconds(12));
    assertThat(set.firstByte()).isEqualTo(Duration.ofSeconds(13));
    assertThat(set.bodyIdle()).isEqualTo(Duration.ofSeconds(14));
    assertThat(set.suspicion()).isEqualTo(Duration.ofSeconds(10));
  }

  @Test
  void rejects_what_is_not_positive() {
    Duration zero = Duration.ZERO;
    Duration negative = Duration.ofSeconds(-2);
    rejects(b -> b.connect(negative), "connect timeout: PT-2S (expected: > 0)");
    rejects(b -> b.connect(zero), "connect timeout: PT0S (expected: > 0)");
    rejects(b -> b.sendStall(negative), "send stall timeout: PT-2S (expected: > 0)");
    rejects(b -> b.firstByte(zero), "first byte timeout: PT0S (expected: > 0)");
    rejects(b -> b.bodyIdle(negative), "body idle timeout: PT-2S (expected: > 0)");
    rejects(b -> b.suspicion(zero), "suspicion timeout: PT0S (expected: > 0)");
  }

  @Test
  void rejects_for_ever_because_the_sweeper_counts_in_nanoseconds() {
    rejects(
        b -> b.firstByte(ChronoUnit.FOREVER.getDuration()),
        "first byte timeout: PT2562047788015215H30M7.999999999S (expected: <= PT24H)");
    rejects(
        b -> b.connect(Duration.ofDays(1).plusNanos(1)),
        "connect timeout: PT24H0.000000001S (expected: <= PT24H)");
  }

  @Test
  void rejects_a_suspicion_that_comes_no_earlier_than_the_clocks_it_is_to_beat() {
    rejects(
        b -> b.suspicion(Duration.ofSeconds(20)),
        "suspicion timeout: PT20S"
            + " (expected: < send stall PT20S, first byte PT35S and body idle PT30S)");
    rejects(
        b -> b.firstByte(Duration.ofMillis(500)),
        "suspicion timeout: PT1S"
            + " (expected: < send stall PT20S, first byte PT0.5S and body idle PT30S)");
    rejects(
        b -> b.bodyIdle(Duration.ofSeconds(1)),
        "suspicion timeout: PT1S"
            + " (expected: < send stall PT20S, first byte PT35S and body idle PT1S)");
  }
}
