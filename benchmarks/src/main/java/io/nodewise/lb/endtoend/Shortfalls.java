package io.nodewise.lb.endtoend;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Every figure by which another arm is better than ours: those over all nodes than Nodewise, the
 * plain client of one node than Nodewise over that node.
 */
final class Shortfalls {
  /** Closer than this is a draw. */
  private static final double DRAW = 0.03;

  /** What is less the better it is. */
  private static final Map<String, ToDoubleFunction<Tally>> SPEED = new LinkedHashMap<>();

  private static final Map<String, ToDoubleFunction<DrillResult>> DRILL = new LinkedHashMap<>();

  static {
    SPEED.put("ms between calls", tally -> 1000 / tally.perSecond());
    SPEED.put("ms p50", tally -> tally.percentile(50));
    SPEED.put("ms p99", tally -> tally.percentile(99));
    SPEED.put("ms p99.9", tally -> tally.percentile(99.9));
    SPEED.put("µs of client and proxy", tally -> tally.clientCpu() + tally.proxyCpu());
    SPEED.put("KiB allocated", Tally::allocated);
    SPEED.put("failed", Tally::failures);
    DRILL.put("failed", DrillResult::failed);
    DRILL.put("ms slowest", DrillResult::slowestMillis);
    DRILL.put("ms p90 during", DrillResult::p90During);
    DRILL.put("ms p99 during", DrillResult::p99During);
    DRILL.put("of the throughput lost", result -> Math.max(0, 1 - result.kept()));
  }

  private final List<String> lines = new ArrayList<>();

  private Shortfalls() {}

  static List<String> of(Measured measured) {
    Shortfalls found = new Shortfalls();
    measured
        .speed()
        .forEach(
            (workload, arms) -> {
              for (String arm : arms.keySet()) {
                boolean one = arm.equals(Arms.PLAIN);
                if (!arm.startsWith(Arms.NODEWISE)) {
                  String ours = one ? Arms.NODEWISE_ONE : Arms.NODEWISE;
                  found.speed(workload.shown(), ours, arm, arms);
                }
              }
            });
    measured.drills().forEach((drill, outcome) -> found.drill(drill.shown(), outcome.byArm()));
    return found.lines;
  }

  private void speed(String what, String ours, String theirs, Map<String, List<Tally>> arms) {
    List<Tally> our = arms.getOrDefault(ours, List.of());
    List<Tally> their = arms.getOrDefault(theirs, List.of());
    SPEED.forEach(
        (metric, value) -> {
          double mine = value.applyAsDouble(Tally.sum(our));
          double other = value.applyAsDouble(Tally.sum(their));
          if (isBetter(other, mine)) {
            int rounds = 0;
            for (int i = 0; i < Math.min(our.size(), their.size()); i++) {
              rounds += value.applyAsDouble(their.get(i)) < value.applyAsDouble(our.get(i)) ? 1 : 0;
            }
            note(what, ours, mine, metric, other, theirs, rounds + " of " + our.size() + " rounds");
          }
        });
  }

  private void drill(String what, Map<String, DrillResult> arms) {
    DrillResult our = arms.get(Arms.NODEWISE);
    arms.forEach(
        (arm, result) ->
            DRILL.forEach(
                (metric, value) -> {
                  if (our != null && !arm.equals(Arms.NODEWISE) && !arm.equals(Arms.PLAIN)) {
                    double mine = value.applyAsDouble(our);
                    double other = value.applyAsDouble(result);
                    if (isBetter(other, mine)) {
                      note(what, Arms.NODEWISE, mine, metric, other, arm, "");
                    }
                  }
                }));
  }

  private static boolean isBetter(double theirs, double ours) {
    return theirs < ours * (1 - DRAW);
  }

  private void note(
      String what,
      String ours,
      double mine,
      String metric,
      double other,
      String theirs,
      String rounds) {
    lines.add(
        String.format(
            Locale.ROOT,
            "| %s | %s | %s | %s | %s | %s | %s |",
            what,
            metric,
            ours,
            EndToEndTables.number(mine),
            theirs,
            EndToEndTables.number(other),
            rounds));
  }
}
