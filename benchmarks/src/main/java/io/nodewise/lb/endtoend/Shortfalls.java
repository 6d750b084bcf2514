package io.nodewise.lb.endtoend;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every figure by which another arm is better than Nodewise over all nodes. */
final class Shortfalls {
  /** Closer than this is a draw: what an arm differs by from itself, from run to run. */
  private static final double DRAW = 0.03;

  private final List<String> lines = new ArrayList<>();

  private Shortfalls() {}

  static List<String> of(Measured measured) {
    Shortfalls found = new Shortfalls();
    measured.speed().forEach((workload, arms) -> found.compareSpeed(workload.shown(), arms));
    measured
        .drills()
        .forEach((drill, outcome) -> found.compareDrill(drill.shown(), outcome.byArm()));
    return found.lines;
  }

  private void compareSpeed(String workload, Map<String, Tally> arms) {
    Tally ours = arms.get(Arms.NODEWISE);
    if (ours == null) {
      return;
    }
    arms.forEach(
        (arm, tally) -> {
          if (arm.startsWith(Arms.NODEWISE)) {
            return;
          }
          more(workload, arm, "calls/s", ours.perSecond(), tally.perSecond());
          less(workload, arm, "p50 ms", ours.percentile(50), tally.percentile(50));
          less(workload, arm, "p99 ms", ours.percentile(99), tally.percentile(99));
          less(
              workload,
              arm,
              "µs of client and proxy",
              ours.clientCpu() + ours.proxyCpu(),
              tally.clientCpu() + tally.proxyCpu());
          less(workload, arm, "KiB allocated", ours.allocated(), tally.allocated());
          less(workload, arm, "failures", ours.failures(), tally.failures());
        });
  }

  private void compareDrill(String drill, Map<String, DrillResult> arms) {
    DrillResult ours = arms.get(Arms.NODEWISE);
    if (ours == null) {
      return;
    }
    arms.forEach(
        (arm, result) -> {
          if (arm.equals(Arms.NODEWISE)) {
            return;
          }
          less(drill, arm, "failed calls", ours.failed(), result.failed());
          less(drill, arm, "ms slowest", ours.slowestMillis(), result.slowestMillis());
          less(drill, arm, "ms p99 during", ours.p99During(), result.p99During());
          more(drill, arm, "of the throughput kept", ours.kept(), result.kept());
        });
  }

  /** Notes it if the other has clearly less, where less is better. */
  private void less(String what, String arm, String metric, double ours, double theirs) {
    if (theirs < ours * (1 - DRAW)) {
      note(what, arm, metric, ours, theirs);
    }
  }

  /** Notes it if the other has clearly more, where more is better. */
  private void more(String what, String arm, String metric, double ours, double theirs) {
    if (theirs > ours * (1 + DRAW)) {
      note(what, arm, metric, ours, theirs);
    }
  }

  private void note(String what, String arm, String metric, double ours, double theirs) {
    lines.add(
        String.format(
            Locale.ROOT,
            "%s: %s %s against %s of \"%s\"",
            what,
            EndToEndTables.number(ours),
            metric,
            EndToEndTables.number(theirs),
            arm));
  }
}
