package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpRequest;

/**
 * Has the requests of one attempt of the SDK signed, each for its node, where they don't come
 * signed. A body may be hashed for that whose publisher never comes to an end, so the attempt that
 * waits for it can be ended here. Within the request's {@link Serial}.
 */
final class AsyncSigning {
  private final @Nullable NodeSigning signing;
  private final Serial serial;
  private @Nullable Attempt waiting;
  private boolean over;

  /**
   * For one request.
   *
   * @param signing null where they come signed
   */
  AsyncSigning(@Nullable NodeSigning signing, Serial serial) {
    this.signing = signing;
    this.serial = serial;
  }

  /** What is to be sent, of one attempt. */
  record Ready(SdkHttpRequest request, SentPublisher body) {}

  /** Tells {@code then} what is to be sent, or {@code failed} why there is nothing. */
  void sign(
      Ready unsigned, Attempt attempt, Consumer<Ready> then, Consumer<? super Throwable> failed) {
    if (signing == null) {
      then.accept(unsigned);
      return;
    }
    waiting = attempt;
    Future<?> unused = // it tells by itself
        signing
            .signed(unsigned.request(), unsigned.body().source(), attempt)
            .whenComplete((signed, e) -> serial.run(() -> signed(signed, e, then, failed)));
  }

  private void signed(
      NodeSigning.@Nullable Signed signed,
      @Nullable Throwable e,
      Consumer<Ready> then,
      Consumer<? super Throwable> failed) {
    waiting = null;
    if (over) {
      return;
    }
    if (signed != null) {
      SentPublisher body = SentPublisher.of(signed.request(), signed.body());
      then.accept(new Ready(signed.request(), body));
    } else if (e != null) {
      failed.accept(e instanceof CompletionException && e.getCause() != null ? e.getCause() : e);
    }
  }

  /** Nobody wants any more what is not signed yet. */
  void giveUp() {
    over = true;
    Attempt unsigned = waiting;
    if (unsigned != null) {
      unsigned.end(Outcome.cancelled("aborted by the caller"));
    }
  }
}
