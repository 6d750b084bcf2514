package io.nodewise.lb.hedge;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/*
 * A read that is hedged keeps its caller's thread: the first attempt runs there, as without hedging,
 * and a read that is answered in time costs a timer that is set and taken back. Only the second attempt
 * runs on a thread of these. There is no queue before them: a hedge that has to wait for a thread is
 * too late to be of use, and is left out.
 *
 * Some clients are never closed, so each thread ends when it had nothing to do for a while, the timer's
 * too.
 */
/**
 * One timer and a few threads for second attempts, of one client. Made only where hedging is on.
 * Thread-safe; closed by the client, if that is ever closed.
 */
public class HedgeThreads implements AutoCloseable {
  /**
   * Second attempts at once: at one in fifty reads, each for as long as the read takes, that is
   * more than a client of a thousand reads under way ever needs.
   */
  public static final int MOST = 32;

  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor threads;

  /**
   * Daemons; none is started before it is needed.
   *
   * @param name they carry it
   * @param idle threads that nobody needed for so long end
   */
  public HedgeThreads(String name, Duration idle) {
    timer =
        new ScheduledThreadPoolExecutor(1, task -> daemon(task, "nodewise-hedge-timer-" + name));
    timer.setRemoveOnCancelPolicy(true); // nearly all are
    timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    timer.setKeepAliveTime(idle.toNanos(), TimeUnit.NANOSECONDS);
    timer.allowCoreThreadTimeOut(true);
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            0,
            MOST,
            idle.toNanos(),
            TimeUnit.NANOSECONDS,
            new SynchronousQueue<>(),
            task -> daemon(task, "nodewise-hedge-" + name + "-" + number.incrementAndGet()));
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Runs the attempt on a thread of these after the delay, if one is free then. Null after {@link
   * #close()}: it is not run.
   */
  public @Nullable Future<?> after(Duration delay, Runnable attempt) {
    try {
      return timer.schedule(() -> start(attempt), delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      return null;
    }
  }

  private void start(Runnable attempt) {
    try {
      threads.execute(attempt);
    } catch (RejectedExecutionException none) {
      // No thread is free, or all is closed: the first attempt goes on alone.
    }
  }

  /** Second attempts that wait for their time. */
  public int waiting() {
    return timer.getQueue().size();
  }

  /** No further second attempts. Those that run end with their requests, and their threads then. */
  @Override
  public void close() {
    timer.shutdownNow();
    threads.shutdown();
  }
}
