package io.nodewise.lb.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlowStartTest {

  @ParameterizedTest
  @CsvSource({"0,0.1", "1,0.1", "2.9,0.1", "3,0.1", "6,0.2", "15,0.5", "29.9,0.99667", "30,1"})
  void the_share_grows_in_a_straight_line_from_a_tenth(double seconds, double share) {
    assertThat(SlowStart.defaults().share((long) (seconds * 1e9))).isCloseTo(share, within(0.001));
  }

  @Test
  void never_goes_down_and_never_beyond_the_whole() {
    SlowStart ramp = SlowStart.over(Duration.ofSeconds(10));
    double before = 0;
    for (long nanos = 0; nanos < 20_000_000_000L; nanos += 7_000_000) {
      double share = ramp.share(nanos);
      assertThat(share).isBetween(before, 1.0);
      before = share;
    }
    assertThat(ramp.share(Long.MAX_VALUE)).isEqualTo(1);
  }

  @Test
  void no_ramp_is_the_whole_share_at_once() {
    assertThat(SlowStart.over(Duration.ZERO).share(0)).isEqualTo(1);
  }

  @Test
  void rejects_a_negative_ramp() {
    assertThatThrownBy(() -> SlowStart.over(Duration.ofSeconds(-3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("slow start ramp: PT-3S (expected: >= 0)");
  }

  @Test
  void shows_itself() {
    assertThat(SlowStart.defaults()).hasToString("SlowStart[PT30S]");
    assertThat(SlowStart.over(Duration.ofSeconds(5)).ramp()).isEqualTo(Duration.ofSeconds(5));
  }
}
