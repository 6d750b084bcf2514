package io.nodewise.lb.endtoend;

import com.google.errorprone.annotations.FormatMethod;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The results as a text with tables. */
final class EndToEndTables {
  private final StringBuilder text = new StringBuilder();

  private EndToEndTables() {}

  static String markdown(Measured measured) {
    EndToEndTables tables = new EndToEndTables();
    tables.line("# End to end: real nodes, real proxies, real faults");
    tables.line("");
    tables.line("How to read it, and what it does not show: [README](../README.md#end-to-end).");
    tables.line("");
    measured.circumstances().forEach(one -> tables.line("- " + one));
    if (!measured.ratios().isEmpty()) {
      tables.ratios(measured.ratios());
    }
    if (!measured.speed().isEmpty()) {
      tables.speed(measured.speed());
    }
    if (!measured.scaling().isEmpty()) {
      tables.scaling(measured.scaling());
    }
    if (!measured.drills().isEmpty()) {
      tables.drills(measured.drills());
    }
    tables.shortfalls(Shortfalls.of(measured));
    ArmSettings.lines().forEach(tables::line);
    return tables.text.toString();
  }

  private void ratios(Map<Operation, Map<String, Ratio>> ratios) {
    line("");
    line("## What the library adds: one node, one thread");
    line("");
    line("p50 with the library to p50 of the plain client; 1.00 is nothing added. Interval: 95 %.");
    line("");
    line(
        "| operation | plain p50 ms | Nodewise / plain | interval | plain / plain | interval | pairs |");
    line("|---|---|---|---|---|---|---|");
    ratios.forEach(
        (operation, byArm) -> {
          Ratio ours = byArm.get(Arms.NODEWISE_ONE);
          Ratio control = byArm.get(Arms.PLAIN_AGAIN);
          if (ours != null && control != null) {
            row(
                "| %s | %s | **%.3f** | %.3f to %.3f | %.3f | %.3f to %.3f | %d |",
                operation.shown(),
                number(ours.base() / 1e6),
                ours.value(),
                ours.low(),
                ours.high(),
                control.value(),
                control.low(),
                control.high(),
                ours.pairs());
          }
        });
  }

  private void speed(Map<Workload, Map<String, List<Tally>>> speed) {
    line("");
    line("## Speed: no faults");
    line("");
    line("Processor time is that of a call: client, proxy, nodes.");
    speed.forEach(
        (workload, arms) -> {
          line("");
          line("### " + workload.shown());
          line("");
          tallies(Measured.sums(arms));
        });
  }

  private void tallies(Map<String, Tally> arms) {
    line(
        "| arm | calls/s | p50 ms | p99 ms | p99.9 ms | client µs | proxy µs | both | nodes µs |"
            + " KiB allocated | calls | failed |");
    line("|---|---|---|---|---|---|---|---|---|---|---|---|");
    arms.forEach(
        (arm, tally) ->
            row(
                "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %d | %d |",
                bold(arm),
                number(tally.perSecond()),
                number(tally.percentile(50)),
                number(tally.percentile(99)),
                number(tally.percentile(99.9)),
                number(tally.clientCpu()),
                tally.proxyCpu() == 0 ? "–" : number(tally.proxyCpu()),
                number(tally.clientCpu() + tally.proxyCpu()),
                number(tally.nodeCpu()),
                number(tally.allocated()),
                tally.calls(),
                tally.failures()));
  }

  private void scaling(Map<String, Tally> scaling) {
    line("");
    line("## Scaling: nodes that are their own bound");
    line("");
    line(
        String.format(
            Locale.ROOT,
            "Each node serves %d requests at a time, %d ms each: %d a second at most. %d threads, %s.",
            EndToEnd.BOUNDED.slots(),
            EndToEnd.BOUNDED.delayMillis(),
            1000 * EndToEnd.BOUNDED.slots() / EndToEnd.BOUNDED.delayMillis(),
            EndToEnd.SCALING_THREADS,
            Operation.SMALL_GET.shown()));
    line("");
    tallies(scaling);
  }

  private void drills(Map<Drill, DrillGround.Outcome> drills) {
    line("");
    line("## Faults: all arms at once, at a fixed rate");
    line("");
    line(
        String.format(
            Locale.ROOT,
            "Nodes take %d ms for each request. *failed* and *slowest* are of all calls from the"
                + " fault on.",
            Drill.SERVICE.delayMillis()));
    drills.forEach(
        (drill, outcome) -> {
          line("");
          line("### " + drill.shown());
          line("");
          line(
              "| arm | failed | of calls | slowest ms | p99 before | p90 during | p99 during | calls/s before |"
                  + " calls/s during | kept | why calls failed |");
          line("|---|---|---|---|---|---|---|---|---|---|---|");
          outcome.byArm().forEach((arm, result) -> drill(arm, result, outcome.failures().get(arm)));
        });
  }

  private void drill(String arm, DrillResult result, @Nullable Map<String, Integer> why) {
    row(
        "| %s | %d | %d | %s | %s | %s | %s | %s | %s | %.0f %% | %s |",
        bold(arm),
        result.failed(),
        result.calls(),
        number(result.slowestMillis()),
        number(result.p99Before()),
        number(result.p90During()),
        number(result.p99During()),
        number(result.perSecondBefore()),
        number(result.perSecondDuring()),
        100 * result.kept(),
        why == null ? "" : why.toString().replaceAll("[{}]", "").replace("=", " × "));
  }

  private void shortfalls(List<String> lines) {
    line("");
    line("## Where Nodewise is not ahead");
    line("");
    line(
        "Every figure by which another arm over all nodes is better by more than 3 %, and by which the"
            + " plain client of one node is better than Nodewise over that node; chance included. In"
            + " how many of the rounds it was so says something of chance.");
    line("");
    if (lines.isEmpty()) {
      line("None.");
      return;
    }
    line("| case | figure | ours | | theirs | | better in |");
    line("|---|---|---|---|---|---|---|");
    lines.forEach(this::line);
  }

  /** Three digits, or a dash for what is not known. */
  static String number(double value) {
    if (Double.isNaN(value)) {
      return "–";
    }
    double size = Math.abs(value);
    String format = size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, value == 0 ? "%.0f" : format, value);
  }

  private static String bold(String arm) {
    return arm.startsWith(Arms.NODEWISE) ? "**" + arm + "**" : arm;
  }

  @FormatMethod
  private void row(String format, Object... values) {
    line(String.format(Locale.ROOT, format, values));
  }

  private void line(String line) {
    text.append(line).append('\n');
  }
}
