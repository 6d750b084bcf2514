package io.nodewise.examples.demo.load;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/** Every call that was made. Thread-safe. */
public final class CallLog {
  private static final int DIGITS = 3;

  private final List<Call> calls = new ArrayList<>(); // this and all below guarded by this
  private final Histogram nanos = new Histogram(DIGITS);
  private long failed;
  private long corrupted;
  private long retried;

  public synchronized void add(Call call) {
    calls.add(call);
    nanos.recordValue(Math.max(0, call.durationNanos()));
    failed += call.error().isPresent() ? 1 : 0;
    corrupted += call.corruption().isPresent() ? 1 : 0;
    retried += call.attempts() > 1 ? 1 : 0;
  }

  /** The warm-up is over: the percentiles and the maximum start anew, the counts go on. */
  public synchronized void forgetTimes() {
    nanos.reset();
  }

  /** All calls, in the order in which they ended. */
  public synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  public synchronized Totals totals() {
    return new Totals(
        calls.size(),
        failed,
        corrupted,
        retried,
        nanos.getValueAtPercentile(50),
        nanos.getValueAtPercentile(99),
        nanos.getMaxValue());
  }

  /** The sums of all calls, and how long they took. */
  public record Totals(
      long calls,
      long failed,
      long corrupted,
      long retried,
      long p50Nanos,
      long p99Nanos,
      long maxNanos) {}
}
