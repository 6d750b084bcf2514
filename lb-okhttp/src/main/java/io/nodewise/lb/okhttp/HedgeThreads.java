package io.nodewise.lb.okhttp;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/*
 * A read that is hedged keeps its caller's thread: the first attempt runs there, as without hedging,
 * and a read that is answered in time costs a timer that is set and taken back. Only the second attempt
 * runs on a thread of these. There is no queue before them: a hedge that has to wait for a thread is
 * too late to be of use, and is left out.
 *
 * An OkHttpClient is never closed, so nobody could close these: each thread ends when it had nothing
 * to do for a while, the timer's too.
 */
/** One timer and a few threads for second attempts, of one client. Thread-safe. */
final class HedgeThreads {
  /** Second attempts at once; at one in fifty reads more than any client needs. */
  private static final int MOST = 32;

  /** Threads that nobody needed for so many seconds end. */
  private static final long IDLE_SECONDS = 2;

  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor threads;

  /** The threads carry {@code name}; none is started before it is needed. */
  HedgeThreads(String name) {
    timer = new ScheduledThreadPoolExecutor(1, daemons("nodewise-hedge-timer-" + name));
    timer.setRemoveOnCancelPolicy(true); // nearly all are
    timer.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
    timer.allowCoreThreadTimeOut(true);
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            0,
            MOST,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            task -> daemon(task, "nodewise-hedge-" + name + "-" + number.incrementAndGet()));
  }

  private static ThreadFactory daemons(String name) {
    return task -> daemon(task, name);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Runs the attempt on a thread of these after the delay, if one is free then. */
  Future<?> after(Duration delay, Runnable attempt) {
    return timer.schedule(() -> start(attempt), delay.toNanos(), TimeUnit.NANOSECONDS);
  }

  private void start(Runnable attempt) {
    try {
      threads.execute(attempt);
    } catch (RejectedExecutionException none) {
      // No thread is free: the first attempt goes on alone.
    }
  }

  /** Second attempts that wait for their time. */
  int waiting() {
    return timer.getQueue().size();
  }
}
