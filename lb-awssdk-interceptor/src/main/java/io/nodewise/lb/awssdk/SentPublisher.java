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
 * it got, the caller's; when it has all it asked for, the node's; and when the body is at its end, the
 * node's for good, though CRT's client goes on asking for more after that. Clients ask on their event
 * loops while the body comes on a thread of the caller's: what is counted and what the attempt is told
 * go together under a lock, else the attempt could be left with the caller's turn, for which no clock
 * runs. And it knows a failure of the caller's publisher from one of the connection.
 */
/** The request body of one attempt, as a publisher. */
final class SentPublisher extends SentBody implements SdkHttpContentPublisher {
  private final @Nullable SdkHttpContentPublisher source;
  private final Object turn = new Object();
  private @Nullable Attempt attempt; // until the answer begins; guarded by turn

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
    synchronized (turn) {
      attempt = running;
    }
  }

  /** The answer has begun: what is still sent has no clock. */
  void answered() {
    synchronized (turn) {
      attempt = null;
    }
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

    // Guarded by turn.
    private long asked; // and not delivered
    private long sent;
    private boolean all;

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
      asks(n);
      Subscription source = subscription;
      if (source != null) {
        source.request(n);
      }
    }

    private void asks(long n) {
      synchronized (turn) {
        asked = asked + n < 0 ? Long.MAX_VALUE : asked + n;
        Attempt running = attempt;
        if (running != null && !all) {
          running.readingLocalBody();
        }
      }
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
      delivers(bytes.remaining());
      client.onNext(bytes);
    }

    private void delivers(int bytes) {
      synchronized (turn) {
        sent += bytes;
        asked -= asked == Long.MAX_VALUE ? 0 : 1;
        all = isAll(sent);
        Attempt running = attempt;
        if (running == null) {
          return;
        }
        running.bodySent(bytes);
        if (all) {
          running.sent();
        } else if (asked > 0) {
          running.readingLocalBody();
        } else {
          running.sending();
        }
      }
    }

    @Override
    public void onError(Throwable e) {
      failed(e);
      client.onError(e);
    }

    @Override
    public void onComplete() {
      ends();
      client.onComplete();
    }

    private void ends() {
      synchronized (turn) {
        all = true;
        Attempt running = attempt;
        if (running != null) {
          running.sent();
        }
      }
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
