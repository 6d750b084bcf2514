package io.nodewise.lb.endtoend;

import java.util.Collection;
import org.HdrHistogram.Histogram;

/** What one arm did in one workload, over all its turns. Not thread-safe. */
final class Tally {
  /** Percentiles to one part in a thousand, up to what a call may take and a margin. */
  private static final int DIGITS = 3;

  private static final long LONGEST_NANOS = 4 * Arm.CALL_TIMEOUT.toNanos();

  private final Histogram latencies = histogram();
  private long failures;
  private long nanos;
  private long clientCpu;
  private long proxyCpu;
  private long nodeCpu;
  private long allocated;

  static Histogram histogram() {
    return new Histogram(LONGEST_NANOS, DIGITS);
  }

  static long recordable(long latencyNanos) {
    return Math.max(1, Math.min(latencyNanos, LONGEST_NANOS));
  }

  /** All of them together. */
  static Tally sum(Collection<Tally> parts) {
    Tally sum = new Tally();
    for (Tally part : parts) {
      sum.addCalls(part.latencies, part.failures, part.allocated);
      sum.addTurn(part.nanos, part.clientCpu, part.proxyCpu, part.nodeCpu);
    }
    return sum;
  }

  /** The calls of one thread: those that succeeded, and how many did not. */
  void addCalls(Histogram succeeded, long failed, long allocatedBytes) {
    latencies.add(succeeded);
    failures += failed;
    allocated += allocatedBytes;
  }

  /** A turn's time and processor time. */
  void addTurn(long turnNanos, long client, long proxy, long nodes) {
    nanos += turnNanos;
    clientCpu += client;
    proxyCpu += proxy;
    nodeCpu += nodes;
  }

  long calls() {
    return latencies.getTotalCount();
  }

  long failures() {
    return failures;
  }

  double perSecond() {
    return calls() / (nanos / 1e9);
  }

  /** Milliseconds; NaN where there are too few calls for such a percentile to mean anything. */
  double percentile(double percentile) {
    // So that at least one call is expected beyond it.
    boolean meant = calls() * (100 - percentile) / 100 >= 1;
    return meant ? latencies.getValueAtPercentile(percentile) / 1e6 : Double.NaN;
  }

  /** Microseconds of processor time a call, in this JVM. */
  double clientCpu() {
    return micros(clientCpu);
  }

  /** Microseconds of processor time a call, in the proxy. */
  double proxyCpu() {
    return micros(proxyCpu);
  }

  /** Microseconds of processor time a call, in the nodes. */
  double nodeCpu() {
    return micros(nodeCpu);
  }

  /** KiB that the calling threads allocated a call. */
  double allocated() {
    return allocated / 1024.0 / all();
  }

  private double micros(long cpuNanos) {
    return cpuNanos / 1e3 / all();
  }

  private double all() {
    return Math.max(1, calls() + failures);
  }
}
