package io.nodewise.lb.probe;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A few daemon threads for work that blocks on sockets: as many as there is work, up to a bound;
 * beyond it work waits its turn. A pool with a fixed core would start a thread per probe until the
 * core is full; this one reuses an idle thread first, so a small cluster lives with one.
 * Thread-safe.
 */
final class ProbeThreads {
  /**
   * Enough for 32 hung nodes at a time-out of 1 s to delay nobody; a probe that works takes 1 ms.
   */
  static final int MAX_THREADS = 32;

  /** Longer than the default interval with its jitter, so one thread serves a small cluster. */
  private static final long IDLE_SECONDS = 10;

  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Object lock = new Object();
  private final ThreadPoolExecutor pool;

  /** Each is added before it starts, by whoever makes it, and removes itself at its end. */
  private final Set<Thread> alive = ConcurrentHashMap.newKeySet();

  @GuardedBy("lock")
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  @GuardedBy("lock")
  private int active;

  ProbeThreads(String namePrefix) {
    AtomicInteger number = new AtomicInteger(); // only the thread factory
    pool =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            loop -> {
              Thread thread = new Thread(() -> live(loop), namePrefix + number.incrementAndGet());
              thread.setDaemon(true);
              alive.add(thread);
              return thread;
            });
  }

  /**
   * Runs {@code task}, which must not throw, now or when a thread is free.
   *
   * @throws RejectedExecutionException after {@link #close()}
   */
  void execute(Runnable task) {
    synchronized (lock) {
      if (active == MAX_THREADS) {
        waiting.add(task);
        return;
      }
      pool.execute(() -> work(task)); // does not run it here, so the lock is held for no time
      active++;
    }
  }

  private void live(Runnable loop) {
    try {
      loop.run();
    } finally {
      alive.remove(Thread.currentThread());
    }
  }

  private void work(Runnable first) {
    for (Runnable task = first; task != null; task = next()) {
      task.run();
    }
  }

  private @Nullable Runnable next() {
    synchronized (lock) {
      Runnable task = waiting.poll();
      if (task == null) {
        active--;
      }
      return task;
    }
  }

  /**
   * Ends the threads when the work given to them is done, and waits for that, 5 s at most: a name
   * look-up can't be cut short.
   */
  void close() {
    List<Thread> toEnd;
    synchronized (lock) { // so that none is made in between
      toEnd = List.copyOf(alive);
      pool.shutdown();
    }
    long end = System.nanoTime() + CLOSE_NANOS;
    try {
      for (Thread thread : toEnd) {
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left > 0 && thread != Thread.currentThread()) {
          thread.join(left);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
