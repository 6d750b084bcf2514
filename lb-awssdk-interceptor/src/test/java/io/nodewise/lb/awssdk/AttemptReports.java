package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.observe.HeldLocks;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a listener was told, and which locks were held meanwhile. */
final class AttemptReports implements AttemptListener {
  private final List<AttemptReport> told = new CopyOnWriteArrayList<>();
  private final List<String> locks = new CopyOnWriteArrayList<>();

  @Override
  public void onAttempt(AttemptReport report) {
    locks.addAll(HeldLocks.ours());
    told.add(report);
  }

  List<AttemptReport> all() {
    return told;
  }

  void clear() {
    told.clear();
  }

  AttemptReport last() {
    return told.get(told.size() - 1);
  }

  long of(Outcome.Kind kind) {
    return told.stream().filter(report -> report.outcome().kind() == kind).count();
  }

  long of(AttemptReport.Kind kind) {
    return told.stream().filter(report -> report.kind() == kind).count();
  }

  void assertNoLocks() {
    assertThat(locks).as("locks held while told").isEmpty();
  }
}
