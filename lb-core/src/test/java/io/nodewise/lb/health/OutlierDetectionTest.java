package io.nodewise.lb.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class OutlierDetectionTest {

  private static void rejects(UnaryOperator<OutlierDetection.Builder> change, String message) {
    OutlierDetection.Builder builder = change.apply(OutlierDetection.builder());
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void defaults() {
    OutlierDetection defaults = OutlierDetection.defaults();
    assertThat(defaults.consecutiveFaults()).isEqualTo(5);
    assertThat(defaults.failureFraction()).isEqualTo(0.5);
    assertThat(defaults.minimumVolume()).isEqualTo(20);
    assertThat(defaults.window()).isEqualTo(40);
    assertThat(defaults.baseEjection()).isEqualTo(Duration.ofSeconds(5));
    assertThat(defaults.maxEjection()).isEqualTo(Duration.ofMinutes(5));
    assertThat(defaults.maxEjectedFraction()).isEqualTo(0.3);
    assertThat(defaults)
        .hasToString(
            "OutlierDetection[consecutiveFaults=5, failureFraction=0.5 of >= 20,"
                + " ejection=PT5S..PT5M, maxEjectedFraction=0.3, slow=5.0 times and PT0.1S,"
                + " maxPause=PT30S, panicThreshold=0.5]");
  }

  @Test
  void settings_are_taken() {
    OutlierDetection set =
        OutlierDetection.builder()
            .consecutiveFaults(1)
            .failureFraction(1)
            .minimumVolume(7)
            .window(7)
            .baseEjection(Duration.ofSeconds(9))
            .maxEjection(Duration.ofSeconds(9))
            .maxEjectedFraction(1)
            .build();
    assertThat(set.consecutiveFaults()).isEqualTo(1);
    assertThat(set.failureFraction()).isEqualTo(1);
    assertThat(set.minimumVolume()).isEqualTo(7);
    assertThat(set.window()).isEqualTo(7);
    assertThat(set.baseEjection()).isEqualTo(set.maxEjection()).isEqualTo(Duration.ofSeconds(9));
    assertThat(set.maxEjectedFraction()).isEqualTo(1);
  }

  @Test
  void rejects_counts_that_cannot_be() {
    rejects(b -> b.consecutiveFaults(0), "consecutive faults: 0 (expected: >= 1)");
    rejects(b -> b.minimumVolume(-2), "minimum volume: -2 (expected: >= 1)");
    rejects(b -> b.window(0), "window: 0 (expected: >= 1)");
    rejects(b -> b.minimumVolume(41), "minimum volume: 41 (expected: <= window 40)");
  }

  @Test
  void rejects_fractions_that_cannot_be() {
    rejects(b -> b.failureFraction(0), "failure fraction: 0.0 (expected: > 0 and <= 1)");
    rejects(b -> b.failureFraction(1.1), "failure fraction: 1.1 (expected: > 0 and <= 1)");
    rejects(b -> b.failureFraction(Double.NaN), "failure fraction: NaN (expected: > 0 and <= 1)");
    rejects(b -> b.maxEjectedFraction(-1), "max ejected fraction: -1.0 (expected: > 0 and <= 1)");
  }

  @Test
  void rejects_times_that_cannot_be() {
    rejects(b -> b.baseEjection(Duration.ZERO), "base ejection: PT0S (expected: > 0)");
    rejects(b -> b.baseEjection(Duration.ofSeconds(-1)), "base ejection: PT-1S (expected: > 0)");
    rejects(b -> b.maxEjection(Duration.ofMillis(-1)), "max ejection: PT-0.001S (expected: > 0)");
    rejects(
        b -> b.maxEjection(Duration.ofSeconds(4)),
        "max ejection: PT4S (expected: >= base ejection PT5S)");
  }
}
