package io.nodewise.lb.awssdk;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What the SDK holds of an attempt. It is completed by the attempt through {@link #ends} alone; who
 * completes it from outside, as a time-out does, gives the attempt up. Thread-safe.
 */
final class AnswerFuture extends CompletableFuture<Void> {
  private final Consumer<Throwable> stopped;
  private final Runnable late;

  /**
   * Not completed.
   *
   * @param stopped is told of whoever completes it from outside
   * @param late is told of whoever would have, were it not complete
   */
  AnswerFuture(Consumer<Throwable> stopped, Runnable late) {
    this.stopped = stopped;
    this.late = late;
  }

  /** The attempt is over, with nothing wrong or with this. */
  void ends(@Nullable Throwable why) {
    if (why == null) {
      super.complete(null);
    } else {
      super.completeExceptionally(why);
    }
  }

  @Override
  public boolean complete(Void nothing) {
    return stopped(super.complete(nothing), new CancellationException("completed"));
  }

  @Override
  public boolean completeExceptionally(Throwable why) {
    return stopped(super.completeExceptionally(why), why);
  }

  @Override
  public boolean cancel(boolean mayInterrupt) {
    return stopped(super.cancel(mayInterrupt), new CancellationException("cancelled"));
  }

  private boolean stopped(boolean isFirst, Throwable why) {
    if (isFirst) {
      stopped.accept(why);
    } else {
      late.run();
    }
    return isFirst;
  }
}
