package io.nodewise.lb.time;

import java.time.Duration;

/**
 * The one background thread of a load balancer, as a seam: tasks run one at a time, in the order of
 * their time. A task must not block. A task that throws is logged and forgotten; it never stops the
 * thread. Thread-safe; closed by the load balancer that made it.
 */
public interface Tasks extends AutoCloseable {

  /**
   * Runs {@code task} once after {@code delay}; a delay of zero or less means as soon as it can.
   */
  Scheduled schedule(Duration delay, Runnable task);

  /**
   * Runs {@code task} once, as soon as it can; after {@link #close()} the task is dropped without a
   * word.
   */
  default void execute(Runnable task) {
    schedule(Duration.ZERO, task);
  }

  /** Cancels what has not begun and ends the thread; returns when it has ended, or after 5 s. */
  @Override
  void close();

  /** A task that waits for its time. */
  @FunctionalInterface
  interface Scheduled {
    /** Takes the task back if it has not begun; otherwise does nothing. */
    void cancel();
  }
}
