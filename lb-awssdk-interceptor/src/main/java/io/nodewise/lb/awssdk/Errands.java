package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * A place on a node and the questions after a lost reply may have to be waited for, which no event loop
 * must. So a thread that may wait is sent for them, and comes back into the request's Serial with what it
 * has found. One is on its way at a time, for the request goes on with what it brings.
 */
/** What is fetched for one request, by threads that may wait. Within its {@link Serial}. */
final class Errands {
  private final AsyncTransport transport;
  private final Serial serial;
  private final BooleanSupplier isOver;
  private final Consumer<Throwable> failed;
  private final Runnable back;
  private @Nullable Elsewhere running;

  /**
   * Of one request.
   *
   * @param isOver whether it has ended, and wants nothing any more
   * @param failed is told where an errand came to nothing
   * @param back is told of each that is done, when what it brought has been taken
   */
  Errands(
      AsyncTransport transport,
      Serial serial,
      BooleanSupplier isOver,
      Consumer<Throwable> failed,
      Runnable back) {
    this.transport = transport;
    this.serial = serial;
    this.isOver = isOver;
    this.failed = failed;
    this.back = back;
  }

  /** Whether no thread is under way. */
  boolean isHome() {
    return running == null;
  }

  /** Ends the one that is under way: nobody wants what it would bring. */
  void giveUp() {
    Elsewhere waiting = running;
    if (waiting != null) {
      waiting.interrupt();
    }
  }

  /** Does it after so long. */
  void after(long nanos, Runnable event) {
    transport.threads().after(nanos, () -> serial.run(event));
  }

  /** Asks the nodes. */
  void ask(Supplier<Runnable> questions) {
    send(transport.threads()::ask, questions);
  }

  /** Begins an attempt, on a thread that may wait if it has to. */
  void pick(Picking picking, Consumer<Attempt> then, Consumer<NoNodeAvailableException> none) {
    if (transport.mayWait()) {
      send(transport.threads()::await, () -> picked(picking, then, none));
    } else {
      picked(picking, then, none).run();
    }
  }

  private Runnable picked(
      Picking picking, Consumer<Attempt> then, Consumer<NoNodeAvailableException> none) {
    try {
      Attempt attempt = picking.pick();
      return () -> {
        if (isOver.getAsBoolean()) {
          attempt.end(Outcome.cancelled("aborted by the caller"));
        } else {
          then.accept(attempt);
        }
      };
    } catch (NoNodeAvailableException e) {
      return () -> {
        if (!isOver.getAsBoolean()) {
          none.accept(e);
        }
      };
    }
  }

  /** Begins an attempt. */
  interface Picking {
    Attempt pick() throws NoNodeAvailableException;
  }

  private void send(Executor threads, Supplier<Runnable> work) {
    Elsewhere waiting = new Elsewhere(work, failed, next -> serial.run(() -> back(next)));
    running = waiting;
    threads.execute(waiting);
  }

  private void back(Runnable next) {
    running = null;
    try {
      next.run();
    } finally {
      back.run();
    }
  }
}
