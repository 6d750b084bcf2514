package io.nodewise.lb.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DownloadResumeTest {

  @Test
  void defaults() {
    DownloadResume defaults = DownloadResume.defaults();
    assertThat(defaults.isOn()).isTrue();
    assertThat(defaults.most()).isEqualTo(100);
    assertThat(defaults.within()).isEqualTo(Duration.ofSeconds(30));
    assertThat(defaults).hasToString("DownloadResume[most=100, within=PT30S]");
  }

  @Test
  void off() {
    assertThat(DownloadResume.off().isOn()).isFalse();
    assertThat(DownloadResume.off()).hasToString("DownloadResume[off]");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 10_001})
  void a_number_of_attempts_that_makes_no_sense(int most) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DownloadResume.builder().most(most).build())
        .withMessage(
            "download resumes: " + most + " (expected: 1 to 10000, or DownloadResume.off())");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 86_401})
  void a_time_that_makes_no_sense(long seconds) {
    Duration within = Duration.ofSeconds(seconds);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DownloadResume.builder().within(within).build())
        .withMessage("download resume within: " + within + " (expected: > 0 and <= PT24H)");
  }
}
