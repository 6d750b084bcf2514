package io.nodewise.lb.endtoend;

import java.util.Locale;

/** The results, a number to a line: {@code part,case,arm,metric,value}. */
final class EndToEndCsv {
  private final StringBuilder csv = new StringBuilder("part,case,arm,metric,value\n");

  private EndToEndCsv() {}

  static String of(Measured measured) {
    EndToEndCsv file = new EndToEndCsv();
    measured
        .speed()
        .forEach(
            (workload, arms) ->
                Measured.sums(arms)
                    .forEach((arm, tally) -> file.add("speed", workload.shown(), arm, tally)));
    measured
        .ratios()
        .forEach(
            (operation, arms) ->
                arms.forEach((arm, ratio) -> file.add(operation.shown(), arm, ratio)));
    measured.scaling().forEach((arm, tally) -> file.add("scaling", "bounded nodes", arm, tally));
    measured
        .drills()
        .forEach(
            (drill, outcome) ->
                outcome.byArm().forEach((arm, result) -> file.add(drill.shown(), arm, result)));
    return file.csv.toString();
  }

  private void add(String part, String what, String arm, Tally tally) {
    line(part, what, arm, "calls", (double) tally.calls());
    line(part, what, arm, "failures", (double) tally.failures());
    line(part, what, arm, "calls/s", tally.perSecond());
    line(part, what, arm, "p50 ms", tally.percentile(50));
    line(part, what, arm, "p99 ms", tally.percentile(99));
    line(part, what, arm, "p99.9 ms", tally.percentile(99.9));
    line(part, what, arm, "client cpu us/call", tally.clientCpu());
    line(part, what, arm, "proxy cpu us/call", tally.proxyCpu());
    line(part, what, arm, "node cpu us/call", tally.nodeCpu());
    line(part, what, arm, "allocated KiB/call", tally.allocated());
  }

  private void add(String operation, String arm, Ratio ratio) {
    line("ratio", operation, arm, "p50 ratio", ratio.value());
    line("ratio", operation, arm, "low", ratio.low());
    line("ratio", operation, arm, "high", ratio.high());
    line("ratio", operation, arm, "pairs", ratio.pairs());
    line("ratio", operation, arm, "plain p50 us", ratio.base() / 1e3);
  }

  private void add(String drill, String arm, DrillResult result) {
    line("drill", drill, arm, "calls", (double) result.calls());
    line("drill", drill, arm, "failed", (double) result.failed());
    line("drill", drill, arm, "slowest ms", result.slowestMillis());
    line("drill", drill, arm, "p99 before ms", result.p99Before());
    line("drill", drill, arm, "p90 during ms", result.p90During());
    line("drill", drill, arm, "p99 during ms", result.p99During());
    line("drill", drill, arm, "calls/s before", result.perSecondBefore());
    line("drill", drill, arm, "calls/s during", result.perSecondDuring());
  }

  private void line(String part, String what, String arm, String metric, double value) {
    String number = Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    csv.append(part)
        .append(",\"")
        .append(what)
        .append("\",\"")
        .append(arm)
        .append("\",")
        .append(metric)
        .append(',')
        .append(number)
        .append('\n');
  }
}
