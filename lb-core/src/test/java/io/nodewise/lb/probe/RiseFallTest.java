package io.nodewise.lb.probe;

import static io.nodewise.lb.probe.RiseFall.Change.FELL;
import static io.nodewise.lb.probe.RiseFall.Change.NONE;
import static io.nodewise.lb.probe.RiseFall.Change.ROSE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RiseFallTest {
  private final RiseFall counts = new RiseFall(2, 3);

  /** {@code +} is a success, {@code -} a failure. */
  private List<RiseFall.Change> record(String results) {
    List<RiseFall.Change> changes = new ArrayList<>();
    results.chars().forEach(c -> changes.add(counts.record(c == '+')));
    return changes;
  }

  @Test
  void the_first_success_is_enough() {
    assertThat(counts.changing()).isTrue();
    assertThat(record("+")).containsExactly(ROSE);
    assertThat(counts.isUp()).isTrue();
    assertThat(counts.changing()).isFalse();
  }

  @Test
  void the_first_success_is_enough_after_failures_that_settled_nothing() {
    assertThat(record("--+")).containsExactly(NONE, NONE, ROSE);
  }

  @Test
  void the_first_failures_need_fall() {
    assertThat(record("---")).containsExactly(NONE, NONE, FELL);
    assertThat(counts.isDown()).isTrue();
  }

  @Test
  void falls_after_failures_in_a_row_only() {
    assertThat(record("+--+--+---")).filteredOn(c -> c != NONE).containsExactly(ROSE, FELL);
    assertThat(counts.isDown()).isTrue();
  }

  @Test
  void rises_after_successes_in_a_row_only() {
    counts.settle(false);
    assertThat(record("+-+-+")).containsOnly(NONE);
    assertThat(record("+")).containsExactly(ROSE);
  }

  @Test
  void is_changing_while_results_contradict_the_verdict() {
    record("+-");
    assertThat(counts.changing()).isTrue();
    assertThat(counts).hasToString("UP (1 against)");
    record("+");
    assertThat(counts.changing()).isFalse();
  }

  @Test
  void settling_forgets_the_row() {
    record("+--");
    counts.settle(true);
    assertThat(record("--")).containsOnly(NONE);
    counts.settle(false);
    assertThat(record("+")).containsExactly(NONE);
  }

  @Test
  void rejects_what_would_never_or_always_change() {
    assertThatThrownBy(() -> new RiseFall(0, 3)).hasMessage("rise: 0 (expected: >= 1)");
    assertThatThrownBy(() -> new RiseFall(2, 0)).hasMessage("fall: 0 (expected: >= 1)");
  }
}
