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
import java.util.stream.Stream;

/** Calls of several threads, of which every failure is noted. */
final class Load {
  static final int THREADS = 4;
  private static final int CALLS = 100;

  private final ContractClient client;
  private final List<Op> ops;
  private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong slowest = new AtomicLong();

  private Load(ContractClient client, List<Op> ops) {
    this.client = client;
    this.ops = ops;
  }

  /** A call that failed. */
  record Failure(Op op, Throwable thrown) {

    /**
     * Whether a part of an answer may have been handed on by then: it is the body of an object or
     * of a list, and OkHttp was reading that body, not asking for it.
     */
    boolean isOfABodyThatHadBegun() {
      return (op == Op.GET || op == Op.LIST)
          && Causes.of(thrown).stream()
              .flatMap(cause -> Stream.of(cause.getStackTrace()))
              .anyMatch(Failure::isReadOfABody);
    }

    private static boolean isReadOfABody(StackTraceElement frame) {
      return frame.getMethodName().equals("read")
          && frame.getClassName().matches("okhttp3\\.internal\\.http1\\..*Source");
    }

    @Override
    public String toString() {
      return op + ": " + Causes.of(thrown);
    }
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
      failures.add(new Failure(op, e));
    }
    slowest.accumulateAndGet(System.nanoTime() - began, Math::max);
  }

  /** What failed, and why. */
  List<Failure> failures() {
    return List.copyOf(failures);
  }

  /** How long the slowest call took. */
  Duration slowest() {
    return Duration.ofNanos(slowest.get());
  }
}
