package io.nodewise.lb.awssdk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The SDK has one response handler for all attempts of a call. When it has left an attempt, because of
 * its own time-out, and begun the next one, an error of the first would be taken for one of the second,
 * and end that (with no pause between them, a call in three or five fails so). So an attempt that is
 * completed from outside is told of its end once, and at the latest before the next one begins (the
 * interceptor waits for that just before the SDK makes its handler ready again), and of nothing after that.
 * To tell it nothing at all would leave behind what the caller's transformer has open, such as a file.
 */
/** Hands a call from one attempt of the SDK to the next. Thread-safe. */
final class Handover {
  private static final Logger log = LoggerFactory.getLogger(Handover.class);

  /**
   * How long the next attempt waits at most for the last one to be over: a callback of the caller's
   * may hold it up, and then he has the two at once.
   */
  private static final long PATIENCE_MILLIS = 1000;

  /** Completed when nothing of the last one uses the call any more. */
  private final CompletableFuture<Void> left = new CompletableFuture<>();

  private volatile boolean outlived; // by await()

  /** Nothing of it uses the call any more. */
  void done() {
    left.complete(null);
  }

  /** Whether the call is the next attempt's already, and not to be touched. */
  boolean isOutlived() {
    return outlived;
  }

  /** Waits until it is over. */
  void await() {
    try {
      left.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      outlived = !left.isDone();
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      outlived = true;
      log.debug("An attempt that the SDK has left does not end: {}", e.toString());
    }
  }
}
