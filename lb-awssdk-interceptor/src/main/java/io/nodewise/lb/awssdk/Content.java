package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.sync.RequestBody;

/** What a request stores, to be read once more where it must be told from others. */
interface Content {

  /**
   * The entity tag of an object of this content. Reads it; may wait.
   *
   * @throws IOException if it can't be read a second time
   */
  String entityTag() throws IOException;

  /** What kinds of content can be read as often as one likes, for who has to be told. */
  String instead();

  /** What a call sends; null if it sends nothing. */
  static @Nullable Content of(Context.ModifyHttpRequest context) {
    RequestBody stream = context.requestBody().orElse(null);
    if (stream != null) {
      return new OfStream(stream);
    }
    AsyncRequestBody publisher = context.asyncRequestBody().orElse(null);
    return publisher == null ? null : new OfPublisher(publisher);
  }

  /** Of those who wait. */
  record OfStream(RequestBody body) implements Content {
    static final String INSTEAD =
        "RequestBody.fromFile, fromBytes, a content provider that opens a new stream each time,"
            + " or a stream with mark and reset, within its limit";

    @Override
    public String entityTag() throws IOException {
      return EntityTag.ofContent(body);
    }

    @Override
    public String instead() {
      return INSTEAD;
    }
  }

  /** Of those who are told. */
  record OfPublisher(AsyncRequestBody body) implements Content {
    @Override
    public String entityTag() throws IOException {
      return Digested.tag(body);
    }

    @Override
    public String instead() {
      return "AsyncRequestBody.fromFile, fromBytes, fromByteBuffer, or a publisher that can be"
          + " subscribed to again and then begins anew";
    }
  }

  /** Reads a publisher. */
  final class Digested implements Subscriber<ByteBuffer> {
    private final MessageDigest md5 = EntityTag.md5();
    private final CompletableFuture<byte[]> digest = new CompletableFuture<>();
    private volatile @Nullable Subscription source; // by onSubscribe()

    private static String tag(AsyncRequestBody body) throws IOException {
      Digested reader = new Digested();
      body.subscribe(reader);
      try {
        return EntityTag.hex(reader.digest.get());
      } catch (ExecutionException e) {
        throw new IOException("the request body can't be read a second time", e.getCause());
      } catch (InterruptedException e) {
        reader.cancel();
        Thread.currentThread().interrupt();
        throw new IOException("nobody waits for the request body any more", e);
      }
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      source = subscription;
      subscription.request(Long.MAX_VALUE);
    }

    private void cancel() {
      Subscription reading = source;
      if (reading != null) {
        reading.cancel();
      }
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      md5.update(bytes.duplicate());
    }

    @Override
    public void onError(Throwable e) {
      digest.completeExceptionally(e);
    }

    @Override
    public void onComplete() {
      digest.complete(md5.digest());
    }
  }
}
