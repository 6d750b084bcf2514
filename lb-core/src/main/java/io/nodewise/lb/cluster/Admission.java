package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.InFlightLimits;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/*
 * Those who find no place stand in a queue. Only the head of it tries, whenever a place became free;
 * whoever comes while somebody waits goes to the end. So nobody is overtaken, and nobody tries in
 * vain but the head.
 *
 * Retries have a queue of their own. One may go only where it has not been, so at the head of all it
 * would wait for one busy node and keep everybody behind it from those that are free. The two heads
 * compete for a place.
 *
 * No wake-up is lost: who waits is in a queue before he tries, and who leaves has given his place
 * back before he looks at the queues. So either the one sees the place, or the other sees him. A try
 * that finds a place in total but no node holds the former for a moment; it wakes the heads only if
 * that kept somebody out, or two heads would wake each other for ever.
 */
/** Lets attempts in as far as there are places. Thread-safe. */
final class Admission {
  private final InFlightLimits limits;
  private final AtomicInteger inFlight = new AtomicInteger(); // in total; counted up by tryEnter()
  private final AtomicInteger waiting = new AtomicInteger(); // by those who wait
  private final Queue<Thread> fresh = new ConcurrentLinkedQueue<>();
  private final Queue<Thread> retries = new ConcurrentLinkedQueue<>();
  private volatile boolean keptOut; // by who finds all places in total taken

  Admission(InFlightLimits limits) {
    this.limits = limits;
  }

  /**
   * What {@code begin} returns, as soon as there is a place for it; null if there was none in time.
   *
   * @param isRetry whether some nodes are out of the question, as the request has been there
   * @param begin begins an attempt, or returns null if no node has a place
   * @throws E what {@code begin} throws, which is not waited for
   */
  <T, E extends Exception> @Nullable T enter(boolean isRetry, Beginning<T, E> begin) throws E {
    Queue<Thread> queue = isRetry ? retries : fresh;
    if (queue.isEmpty()) {
      T begun = tryEnter(begin);
      if (begun != null) {
        return begun;
      }
    }
    if (limits.maxWait().isZero()) {
      return null;
    }
    if (waiting.incrementAndGet() > limits.waiting()) {
      waiting.decrementAndGet();
      return null;
    }
    Thread self = Thread.currentThread();
    queue.add(self);
    try {
      return await(begin, queue, self, System.nanoTime() + limits.maxWait().toNanos());
    } finally {
      queue.remove(self);
      waiting.decrementAndGet();
      wakeHeads(); // perhaps there is a place for them, too
    }
  }

  /** The same without waiting, and without overtaking anybody who does. */
  <T, E extends Exception> @Nullable T enterAtOnce(Beginning<T, E> begin) throws E {
    return fresh.isEmpty() && retries.isEmpty() ? tryEnter(begin) : null;
  }

  /** Begins an attempt if it can. */
  interface Beginning<T, E extends Exception> {
    @Nullable T tryBegin() throws E;
  }

  private <T, E extends Exception> @Nullable T await(
      Beginning<T, E> begin, Queue<Thread> queue, Thread self, long deadline) throws E {
    while (true) {
      if (queue.peek() == self) {
        T begun = tryEnter(begin);
        if (begun != null) {
          return begun;
        }
      }
      long left = deadline - System.nanoTime();
      if (left <= 0 || self.isInterrupted()) {
        return null;
      }
      LockSupport.parkNanos(this, left);
    }
  }

  private <T, E extends Exception> @Nullable T tryEnter(Beginning<T, E> begin) throws E {
    if (limits.total() > 0 && !countIn()) {
      return null;
    }
    T begun = null;
    try {
      begun = begin.tryBegin();
    } finally {
      if (begun == null && limits.total() > 0) {
        inFlight.decrementAndGet();
        if (keptOut) {
          keptOut = false;
          wakeHeads();
        }
      }
    }
    return begun;
  }

  private boolean countIn() {
    if (tryCountIn()) {
      return true;
    }
    keptOut = true;
    return tryCountIn(); // whoever gave back a place meanwhile may not have seen that
  }

  private boolean tryCountIn() {
    int now = inFlight.get();
    while (now < limits.total()) {
      if (inFlight.compareAndSet(now, now + 1)) {
        return true;
      }
      now = inFlight.get();
    }
    return false;
  }

  /** An attempt that was let in has ended or was parked, and its node counts it no more. */
  void left() {
    if (limits.total() > 0) {
      inFlight.decrementAndGet();
    }
    wakeHeads();
  }

  /** One that was parked is read on. It has a place whether there is one or not. */
  void back() {
    if (limits.total() > 0) {
      inFlight.incrementAndGet();
    }
  }

  /** Lets those who wait longest try, as nodes may have become usable. */
  void wakeHeads() {
    wake(fresh.peek());
    wake(retries.peek());
  }

  private static void wake(@Nullable Thread head) {
    if (head != null && head != Thread.currentThread()) {
      LockSupport.unpark(head);
    }
  }

  /** What to say to one that was not let in. */
  String refusal() {
    return "in flight already: "
        + (limits.total() > 0 ? limits.total() + " in total" : "")
        + (limits.total() > 0 && limits.perNode() > 0 ? ", or " : "")
        + (limits.perNode() > 0 ? limits.perNode() + " on every node" : "")
        + ", and none ended within "
        + limits.maxWait().toMillis()
        + " ms";
  }
}
