package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * What its subscriber asks for is asked of the part it has come to, buffer for buffer: nobody reads
 * ahead of him. What he has asked for and not got when a part breaks off is asked of the next one, and a
 * part that breaks off while he asks for nothing is looked after when he does. He hears of one end,
 * and, of nodes that fail, of nothing as long as another one has the rest.
 */
/**
 * The body of an answer, on its way to the one who subscribes to it; if it is a download, it goes
 * on at another node when its node fails, see {@link Resumption}. Within its request's {@link
 * Serial}.
 */
final class JoinedBody implements Part.Reader, AsyncExchange.Receiver {
  private final AsyncRequest request;
  private final @Nullable Resumption download; // null: it ends with its node
  private Part part;
  private @Nullable Subscriber<? super ByteBuffer> reader;

  @SuppressWarnings("UnusedVariable") // held from the subscription on, lest it count as dropped
  private @Nullable Handle handle;

  private WeakReference<@Nullable Handle> handedOut = new WeakReference<>(null);

  private long demand; // buffers asked for and not brought
  private boolean started; // the reader has his subscription
  private @Nullable IOException unheard; // a break while nobody asked for anything
  private boolean endUnheard; // the end of the part, before anybody subscribed
  private @Nullable AsyncExchange asked; // for the rest
  private boolean over;

  JoinedBody(AsyncRequest request, Part first, @Nullable Download download) {
    this.request = request;
    this.part = first;
    this.download = download == null ? null : new Resumption(request, download);
    first.readBy(this);
  }

  /**
   * What is handed out, once; who drops it unread has dropped the answer.
   *
   * @param told whoever has it has this, too
   */
  Publisher<ByteBuffer> handle(Object told) {
    Handle made = new Handle(this, told);
    handedOut = new WeakReference<>(made);
    return made;
  }

