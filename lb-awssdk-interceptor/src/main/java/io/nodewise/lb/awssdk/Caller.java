package io.nodewise.lb.awssdk;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/*
 * An answer is dropped when nobody can reach its body any more, and whoever has the SDK's handler may
 * reach it: the handler knows what its transformer made of the answer. The HTTP client has our request as
 * long as the connection is open. So from when the body is handed out the request reaches the handler
 * through the body alone, see JoinedBody.Handle, and that it holds as soon as somebody subscribes to it.
 */
/**
 * The SDK's side of one of its attempts: who is told of the answer, and of the end. Within the
 * request's {@link Serial}, but for the future.
 */
final class Caller {
  private static final Logger log = LoggerFactory.getLogger(Caller.class);

  private final AnswerFuture future;
  private final WeakReference<SdkAsyncHttpResponseHandler> handler;
  private @Nullable SdkAsyncHttpResponseHandler held; // until the body is handed out

  /**
   * Who is told so.
   *
   * @param stopped is told when somebody else completes the future; by any thread
   * @param late is told when somebody else would, and it is complete; the same
   */
  Caller(SdkAsyncHttpResponseHandler handler, Consumer<Throwable> stopped, Runnable late) {
    this.future = new AnswerFuture(stopped, late);
    this.handler = new WeakReference<>(handler);
    this.held = handler;
  }

  /** Completed with the end. */
  CompletableFuture<Void> future() {
    return future;
  }

  /** Who hears of the answer; until it is handed out. */
  SdkAsyncHttpResponseHandler handler() {
    return Objects.requireNonNull(held, "handed out before");
  }

  /**
   * Hands the answer out, once.
   *
   * @param body whoever has it has {@link #handler}
   * @throws RuntimeException as a transformer did
   */
  void answered(SdkHttpResponse head, Publisher<ByteBuffer> body) {
    SdkAsyncHttpResponseHandler told = handler();
    told.onHeaders(head);
    told.onStream(body);
    held = null;
  }

  /** The body was read to its end. */
  void succeeded() {
    future.ends(null);
  }

  /** It has come to nothing. */
  void failed(Throwable why) {
    SdkAsyncHttpResponseHandler told = handler.get();
    if (told != null) {
      tell(() -> told.onError(why));
    }
    future.ends(why);
  }

  /** Whatever a subscriber or transformer makes of it, the others are told, too. */
  static void tell(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException | Error e) {
      log.debug("Who was to be told of a failure failed: {}", e.toString(), e);
    }
  }
}
