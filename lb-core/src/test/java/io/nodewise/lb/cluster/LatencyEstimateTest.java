package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LatencyEstimateTest {
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  @Test
  void the_first_time_is_the_estimate() {
    assertThat(LatencyEstimate.after(0, 7 * MILLI, 0)).isEqualTo(7 * MILLI);
  }

  @Test
  void a_queue_is_noticed_at_once_and_its_end_is_believed_slowly() {
    assertThat(LatencyEstimate.after(10 * MILLI, 100 * MILLI, 0)).isEqualTo(55 * MILLI);
    assertThat(LatencyEstimate.after(100 * MILLI, 20 * MILLI, 0)).isEqualTo(90 * MILLI);
  }

  @Test
  void the_older_it_is_the_less_it_counts() {
    long fresh = LatencyEstimate.after(100 * MILLI, 4 * MILLI, SECOND / 100);
    long old = LatencyEstimate.after(100 * MILLI, 4 * MILLI, 2 * SECOND);
    long ancient = LatencyEstimate.after(100 * MILLI, 4 * MILLI, 1000 * SECOND);
    assertThat(fresh).isEqualTo(88 * MILLI);
    assertThat(old).isEqualTo(52 * MILLI);
    assertThat((double) ancient).isCloseTo(4.2 * MILLI, within(0.1 * MILLI));
  }

  @Test
  void a_clock_that_runs_backwards_makes_it_no_older() {
    assertThat(LatencyEstimate.after(100 * MILLI, 20 * MILLI, -5 * SECOND)).isEqualTo(90 * MILLI);
  }

  @Test
  void of_times_that_are_alike_it_is_about_the_mean() {
    long estimate = 0;
    double sum = 0;
    for (int i = 0; i < 1000; i++) {
      estimate = LatencyEstimate.after(estimate, (8 + i % 5) * MILLI, 10 * MILLI);
      sum += i < 100 ? 0 : estimate;
    }
    assertThat(sum / 900).isBetween(10.0 * MILLI, 11.5 * MILLI);
  }
}
