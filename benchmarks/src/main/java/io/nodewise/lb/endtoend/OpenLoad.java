package io.nodewise.lb.endtoend;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls of one arm at a fixed rate, whether those before are over or not: as many users do it.
 * Thread-safe; used once.
 */
final class OpenLoad {
  /** Out of ten calls; reads outnumber writes, and one in five is larger than a proxy's buffer. */
  private static final List<Operation> MIX =
      List.of(
          Operation.SMALL_GET,
          Operation.SMALL_PUT,
          Operation.SMALL_GET,
          Operation.MEDIUM_GET,
          Operation.SMALL_GET,
          Operation.SMALL_GET,
          Operation.SMALL_PUT,
          Operation.SMALL_GET,
          Operation.MEDIUM_PUT,
          Operation.SMALL_GET);

  /** More than ever wait at the rates used; a call that finds none left has failed. */
  private static final int MOST_THREADS = 500;

  /** Objects that are written in turn, so that one is hardly ever written twice at a time. */
  private static final int WRITTEN = 100;

  private final List<Operation> mix;
  private final Arm arm;
  private final int number;
  private final long intervalNanos;
  private final Queue<CallRecord> records = new ConcurrentLinkedQueue<>();
  private final Map<String, AtomicInteger> failures = new ConcurrentSkipListMap<>();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final ExecutorService threads =
      new ThreadPoolExecutor(
          0,
          MOST_THREADS,
          10,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          task -> {
            Thread thread = new Thread(task, "open-load");
            thread.setDaemon(true);
            return thread;
          });
  private final Thread pacer = new Thread(this::pace, "open-load-pacer");

  /**
   * @param number the arm's, from 0; arms write different objects
   */
  OpenLoad(Arm arm, int number, int callsPerSecond) {
    this(arm, number, callsPerSecond, MIX);
  }

  /** The same of these operations in turn. */
  OpenLoad(Arm arm, int number, int callsPerSecond, List<Operation> mix) {
    this.mix = List.copyOf(mix);
    this.arm = arm;
    this.number = number;
    this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / callsPerSecond;
    pacer.setDaemon(true);
  }

  Arm arm() {
    return arm;
  }

  void start() {
    pacer.start();
  }

  /** Starts no more calls. */
  void stop() {
    stopped.countDown();
  }

  /** Waits for calls under way; whatever is not over then is not recorded. */
  void awaitEnd(Duration timeout) throws InterruptedException {
    pacer.join();
    threads.shutdown();
    if (!threads.awaitTermination(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      threads.shutdownNow();
    }
  }

  List<CallRecord> records() {
    return List.copyOf(records);
  }

  /** How often calls failed, by the name of the exception. */
  Map<String, Integer> failures() {
    Map<String, Integer> counts = new TreeMap<>();
    failures.forEach((name, count) -> counts.put(name, count.get()));
    return counts;
  }

  private void pace() {
    try {
      long due = System.nanoTime();
      for (int i = 0; !stopped.await(due - System.nanoTime(), TimeUnit.NANOSECONDS); i++) {
        submit(due, i);
        due += intervalNanos;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void submit(long due, int turn) {
    try {
      threads.execute(() -> call(due, turn));
    } catch (RejectedExecutionException e) {
      failed(due, e);
    }
  }

  private void call(long due, int turn) {
    try {
      mix.get(turn % mix.size()).run(arm.s3(), number * WRITTEN + turn % WRITTEN);
      records.add(new CallRecord(due, System.nanoTime(), true));
    } catch (RuntimeException e) {
      failed(due, e);
    }
  }

  private void failed(long due, RuntimeException e) {
    records.add(new CallRecord(due, System.nanoTime(), false));
    failures.computeIfAbsent(cause(e), first -> new AtomicInteger()).incrementAndGet();
  }

  private static String cause(RuntimeException e) {
    Throwable root = e;
    for (int depth = 0; root.getCause() != null && depth < 16; depth++) {
      root = root.getCause();
    }
    return root.getClass().getSimpleName();
  }
}
