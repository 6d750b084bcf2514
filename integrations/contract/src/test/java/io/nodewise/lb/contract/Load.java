package io.nodewise.lb.contract;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Calls of several threads, of which every failure is noted. */
final class Load {
  static final int THREADS = 4;
  private static final int CALLS = 100;

  private final ContractClient client;
  private final List<Op> ops;
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong slowest = new AtomicLong();

  private Load(ContractClient client, List<Op> ops) {
    this.client = client;
    this.ops = ops;
  }

  /** Calls of these operations in turn. */
  static Load of(ContractClient client, List<Op> ops) {
    return new Load(client, ops);
  }

  /** Runs it. */
  void run() throws InterruptedException {
    during(() -> {});
  }

  /** Runs it; after a quarter of the calls this happens. */
  void during(Runnable event) throws InterruptedException {
    AtomicInteger begun = new AtomicInteger();
    List<Callable<Void>> calls = new ArrayList<>();
    for (int i = 0; i < CALLS; i++) {
      calls.add(
          () -> {
            int n = begun.getAndIncrement();
            if (n == CALLS / 4) {
              event.run();
            }
            call(ops.get(n % ops.size()), n);
            return null;
          });
    }
    AtomicInteger thread = new AtomicInteger();
    ExecutorService threads =
        Executors.newFixedThreadPool(
            THREADS, task -> new Thread(task, "contract-load-" + thread.incrementAndGet()));
    try {
      threads.invokeAll(calls);
    } finally {
      threads.shutdownNow();
    }
  }

  private void call(Op op, int n) {
    long began = System.nanoTime();
    try {
      op.run(client, n);
    } catch (Exception | AssertionError e) {
      failures.add(op + ": " + Causes.of(e));
    }
    slowest.accumulateAndGet(System.nanoTime() - began, Math::max);
  }

  /** What failed, and why. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  /** How long the slowest call took. */
  Duration slowest() {
    return Duration.ofNanos(slowest.get());
  }
}
