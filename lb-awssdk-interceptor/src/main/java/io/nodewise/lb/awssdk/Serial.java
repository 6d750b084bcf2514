package io.nodewise.lb.awssdk;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * An HTTP client tells of an answer on its event loops, a subscriber asks for more on his own threads,
 * time-outs come from a third. What they say is put in a queue, and whoever finds nobody at work works
 * it off, his own and what the others bring meanwhile. Nobody waits, nobody is called in the middle of
 * something else, however deep the calls are nested, and what one event wrote the next one sees: the
 * counter that hands the work on is atomic.
 */
/** Runs one thing after the other, on the threads of whoever comes. Thread-safe. */
final class Serial {
  private static final Logger log = LoggerFactory.getLogger(Serial.class);

  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger(); // by whoever comes and whoever works
  private volatile @Nullable Thread worker; // by itself

  /** Runs it now, or after what is being run by another thread or further up on this one. */
  void run(Runnable event) {
    events.add(event);
    if (pending.getAndIncrement() == 0) {
      workOff();
    }
  }

  /** Whether this thread is at it just now. */
  boolean isMine() {
    return worker == Thread.currentThread();
  }

  private void workOff() {
    Error died = null;
    do {
      worker = Thread.currentThread();
      try {
        events.remove().run();
      } catch (Error e) {
        died = died == null ? e : died; // the others must be heard, and then it is this thread's
      } catch (Throwable e) {
        log.warn("A request's event failed: {}", e.toString(), e);
      }
      worker = null;
    } while (pending.decrementAndGet() > 0);
    if (died != null) {
      throw died;
    }
  }
}
