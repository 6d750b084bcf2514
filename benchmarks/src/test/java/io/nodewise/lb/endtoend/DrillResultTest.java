package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A drill of 2 s before, 4 s of fault and 2 s after, ten calls a second. */
class DrillResultTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long TENTH = SECOND / 10;

  private final List<CallRecord> records = new ArrayList<>();

  private DrillResult result() {
    return DrillResult.of(List.of(new DrillResult.Run(records, 0, 2 * SECOND, 6 * SECOND)));
  }

  private void calls(int from, int to, long nanos, boolean succeeded) {
    for (int i = from; i < to; i++) {
      records.add(new CallRecord(i * TENTH, i * TENTH + nanos, succeeded));
    }
  }

  @Test
  void throughput_is_of_what_was_done_in_time() {
    calls(0, 20, TENTH / 2, true);
    calls(20, 40, TENTH / 2, true);
    calls(40, 60, TENTH / 2, false);
    calls(60, 80, TENTH / 2, true);
    DrillResult result = result();
    assertThat(result.perSecondBefore()).isEqualTo(10);
    assertThat(result.perSecondDuring()).isEqualTo(5);
    assertThat(result.kept()).isEqualTo(0.5);
    assertThat(result.failed()).isEqualTo(20);
    assertThat(result.calls()).isEqualTo(60);
  }

  @Test
  void a_call_that_is_under_way_when_the_fault_strikes_is_the_faults() {
    calls(0, 19, TENTH / 2, true);
    calls(19, 20, 3 * SECOND, true);
    calls(20, 60, TENTH / 2, true);
    DrillResult result = result();
    assertThat(result.slowestMillis()).isEqualTo(3000);
    assertThat(result.p99Before()).isBetween(49.0, 51.0);
    assertThat(result.p99During()).isBetween(2990.0, 3010.0);
    assertThat(result.p90During()).isBetween(49.0, 51.0);
  }

  @Test
  void a_failure_after_the_fault_counts_but_not_for_its_p99() {
    calls(0, 70, TENTH / 2, true);
    calls(70, 71, 2 * SECOND, false);
    DrillResult result = result();
    assertThat(result.failed()).isEqualTo(1);
    assertThat(result.slowestMillis()).isEqualTo(2000);
    assertThat(result.p99During()).isBetween(49.0, 51.0);
  }

  @Test
  void what_was_over_before_the_start_counts_for_nothing() {
    records.add(new CallRecord(-SECOND, -TENTH, false));
    calls(0, 60, TENTH / 2, true);
    assertThat(result().failed()).isZero();
    assertThat(result().perSecondBefore()).isEqualTo(10);
  }
}
