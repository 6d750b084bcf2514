package io.nodewise.lb.endtoend;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

/** Processor time and allocation of this JVM. Thread-safe. */
final class Meters {
  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int LOOKS = 5;
  private static final long LOOK_MILLIS = 200;

  private final double idleShare;

  private Meters(double idleShare) {
    this.idleShare = idleShare;
  }

  /**
   * Looks for a second at what this JVM uses when no call is made: probes and timers. The lowest of
   * some looks, as the compiler is still busy with what was done before.
   */
  static Meters calibrated() throws InterruptedException {
    double lowest = 1;
    for (int i = 0; i < LOOKS; i++) {
      long cpu = SYSTEM.getProcessCpuTime();
      long start = System.nanoTime();
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
      double share = (double) (SYSTEM.getProcessCpuTime() - cpu) / (System.nanoTime() - start);
      lowest = Math.min(lowest, share);
    }
    return new Meters(lowest);
  }

  /** Processor time of this JVM so far, in nanoseconds. */
  static long cpuNanos() {
    return SYSTEM.getProcessCpuTime();
  }

  /** The share of one processor that this JVM uses when idle. */
  double idleShare() {
    return idleShare;
  }

  /** Bytes that the calling thread has allocated so far. */
  static long allocatedBytes() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
