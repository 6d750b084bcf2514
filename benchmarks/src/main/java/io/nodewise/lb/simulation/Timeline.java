package io.nodewise.lb.simulation;

import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time for everything in a simulation: events run in the order of their time, those of one
 * time in the order in which they were scheduled. One thread only, hence no lock, and a cancelled
 * event stays in the queue until its time: it is the fastest that way, and there are millions.
 */
final class Timeline implements Ticker {

  /** Something that happens at its time. */
  static final class Event implements Comparable<Event>, Tasks.Scheduled {
    private final long due; // nanoseconds since the start
    private final long number;
    private @Nullable Runnable action; // null: cancelled

    private Event(long due, long number, Runnable action) {
      this.due = due;
      this.number = number;
      this.action = action;
    }

    @Override
    public void cancel() {
      action = null;
    }

    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(due, other.due);
      return byTime != 0 ? byTime : Long.compare(number, other.number);
    }
  }

  static final long SECOND = 1_000_000_000L;

  private final PriorityQueue<Event> queue = new PriorityQueue<>(1024);
  private long now;
  private long scheduled;
  private long run;

  @Override
  public long read() {
    return now;
  }

  /** Seconds since the start. */
  double seconds() {
    return now / 1e9;
  }

  /** How many events have happened. */
  long events() {
    return run;
  }

  /** Schedules an event so many nanoseconds from now. */
  Event after(long nanos, Runnable action) {
    Event event = new Event(now + Math.max(0, nanos), scheduled++, action);
    queue.add(event);
    return event;
  }

  /** Schedules an event at so many seconds from the start. */
  void at(double seconds, Runnable action) {
    after((long) (seconds * 1e9) - now, action);
  }

  /** Lets time pass until so many nanoseconds from the start. What an event throws comes out. */
  void runUntil(long end) {
    for (Event next = queue.peek(); next != null && next.due <= end; next = queue.peek()) {
      queue.poll();
      now = next.due;
      Runnable action = next.action;
      if (action != null) {
        run++;
        action.run();
      }
    }
    now = end;
  }

  /** The background thread of one load balancer; closing it leaves the others alone. */
  Tasks tasks() {
    return new Tasks() {
      private boolean closed;

      @Override
      public Scheduled schedule(Duration delay, Runnable task) {
        return closed ? () -> {} : after(delay.toNanos(), () -> runUnlessClosed(task));
      }

      private void runUnlessClosed(Runnable task) {
        if (!closed) {
          task.run();
        }
      }

      @Override
      public void close() {
        closed = true;
      }
    };
  }
}
