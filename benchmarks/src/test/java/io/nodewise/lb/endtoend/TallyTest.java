package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class TallyTest {

  private static Tally tally(int calls, long failures) {
    Histogram latencies = Tally.histogram();
    for (int i = 1; i <= calls; i++) {
      latencies.recordValue(i * 1_000_000L);
    }
    Tally tally = new Tally();
    tally.addCalls(latencies, failures, 1024L * (calls + failures));
    tally.addTurn(2_000_000_000L, 1000L * (calls + failures), 500L * (calls + failures), 0);
    return tally;
  }

  @Test
  void figures_are_of_a_call_failed_ones_included_but_throughput_is_of_successes() {
    Tally tally = tally(200, 50);
    assertThat(tally.perSecond()).isEqualTo(100);
    assertThat(tally.clientCpu()).isEqualTo(1);
    assertThat(tally.proxyCpu()).isEqualTo(0.5);
    assertThat(tally.allocated()).isEqualTo(1);
  }

  @Test
  void a_percentile_that_too_few_calls_speak_for_is_not_shown() {
    assertThat(tally(99, 0).percentile(99)).isNaN();
    assertThat(tally(100, 0).percentile(99)).isBetween(99.0, 99.1);
    assertThat(tally(999, 0).percentile(99.9)).isNaN();
    assertThat(tally(0, 9).percentile(50)).isNaN();
  }

  @Test
  void rounds_add_up() {
    Tally sum = Tally.sum(List.of(tally(200, 50), tally(100, 0)));
    assertThat(sum.calls()).isEqualTo(300);
    assertThat(sum.failures()).isEqualTo(50);
    assertThat(sum.perSecond()).isEqualTo(75);
    assertThat(sum.clientCpu()).isEqualTo(1);
  }
}
