package io.nodewise.lb.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HedgingTest {

  private static void rejects(UnaryOperator<Hedging.Builder> change, String message) {
    Hedging.Builder builder = change.apply(Hedging.builder()); // setters never throw
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void defaults() {
    assertThat(Hedging.defaults())
        .hasToString("Hedging[share=0.02, leastDelay=PT0.005S, leastSamples=100, burst=10]");
    assertThat(Hedging.defaults().isOn()).isTrue();
  }

  @Test
  void settings_are_taken() {
    Hedging set =
        Hedging.builder()
            .share(0.1)
            .leastDelay(Duration.ofMillis(20))
            .leastSamples(500)
            .burst(3)
            .build();
    assertThat(set.share()).isEqualTo(0.1);
    assertThat(set.leastDelay()).isEqualTo(Duration.ofMillis(20));
    assertThat(set.leastSamples()).isEqualTo(500);
    assertThat(set.burst()).isEqualTo(3);
  }

  @Test
  void off_is_off() {
    assertThat(Hedging.off().isOn()).isFalse();
    assertThat(Hedging.off().share()).isZero();
    assertThat(Hedging.off()).hasToString("Hedging[off]");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 0, 0.0009, 0.51, 2, Double.NaN, Double.POSITIVE_INFINITY})
  void the_share_is_a_part_and_no_more_than_half(double share) {
    rejects(b -> b.share(share), "hedging share: " + share + " (expected: 0.001 to 0.5)");
  }

  @Test
  void the_least_delay_is_a_millisecond_to_a_minute() {
    rejects(
        b -> b.leastDelay(Duration.ofNanos(999_999)),
        "hedging least delay: PT0.000999999S (expected: PT0.001S to PT1M)");
    rejects(
        b -> b.leastDelay(Duration.ofSeconds(61)),
        "hedging least delay: PT1M1S (expected: PT0.001S to PT1M)");
    rejects(
        b -> b.leastDelay(Duration.ofSeconds(-1)),
        "hedging least delay: PT-1S (expected: PT0.001S to PT1M)");
  }

  @Test
  void samples_and_burst_are_no_fewer_than_one() {
    rejects(b -> b.leastSamples(0), "hedging least samples: 0 (expected: 1 to 100000)");
    rejects(b -> b.leastSamples(100_001), "hedging least samples: 100001 (expected: 1 to 100000)");
    rejects(b -> b.burst(0), "hedging burst: 0 (expected: 1 to 1000)");
    rejects(b -> b.burst(1001), "hedging burst: 1001 (expected: 1 to 1000)");
  }
}
