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
    assertThat(LatencyEstimate.after(20 * MILLI, 100 * MILLI, 100 * MILLI)).isEqualTo(60 * MILLI);
    assertThat(LatencyEstimate.after(100 * MILLI, 20 * MILLI, 100 * MILLI)).isEqualTo(90 * MILLI);
  }

  @Test
  void one_pause_says_little_and_three_slow_answers_all() {
    long paused = LatencyEstimate.after(3 * MILLI, 300 * MILLI, 50 * MILLI);
    assertThat(paused).as("eight times and two, half of it").isEqualTo(14_500_000);
    long twice = LatencyEstimate.after(paused, 300 * MILLI, 50 * MILLI);
    long thrice = LatencyEstimate.after(twice, 300 * MILLI, 50 * MILLI);
    assertThat(thrice).isGreaterThan(180 * MILLI);
    assertThat(LatencyEstimate.after(paused, 300 * MILLI, 0))
        .as("all that waited through the pause come back at once")
        .isEqualTo(paused);
  }

  @Test
  void the_older_it_is_the_less_it_counts() {
    long fresh = LatencyEstimate.after(100 * MILLI, 4 * MILLI, SECOND / 20);
    long old = LatencyEstimate.after(100 * MILLI, 4 * MILLI, 2 * SECOND);
    long ancient = LatencyEstimate.after(100 * MILLI, 4 * MILLI, 1000 * SECOND);
    assertThat(fresh).isEqualTo(88 * MILLI);
    assertThat(old).isEqualTo(52 * MILLI);
    assertThat((double) ancient).isCloseTo(4.2 * MILLI, within(0.1 * MILLI));
  }

  @Test
  void where_two_threads_see_the_clock_the_other_way_round_it_is_no_older() {
    assertThat(LatencyEstimate.after(100 * MILLI, 20 * MILLI, -5 * SECOND)).isEqualTo(100 * MILLI);
  }

  @Test
  void of_times_that_are_alike_it_is_about_the_mean() {
    long estimate = 0;
    double sum = 0;
    for (int i = 0; i < 1000; i++) {
      estimate = LatencyEstimate.after(estimate, (8 + i % 5) * MILLI, 50 * MILLI);
      sum += i < 100 ? 0 : estimate;
    }
    assertThat(sum / 900).isBetween(10.0 * MILLI, 11.5 * MILLI);
  }
}
