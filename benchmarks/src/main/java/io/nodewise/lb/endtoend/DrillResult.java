package io.nodewise.lb.endtoend;

import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What an arm's calls went through in a drill, over its repetitions. Calls of before the fault are
 * those that were over before it; one that was under way when it struck is the fault's.
 *
 * @param calls those that were not over when the fault struck, or due later
 * @param failed those of them that failed
 * @param slowestMillis the longest of them, failed or not
 * @param p99Before of the calls before the fault, milliseconds
 * @param p90During of the calls due before the fault was healed, failed or not
 * @param p99During the same
 * @param perSecondBefore calls that succeeded a second, before the fault
 * @param perSecondDuring the same during the fault
 */
record DrillResult(
    long calls,
    long failed,
    double slowestMillis,
    double p99Before,
    double p90During,
    double p99During,
    double perSecondBefore,
    double perSecondDuring) {

  /** The calls of one repetition, and when it happened, on the clock of the calls. */
  record Run(List<CallRecord> records, long start, long strike, long heal) {}

  static DrillResult of(List<Run> runs) {
    Histogram before = Tally.histogram();
    Histogram during = Tally.histogram();
    long calls = 0;
    long failed = 0;
    long slowest = 0;
    long doneBefore = 0;
    long doneDuring = 0;
    long nanosBefore = 0;
    long nanosDuring = 0;
    for (Run run : runs) {
      nanosBefore += run.strike() - run.start();
      nanosDuring += run.heal() - run.strike();
      for (CallRecord call : run.records()) {
        if (call.end() - run.start() < 0) {
          continue; // while settling
        }
        if (call.end() - run.strike() < 0) {
          before.recordValue(Tally.recordable(call.nanos()));
          doneBefore += call.succeeded() ? 1 : 0;
          continue;
        }
        calls++;
        failed += call.succeeded() ? 0 : 1;
        slowest = Math.max(slowest, call.nanos());
        if (call.due() - run.heal() < 0) {
          during.recordValue(Tally.recordable(call.nanos()));
        }
        if (call.end() - run.heal() < 0) {
          doneDuring += call.succeeded() ? 1 : 0;
        }
      }
    }
    return new DrillResult(
        calls,
        failed,
        slowest / 1e6,
        percentile(before, 99),
        percentile(during, 90),
        percentile(during, 99),
        doneBefore / (nanosBefore / 1e9),
        doneDuring / (nanosDuring / 1e9));
  }

  private static double percentile(Histogram nanos, double percentile) {
    return nanos.getTotalCount() == 0 ? Double.NaN : nanos.getValueAtPercentile(percentile) / 1e6;
  }

  /** How much of the throughput before the fault was left during it; 1 is all. */
  double kept() {
    return perSecondDuring / perSecondBefore;
  }
}
