package io.nodewise.lb.time;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * {@link Tasks} and {@link Ticker} in virtual time: nothing happens and no time passes until a test
 * says so. Tasks run on the thread that calls {@link #advance}, in the order of their time, those
 * of one time in the order in which they were scheduled; each sees the clock at its own time.
 *
 * <p>The clock starts three seconds before a {@code long} overflows, so that code which compares
 * nanoseconds otherwise than by subtraction fails its tests. Tasks may be scheduled from any
 * thread; time is advanced by one thread, and not by a task.
 */
public final class VirtualTasks implements Tasks, Ticker {
  private static final long ORIGIN = Long.MAX_VALUE - 3_000_000_000L;

  private static final class Entry implements Comparable<Entry> {
    final long due; // nanoseconds since the start, as everything here but read()
    final long number;
    final Runnable task;

    Entry(long due, long number, Runnable task) {
      this.due = due;
      this.number = number;
      this.task = task;
    }

    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(due, other.due);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final PriorityQueue<Entry> queue = new PriorityQueue<>();

  @GuardedBy("lock")
  private long now;

  @GuardedBy("lock")
  private long scheduled;

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private boolean advancing;

  @Override
  public long read() {
    synchronized (lock) {
      return ORIGIN + now; // overflows on purpose
    }
  }

  /** The time that has passed since the start. */
  public Duration elapsed() {
    synchronized (lock) {
      return Duration.ofNanos(now);
    }
  }

  @Override
  public Scheduled schedule(Duration delay, Runnable task) {
    synchronized (lock) {
      if (closed) {
        return () -> {};
      }
      Entry entry = new Entry(now + Math.max(0, delay.toNanos()), scheduled++, task);
      queue.add(entry);
      return () -> {
        synchronized (lock) {
          queue.remove(entry); // by identity
        }
      };
    }
  }

  /** Runs what is due now, with all that this makes due now. */
  public void runDue() {
    advance(Duration.ZERO);
  }

  /**
   * Lets this much time pass and runs the tasks that come due. What a task throws does not keep the
   * others from running, and comes out of here at the end.
   */
  public void advance(Duration time) {
    advance(time, () -> false);
  }

  /**
   * Lets time pass, this much at most, until {@code condition} holds: asked at first and after
   * every task. Returns whether it holds.
   */
  public boolean advanceUntil(BooleanSupplier condition, Duration atMost) {
    return condition.getAsBoolean() || advance(atMost, condition);
  }

  private boolean advance(Duration time, BooleanSupplier until) {
    if (time.isNegative()) {
      throw new IllegalArgumentException("time: " + time + " (expected: >= 0)");
    }
    long end;
    synchronized (lock) {
      if (advancing) {
        throw new IllegalStateException("advance() within a task, or by two threads");
      }
      advancing = true;
      end = now + time.toNanos();
    }
    List<Throwable> thrown = new ArrayList<>();
    boolean reached = false;
    try {
      Entry next = next(end);
      while (next != null) {
        try {
          next.task.run();
        } catch (Throwable t) {
          thrown.add(t);
        }
        reached = until.getAsBoolean();
        next = reached ? null : next(end);
      }
    } finally {
      synchronized (lock) {
        advancing = false;
        now = reached ? now : end;
      }
    }
    if (!thrown.isEmpty()) {
      AssertionError error = new AssertionError("a task threw " + thrown.get(0), thrown.get(0));
      thrown.stream().skip(1).forEach(error::addSuppressed);
      throw error;
    }
    return reached;
  }

  private @Nullable Entry next(long end) {
    synchronized (lock) {
      Entry next = queue.peek();
      if (next == null || next.due > end) {
        return null;
      }
      now = Math.max(now, next.due);
      return queue.poll();
    }
  }

  /**
   * Lets this much time pass in which nothing runs, as where the whole process is stopped: what
   * came due meanwhile runs with the next advance, late.
   */
  public void freeze(Duration time) {
    synchronized (lock) {
      if (advancing) {
        throw new IllegalStateException("freeze() within a task");
      }
      now += time.toNanos();
    }
  }

  /** How many tasks wait for their time. */
  public int pending() {
    synchronized (lock) {
      return queue.size();
    }
  }

  /** How long until the next task is due, if there is one. */
  public Optional<Duration> untilNext() {
    synchronized (lock) {
      return Optional.ofNullable(queue.peek()).map(next -> Duration.ofNanos(next.due - now));
    }
  }

  /** Whether {@link #close()} was called. */
  public boolean isClosed() {
    synchronized (lock) {
      return closed;
    }
  }

  /** Drops what waits and all that comes later; the clock can still be advanced. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      queue.clear();
    }
  }

  @Override
  public String toString() {
    return "VirtualTasks[" + elapsed() + ", " + pending() + " pending]";
  }
}
