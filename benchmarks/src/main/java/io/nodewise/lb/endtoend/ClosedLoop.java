package io.nodewise.lb.endtoend;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/**
 * Threads that call again as soon as a call is over, a turn long. Closed: an arm that is slow is
 * asked less. Not thread-safe; whoever made it closes it.
 */
final class ClosedLoop implements AutoCloseable {
  private record Calls(Histogram succeeded, long failed, long allocated) {}

  private final Meters meters;
  private final LongSupplier nodeCpu;
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "closed-loop");
            thread.setDaemon(true);
            return thread;
          });

  ClosedLoop(Meters meters, LongSupplier nodeCpu) {
    this.meters = meters;
    this.nodeCpu = nodeCpu;
  }

  /** Calls, and forgets what came of it. */
  void warmUp(Arm arm, Workload workload, Duration turn)
      throws InterruptedException, ExecutionException {
    turn(arm, workload, turn, new Tally());
  }

  /** Calls for so long, at least once in each thread, and adds what came of it. */
  void turn(Arm arm, Workload workload, Duration turn, Tally tally)
      throws InterruptedException, ExecutionException {
    long nodesBefore = nodeCpu.getAsLong();
    long proxyBefore = arm.proxyCpuNanos();
    long clientBefore = Meters.cpuNanos();
    long start = System.nanoTime();
    long end = start + turn.toNanos();
    List<Future<Calls>> running = new ArrayList<>();
    for (int i = 0; i < workload.threads(); i++) {
      int number = i;
      running.add(threads.submit(() -> calls(arm, workload.operation(), number, end)));
    }
    for (Future<Calls> one : running) {
      Calls calls = one.get();
      tally.addCalls(calls.succeeded(), calls.failed(), calls.allocated());
    }
    long nanos = System.nanoTime() - start;
    long client = Meters.cpuNanos() - clientBefore - (long) (meters.idleShare() * nanos);
    tally.addTurn(
        nanos,
        Math.max(0, client),
        arm.proxyCpuNanos() - proxyBefore,
        nodeCpu.getAsLong() - nodesBefore);
  }

  private static Calls calls(Arm arm, Operation operation, int number, long end) {
    Histogram succeeded = Tally.histogram();
    long failed = 0;
    long allocatedBefore = Meters.allocatedBytes();
    long before = System.nanoTime();
    do {
      try {
        operation.run(arm.s3(), number);
        long after = System.nanoTime();
        succeeded.recordValue(Tally.recordable(after - before));
        before = after;
      } catch (RuntimeException e) {
        failed++;
        before = System.nanoTime();
      }
    } while (before - end < 0);
    return new Calls(succeeded, failed, Meters.allocatedBytes() - allocatedBefore);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