  private record Handle(JoinedBody body, Object told) implements Publisher<ByteBuffer> {
    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
      Objects.requireNonNull(subscriber, "subscriber");
      body.request.serial().run(() -> body.subscribed(subscriber, this));
    }
  }

  private void subscribed(Subscriber<? super ByteBuffer> subscriber, Handle by) {
    if (reader != null) {
      subscriber.onSubscribe(new Asks(false));
      subscriber.onError(new IllegalStateException("an answer can be subscribed to once"));
      return;
    }
    reader = subscriber;
    handle = by;
    request.isRead();
    try {
      subscriber.onSubscribe(new Asks(true));
    } catch (RuntimeException | Error e) {
      request.fails(e);
      return;
    }
    started = true;
    if (over) {
      subscriber.onError(request.end());
    } else {
      wanted(0);
    }
  }

  /** The reader's side. */
  private final class Asks implements Subscription {
    private final boolean counts;

    Asks(boolean counts) {
      this.counts = counts;
    }

    @Override
    public void request(long n) {
      if (counts) {
        request.serial().run(() -> wanted(n, n <= 0));
      }
    }

    @Override
    public void cancel() {
      if (counts) {
        request.serial().run(() -> request.unwanted("the subscriber cancelled"));
      }
    }
  }

  private void wanted(long n, boolean isIllegal) {
    if (!over && isIllegal) {
      request.fails(new IllegalArgumentException("request: " + n + " (expected: > 0)"));
    } else {
      wanted(n);
    }
  }

  private void wanted(long n) {
    if (over) {
      return;
    }
    demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
    IOException why = unheard;
    if (endUnheard) {
      endUnheard = false;
      ended();
    } else if (why == null) {
      part.demand(n);
    } else if (demand > 0 || download == null) {
      unheard = null;
      brokeOff(why);
    }
  }

  // The part's side.

  @Override
  public void next(ByteBuffer bytes) {
    Subscriber<? super ByteBuffer> to = reader;
    if (over || to == null) {
      return;
    }
    if (download != null) {
      try {
        download.received(bytes.remaining());
      } catch (IOException tooMany) {
        request.fails(tooMany);
        return;
      }
    }
    demand -= demand == Long.MAX_VALUE ? 0 : 1;
    try {
      to.onNext(bytes);
    } catch (RuntimeException | Error e) { // he will not ask for more
      request.fails(e);
    }
  }

  @Override
  public void allCame() {
    if (reader != null || over) {
      return;
    }
    if (handedOut.get() == null) {
      request.unwanted("the answer was dropped unread");
    } else {
      request.rests();
    }
  }

  @Override
  public void ended() {
    if (over || !started) {
      endUnheard = true;
      return;
    }
    if (download != null) {
      try {
        download.ended();
      } catch (NodeFailedException short_) {
        brokeOff(short_);
        return;
      }
    }
    complete();
  }

  private void complete() {
    over = true;
    Subscriber<? super ByteBuffer> to = reader;
    try {
      if (to != null) {
        to.onComplete();
      }
    } finally {
      request.succeeds();
    }
  }

  @Override
  public void brokeOff(IOException why) {
    if (over) {
      return;
    }
    if (!started || (demand == 0 && download != null)) {
      unheard = why;
      return;
    }
    if (download == null || !(why instanceof NodeFailedException broken)) {
      request.fails(why);
    } else if (download.isWhole()) {
      complete(); // nothing but the end of the connection is missing
    } else {
      seek(download, download.brokeOff(broken));
    }
  }

  // The rest.

  private void seek(Resumption rest, RestSearch search) {
    if (over) {
      return;
    }
    long pause = rest.pause();
    if (pause < 0 || request.isGivenUp()) {
      request.fails(rest.broken());
    } else if (pause == 0) {
      ask(rest, search);
    } else {
      request
          .errands()
          .after(
              pause,
              () -> {
                if (over || search.isGranted()) {
                  ask(rest, search);
                } else {
                  seek(rest, search);
                }
              });
    }
  }

  private void ask(Resumption rest, RestSearch search) {
    if (over) {
      return;
    }
    HttpExecuteRequest question;
    try {
      question = rest.question();
    } catch (NodeFailedException broken) {
      request.fails(broken);
      return;
    }
    request
        .errands()
        .pick(
            () -> request.nextForRest(search),
            attempt -> put(question, attempt),
            none -> goOnAfter(none, rest, search));
  }

  private void put(HttpExecuteRequest question, Attempt attempt) {
    request.sendTo(
        attempt,
        question.httpRequest(),
        SentPublisher.none(),
        this,
        exchange -> {
          asked = exchange;
          request.send(exchange);
        });
  }

  private void goOnAfter(Throwable e, Resumption rest, RestSearch search) {
    try {
      rest.goesOnAfter(e);
    } catch (NodeFailedException broken) {
      request.fails(broken);
      return;
    }
    seek(rest, search);
  }

  @Override
  public void answered(AsyncExchange from, SdkHttpResponse head) {
    Resumption rest = download;
    if (over || rest == null) {
      from.cancel();
      return;
    }
    rest.asked();
    try {
      switch (rest.answered(from.node(), head)) {
        case JOIN -> {
          part = from.body();
          part.readBy(this);
          part.demand(demand);
        }
        case END -> {
          from.cancel();
          complete();
        }
        case ASK -> {
          from.cancel();
          seek(rest, rest.search());
        }
      }
    } catch (IOException e) {
      from.cancel();
      request.fails(e);
    }
  }

  @Override
  public void failed(AsyncExchange from, Throwable e) {
    Failure failure = from.failed(e);
    from.abort();
    Resumption rest = download;
    if (over || rest == null) {
      return;
    }
    rest.failed(from.node(), !failure.nothingSent() && !from.isExcused());
    // A full pool, too, is a matter of that node alone.
    Throwable told =
        failure.nothingSent()
            ? new NodeFailedException(from.node(), failure.outcome().reason(), request.apiCall(), e)
            : request.told(e, from.node(), failure);
    goOnAfter(told, rest, rest.search());
  }

  /** Nobody hears of it any more, but of that. */
  void ends(@Nullable Throwable why) {
    if (over) {
      return;
    }
    over = true;
    part.cancel();
    AsyncExchange under = asked;
    if (under != null) {
      under.cancel();
    }
    Subscriber<? super ByteBuffer> to = reader;
    if (to != null && started && why != null) {
      to.onError(why);
    }
  }
}
