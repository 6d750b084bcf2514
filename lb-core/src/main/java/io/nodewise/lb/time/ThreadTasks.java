package io.nodewise.lb.time;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Tasks} on one daemon thread of its own. */
public final class ThreadTasks implements Tasks {
  private static final Logger log = LoggerFactory.getLogger(ThreadTasks.class);
  private static final Scheduled NOTHING = () -> {};

  private final ScheduledThreadPoolExecutor executor;
  private volatile @Nullable Thread
      thread; // written by the thread factory, once per thread it makes

  /** Starts the thread, named {@code threadName}, with the first task. */
  public ThreadTasks(String threadName) {
    executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread made = new Thread(task, threadName);
              made.setDaemon(true);
              thread = made;
              return made;
            });
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    try {
      Future<?> future =
          executor.schedule(() -> runSafely(task), delay.toNanos(), TimeUnit.NANOSECONDS);
      return () -> future.cancel(false);
    } catch (RejectedExecutionException closed) {
      return NOTHING;
    }
  }

  private static void runSafely(Runnable task) {
    try {
      task.run();
    } catch (Throwable t) {
      log.error("A background task failed: {}", t.toString(), t);
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
    Thread ending = thread;
    if (ending == null || Thread.currentThread() == ending) {
      return;
    }
    try {
      ending.join(TimeUnit.SECONDS.toMillis(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
