package io.nodewise.lb.awssdk;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Work of a request that may wait, on a thread that may, and what follows from it. Run once; may be
 * interrupted by any thread.
 */
final class Elsewhere implements Runnable {
  private final Supplier<Runnable> work;
  private final Consumer<Throwable> failed;
  private final Consumer<Runnable> back;

  @GuardedBy("this")
  private @Nullable Thread waits;

  @GuardedBy("this")
  private boolean unwanted;

  @GuardedBy("this")
  private boolean interrupted; // by this, not by whoever else the thread belongs to

  /**
   * @param work says what is to be done next
   * @param failed is done next where it can't say
   * @param back is told what is to be done next, also where nobody wants it any more
   */
  Elsewhere(Supplier<Runnable> work, Consumer<Throwable> failed, Consumer<Runnable> back) {
    this.work = work;
    this.failed = failed;
    this.back = back;
  }

  @Override
  public void run() {
    back.accept(begins() ? waited() : () -> {});
  }

  private Runnable waited() {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      return () -> failed.accept(e);
    } finally {
      ended();
    }
  }

  private synchronized boolean begins() {
    waits = Thread.currentThread();
    return !unwanted;
  }

  private synchronized void ended() {
    waits = null;
    if (interrupted) {
      Thread.interrupted();
    }
  }

  /** Nobody wants it any more: it ends, or does not begin. */
  synchronized void interrupt() {
    unwanted = true;
    Thread waiting = waits;
    if (waiting != null) {
      interrupted = true;
      waiting.interrupt();
    }
  }
}
