package io.nodewise.lb.awssdk;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/*
 * Three things of an asynchronous client may wait, and the event loops of its HTTP client must not: a
 * request for a place (only with limits), the questions after a lost reply, and what follows when the
 * balancer's clocks give an attempt up, since the background thread that does so has all other
 * attempts to look after. None is a matter of every request where there are no limits, so no thread is
 * started before that.
 *
 * Each of the three has threads of its own. Questions wait for a place, too, and with all threads asking
 * nobody could be answered; and a question at a node that falls silent ends only when it is given up,
 * which must not wait for a thread that asks.
 */
/** The few threads and the timer of one asynchronous transport. Thread-safe; closed by it. */
final class AsyncThreads implements AutoCloseable {
  /** At once; what comes beyond waits its turn. */
  static final int MOST = 32;

  /** Threads that nobody needed for so many seconds end. */
  private static final long IDLE_SECONDS = 10;

  private final AtomicInteger number = new AtomicInteger(); // of the last thread
  private final ThreadPoolExecutor waiting;
  private final ThreadPoolExecutor asking;
  private final ThreadPoolExecutor others;
  private final ScheduledThreadPoolExecutor timer;

  /** The threads carry {@code name}. */
  AsyncThreads(String name) {
    waiting = threads(name);
    asking = threads(name);
    others = threads(name);
    timer =
        new ScheduledThreadPoolExecutor(1, task -> daemon(task, "nodewise-async-timer-" + name));
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    timer.setRemoveOnCancelPolicy(true);
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  private ThreadPoolExecutor threads(String name) {
    ThreadPoolExecutor threads =
        new ThreadPoolExecutor(
            MOST,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> daemon(task, "nodewise-async-" + name + "-" + number.incrementAndGet()));
    threads.allowCoreThreadTimeOut(true);
    return threads;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Runs what waits for a place; after {@link #close} on this thread. */
  void await(Runnable task) {
    run(task, waiting);
  }

  /** Runs what asks the nodes; after {@link #close} on this thread. */
  void ask(Runnable task) {
    run(task, asking);
  }

  /** Runs anything else, which waits for nobody; after {@link #close} on this thread. */
  void execute(Runnable task) {
    run(task, others);
  }

  private static void run(Runnable task, ThreadPoolExecutor threads) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException closed) {
      task.run();
    }
  }

  /** The same after so long; after {@link #close} at once. */
  void after(long nanos, Runnable task) {
    try {
      var unused = timer.schedule(() -> execute(task), nanos, TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      task.run();
    }
  }

  /** Who waits is woken; what has not begun is run here, and finds that all is closed. */
  @Override
  public void close() {
    timer.shutdownNow(); // for requests that have been ended by now
    for (ThreadPoolExecutor threads : List.of(waiting, asking, others)) {
      for (Runnable left : threads.shutdownNow()) {
        left.run();
      }
    }
  }
}
