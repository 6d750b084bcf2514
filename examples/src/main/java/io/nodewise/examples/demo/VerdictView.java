package io.nodewise.examples.demo;

import io.nodewise.examples.view.Ink;
import io.nodewise.examples.view.Line;
import java.util.ArrayList;
import java.util.List;

/** The verdict as lines to print. */
final class VerdictView {
  private VerdictView() {}

  static List<Line> lines(Verdict verdict) {
    List<Line> lines = new ArrayList<>();
    lines.add(new Line());
    lines.add(
        new Line()
            .add(
                Ink.DIM,
                " %-15s  %-15s  %8s  %8s  %6s  %6s  %12s  %13s  %s",
                "fault",
                "node",
                "at",
                "for",
                "calls",
                "failed",
                "slowest call",
                "beyond usual",
                "which"));
    verdict.faults().forEach(fault -> lines.add(line(fault)));
    lines.add(new Line());
    lines.add(
        new Line()
            .add(
                " %s client: %,d calls, %,d failed, %,d corrupted, %,d retried, %,d failovers,"
                    + " p50 %.1f ms, p99 %.0f ms, max %,.0f ms",
                verdict.client(),
                verdict.calls(),
                verdict.failed(),
                verdict.corrupted(),
                verdict.retried(),
                verdict.failovers(),
                verdict.p50Millis(),
                verdict.p99Millis(),
                verdict.maxMillis()));
    lines.add(
        verdict.success()
            ? new Line().add(Ink.GREEN, " PASSED: no call failed, every byte read was right")
            : new Line().add(Ink.RED, " FAILED"));
    verdict.problems().forEach(problem -> lines.add(new Line().add(Ink.RED, "   %s", problem)));
    return lines;
  }

  private static Line line(Verdict.FaultResult fault) {
    return new Line()
        .add(" %-15s  %-15s  ", fault.kind(), fault.node())
        .add("%6.1f s  %6.1f s  ", fault.atMillis() / 1000.0, fault.durationMillis() / 1000.0)
        .add("%6d  ", fault.callsDuring())
        .add(fault.failedCalls() == 0 ? Ink.GREEN : Ink.RED, "%6d  ", fault.failedCalls())
        .add("%9.0f ms  ", fault.maxMillisDuring())
        .add("%10.0f ms  ", fault.maxMillisBeyondTransfer())
        .add(Ink.DIM, "%s", fault.slowest());
  }
}
