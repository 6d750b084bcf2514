package io.nodewise.examples.demo;

import io.nodewise.examples.demo.client.NodeRow;
import io.nodewise.examples.demo.load.CallLog;
import io.nodewise.examples.view.Ink;
import io.nodewise.examples.view.Line;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The live table at one moment, as lines to draw. */
record Frame(
    String title,
    long startNanos,
    long nowNanos,
    Duration planned,
    List<NodeRow> rows,
    Map<String, Double> shares,
    CallLog.Totals totals,
    long failovers,
    List<Fault> faults,
    List<RunLog.Event> events) {

  private static final int BAR = 12;
  private static final int TIME_LINE = 72;
  private static final int EVENTS = 5;
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉";

  List<Line> lines() {
    List<Line> lines = new ArrayList<>();
    lines.add(
        new Line()
            .add(Ink.BOLD, " %s", title)
            .add(Ink.DIM, "   %s of %s", clock(nowNanos), clock(startNanos + planned.toNanos())));
    lines.add(new Line());
    lines.add(
        new Line()
            .add(
                Ink.DIM,
                " %-15s  %-10s %6s  %-18s  %9s  %8s  %8s  %6s  %s",
                "node",
                "state",
                "for",
                "share of last " + RecentShares.SECONDS + " s",
                "in flight",
                "ttfb p50",
                "ttfb p99",
                "errors",
                "why"));
    rows.forEach(row -> lines.add(row(row)));
    lines.add(new Line());
    lines.add(timeLine());
    lines.add(legend());
    lines.add(new Line());
    lines.add(totals(totals, failovers));
    lines.add(new Line());
    for (int i = 0; i < EVENTS; i++) {
      int at = events.size() - EVENTS + i + Math.max(0, EVENTS - events.size());
      lines.add(at < events.size() ? event(events.get(at), startNanos) : new Line());
    }
    return lines;
  }

  private Line row(NodeRow row) {
    double share = share(row);
    return new Line()
        .add(" %-15s  ", row.node())
        .add(ink(row.health()), "● %-8s ", row.state())
        .add(Ink.DIM, "%6s  ", row.age().map(Frame::seconds).orElse(""))
        .add(Ink.CYAN, "%s", bar(share))
        .add(" %3.0f %%  ", 100 * share)
        .add("%9d  ", row.inFlight())
        .add("%8s  ", millis(row.firstByteP50().toNanos()))
        .add("%8s  ", millis(row.firstByteP99().toNanos()))
        .add(row.errors() == 0 ? Ink.DIM : Ink.YELLOW, "%6d  ", row.errors())
        .add(Ink.DIM, "%s", row.reason());
  }

  /** The node's part of the attempts of the last seconds. */
  double share(NodeRow row) {
    return shares.getOrDefault(row.node(), 0.0);
  }

  static Line totals(CallLog.Totals totals, long failovers) {
    return new Line()
        .add(Ink.BOLD, " %,d calls", totals.calls())
        .add(Ink.DIM, " · ")
        .add(totals.failed() == 0 ? Ink.GREEN : Ink.RED, "%,d failed", totals.failed())
        .add(Ink.DIM, " · ")
        .add(totals.corrupted() == 0 ? Ink.GREEN : Ink.RED, "%,d corrupted", totals.corrupted())
        .add(Ink.DIM, " · ")
        .add("%,d retried", totals.retried())
        .add(Ink.DIM, " · ")
        .add("%,d failovers", failovers)
        .add(Ink.DIM, " · ")
        .add("p50 %s", millis(totals.p50Nanos()))
        .add(Ink.DIM, " · ")
        .add("p99 %s", millis(totals.p99Nanos()))
        .add(Ink.DIM, " · ")
        .add("max %s", millis(totals.maxNanos()));
  }

  static Line event(RunLog.Event event, long startNanos) {
    double at = (event.nanos() - startNanos) / 1e9;
    return new Line().add(Ink.DIM, " %6.1f s  ", at).add(event.ink(), "%s", event.text());
  }

  /** One cell for each part of the run: what is past, what was broken then, what is to come. */
  private Line timeLine() {
    long cell = Math.max(planned.toNanos(), nowNanos - startNanos) / TIME_LINE + 1;
    Line line = new Line().add(" ");
    for (int i = 0; i < TIME_LINE; i++) {
      long from = startNanos + i * cell;
      long to = from + cell;
      Fault fault =
          faults.stream()
              .filter(f -> f.startNanos() < to && Math.min(f.endOrNow(), nowNanos) > from)
              .findFirst()
              .orElse(null);
      if (fault != null) {
        line.add(fault.kind().ink(), "█");
      } else {
        line.add(from < nowNanos ? Ink.GREEN : Ink.DIM, from < nowNanos ? "━" : "─");
      }
    }
    return line;
  }

  private static Line legend() {
    Line line = new Line().add(Ink.GREEN, " ━").add(Ink.DIM, " all is well");
    for (Fault.Kind kind : Fault.Kind.values()) {
      line.add(kind.ink(), "   █").add(Ink.DIM, " %s", kind.toString().replace('-', ' '));
    }
    return line;
  }

  private String clock(long nanos) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos - startNanos);
    return String.format("%d:%02d", seconds / 60, seconds % 60);
  }

  private static Ink ink(NodeRow.Health health) {
    return switch (health) {
      case GOOD -> Ink.GREEN;
      case DOUBTFUL -> Ink.YELLOW;
      case BAD -> Ink.RED;
      case UNKNOWN -> Ink.DIM;
    };
  }

  private static String bar(double share) {
    int eighths = (int) Math.round(Math.max(0, Math.min(1, share)) * BAR * 8);
    StringBuilder bar = new StringBuilder("█".repeat(eighths / 8));
    if (eighths % 8 > 0) {
      bar.append(EIGHTHS.charAt(eighths % 8));
    }
    return bar.append(" ".repeat(BAR - bar.length())).toString();
  }

  static String seconds(Duration duration) {
    return String.format("%.1f s", duration.toMillis() / 1000.0);
  }

  static String millis(long nanos) {
    double millis = nanos / 1e6;
    return millis < 10 ? String.format("%.1f ms", millis) : String.format("%,.0f ms", millis);
  }
}
