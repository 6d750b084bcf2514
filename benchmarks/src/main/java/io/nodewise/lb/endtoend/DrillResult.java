package io.nodewise.lb.endtoend;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What an arm's calls went through in a drill, over its repetitions.
 *
 * @param calls those that were due from the fault on
 * @param failed those of them that failed
 * @param slowestMillis the longest of them, failed or not
 * @param p99Before of the calls due before the fault, milliseconds
 * @param p99During of the calls due during the fault, failed or not
 * @param perSecondBefore calls that succeeded a second, before the fault
 * @param perSecondDuring the same during the fault
 */
record DrillResult(
    long calls,
    long failed,
    double slowestMillis,
    double p99Before,
    double p99During,
    double perSecondBefore,
    double perSecondDuring) {

  /** The calls of one repetition, and when it happened, on the clock of the calls. */
  record Run(List<CallRecord> records, long start, long strike, long heal) {}

  /** A part of a drill: from when to when, and what was due and what was done in it. */
  private static final class Phase {
    final Histogram due = Tally.histogram();
    long done;
    long nanos;

    void add(List<CallRecord> records, long from, long to) {
      nanos += to - from;
      for (CallRecord call : records) {
        if (isBetween(call.due(), from, to)) {
          due.recordValue(Tally.recordable(call.nanos()));
        }
        if (call.succeeded() && isBetween(call.end(), from, to)) {
          done++;
        }
      }
    }

    private static boolean isBetween(long time, long from, long to) {
      return time - from >= 0 && time - to < 0;
    }

    double perSecond() {
      return done / (nanos / 1e9);
    }

    double p99() {
      return due.getTotalCount() == 0 ? Double.NaN : due.getValueAtPercentile(99) / 1e6;
    }
  }

  static DrillResult of(List<Run> runs) {
    Phase before = new Phase();
    Phase during = new Phase();
    long calls = 0;
    long failed = 0;
    long slowest = 0;
    for (Run run : runs) {
      before.add(run.records(), run.start(), run.strike());
      during.add(run.records(), run.strike(), run.heal());
      for (CallRecord call : run.records()) {
        if (call.due() - run.strike() >= 0) {
          calls++;
          failed += call.succeeded() ? 0 : 1;
          slowest = Math.max(slowest, call.nanos());
        }
      }
    }
    return new DrillResult(
        calls,
        failed,
        slowest / 1e6,
        before.p99(),
        during.p99(),
        before.perSecond(),
        during.perSecond());
  }

  /** How much of the throughput before the fault was left during it; 1 is all. */
  double kept() {
    return perSecondDuring / perSecondBefore;
  }
}
