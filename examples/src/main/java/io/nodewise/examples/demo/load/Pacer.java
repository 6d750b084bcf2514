package io.nodewise.examples.demo.load;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Hands out the moments at which calls start, so many a second over all workers. Thread-safe. */
final class Pacer {
  /** What could not start in time is caught up with only this far, not in one long burst. */
  private static final long BACKLOG_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final long intervalNanos;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private long next; // guarded by this

  Pacer(int callsPerSecond) {
    intervalNanos = TimeUnit.SECONDS.toNanos(1) / callsPerSecond;
    next = System.nanoTime();
  }

  /** Waits for the caller's turn; from {@link #stop} on there is no more waiting. */
  void awaitTurn() throws InterruptedException {
    stopped.await(reserve() - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private synchronized long reserve() {
    long earliest = System.nanoTime() - BACKLOG_NANOS;
    long turn = next - earliest > 0 ? next : earliest;
    next = turn + intervalNanos;
    return turn;
  }

  void stop() {
    stopped.countDown();
  }

  boolean isStopped() {
    return stopped.getCount() == 0;
  }
}
