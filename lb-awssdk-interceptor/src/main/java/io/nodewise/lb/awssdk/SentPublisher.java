package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;

/*
 * Stands between the HTTP client and the caller's publisher. No client subscribes before it is
 * connected: a body without a subscriber is proof that nothing of it was sent, and leaves it whole for
 * the next node. It tells the attempt whose turn it is: as long as the client has asked for more than
 * it got, the caller's; when it has all it asked for, the node's. And it knows a failure of the
 * caller's publisher from one of the connection.
 */
/** The request body of one attempt, as a publisher. */
final class SentPublisher extends SentBody implements SdkHttpContentPublisher {
  private final @Nullable SdkHttpContentPublisher source;
  private volatile @Nullable Attempt attempt; // until the answer begins

  private SentPublisher(@Nullable SdkHttpContentPublisher source, long length) {
    super(source != null && length != 0, length);
    this.source = source;
  }

  static SentPublisher of(SdkHttpRequest request, @Nullable SdkHttpContentPublisher source) {
    if (source == null) {
      return none();
    }
    long said = Answer.lengthOf(request);
    return new SentPublisher(source, said >= 0 ? said : source.contentLength().orElse(-1L));
  }

  /** Of requests without one. */
  static SentPublisher none() {
    return new SentPublisher(null, 0);
  }

  /** The caller's; null if there is none. */
  @Nullable SdkHttpContentPublisher source() {
    return source;
  }

  /** Tells this attempt whose turn it is. */
  void watchedBy(Attempt running) {
    attempt = running;
  }

  /** The answer has begun: what is still sent has no clock. */
  void answered() {
    attempt = null;
  }

  @Override
  public Optional<Long> contentLength() {
    SdkHttpContentPublisher from = source;
    return from == null ? Optional.of(0L) : from.contentLength();
  }

  @Override
  public void subscribe(Subscriber<? super ByteBuffer> client) {
    SdkHttpContentPublisher from = source;
    if (from == null) {
      client.onSubscribe(new Nothing(client));
      return;
    }
    touched();
    from.subscribe(new Watched(client));
  }

  /** Between the two; each signal comes after the one before, as publishers have to see to. */
  private final class Watched implements Subscriber<ByteBuffer>, Subscription {
    private final Subscriber<? super ByteBuffer> client;
    private @Nullable Subscription subscription; // from onSubscribe() on
    private long asked; // and not delivered; by either side, an estimate
    private volatile long sent; // by the source, as the next
    private volatile boolean complete;

    Watched(Subscriber<? super ByteBuffer> client) {
      this.client = client;
    }

    @Override
    public void onSubscribe(Subscription source) {
      subscription = source;
      client.onSubscribe(this);
    }

    @Override
    public void request(long n) {
      asked = asked + n < 0 ? Long.MAX_VALUE : asked + n;
      Attempt running = attempt;
      if (running != null && !isSent()) {
        running.readingLocalBody();
        if (isSent()) {
          running.sent(); // meanwhile, and who says it last is believed
        }
      }
      Subscription source = subscription;
      if (source != null) {
        source.request(n);
      }
    }

    /** Clients ask for more when they have all: then nothing of the caller's is waited for. */
    private boolean isSent() {
      return complete || isAll(sent);
    }

    @Override
    public void cancel() {
      Subscription source = subscription;
      if (source != null) {
        source.cancel();
      }
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      sent = sent + bytes.remaining();
      asked -= asked == Long.MAX_VALUE ? 0 : 1;
      Attempt running = attempt;
      if (running != null) {
        if (isAll(sent)) {
          running.sent();
        } else if (asked > 0) {
          running.readingLocalBody();
        } else {
          running.sending();
        }
      }
      client.onNext(bytes);
    }

    @Override
    public void onError(Throwable e) {
      failed(e);
      client.onError(e);
    }

    @Override
    public void onComplete() {
      complete = true;
      Attempt running = attempt;
      if (running != null) {
        running.sent();
      }
      client.onComplete();
    }
  }

  /** Completes as soon as something is asked for. */
  private static final class Nothing implements Subscription {
    private final Subscriber<? super ByteBuffer> client;
    private boolean over;

    Nothing(Subscriber<? super ByteBuffer> client) {
      this.client = client;
    }

    @Override
    public synchronized void request(long n) {
      if (!over) {
        over = true;
        client.onComplete();
      }
    }

    @Override
    public synchronized void cancel() {
      over = true;
    }
  }
}
