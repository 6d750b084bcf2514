package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import software.amazon.awssdk.http.SdkCancellationException;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpResponseHandler;

/*
 * HTTP clients tell of an end in four places: the handler's onError, the future, the body's onError and
 * its onComplete; some in two of them, some, when a body breaks off, in all but the one that its reader
 * listens to. Here they are one: the first that comes counts, in whatever state the attempt is.
 *
 *   SENT    nothing has come            an end is the attempt's failure
 *   HEAD    a head, no body yet         the same
 *   AHEAD   the body is read ahead      the same, unless the head says all
 *   PASSED  the body is its reader's    its reader is told
 *   OVER                                nobody is told of anything
 *
 * Each signal goes through the request's Serial, so all of this, and the attempt that it feeds, is one
 * thread's at a time, and what one has written the next one reads.
 */
/** One attempt of ours, of whose answer we are told. */
final class AsyncExchange extends AttemptState implements SdkAsyncHttpResponseHandler, Part {
  private enum State {
    SENT,
    HEAD,
    AHEAD,
    PASSED,
    OVER
  }

  /** Who is told of the answer. */
  interface Receiver {
    /** Its head, when as much of the body has come as is needed to know what it is. */
    void answered(AsyncExchange from, SdkHttpResponse head);

    /** There is none; to be told to {@link #failed}. */
    void failed(AsyncExchange from, Throwable why);
  }

  private final AsyncRequest owner;
  private final SdkHttpRequest request;
  private final SentPublisher body;
  private final Receiver receiver;
  private final Serial serial;
  private final Reception reception;
  private volatile @Nullable CompletableFuture<Void> running; // by send()
  private volatile boolean aborted; // by abort()

  // Within the serial.
  private State state = State.SENT;
  private @Nullable SdkHttpResponse head;
  private @Nullable Subscription subscription;
  private final Deque<ByteBuffer> buffered = new ArrayDeque<>();
  private int ahead; // bytes that are to be read before the answer is judged
  private int read; // bytes that are buffered
  private boolean complete;
  private @Nullable IOException broken; // its end, while there is something buffered
  private long asked; // buffers that the client was asked for, and has not brought
  private @Nullable Reader reader;

  AsyncExchange(
      AsyncRequest owner,
      SdkHttpRequest request,
      Attempt attempt,
      SentPublisher body,
      Receiver receiver) {
    super(owner, attempt, body);
    this.owner = owner;
    this.request = request;
    this.body = body;
    this.receiver = receiver;
    this.serial = owner.serial();
    begins();
    this.reception = new Reception(owner, request, body.exists(), attempt, pool(), began());
  }

  void send(AsyncExecuteRequest.Builder rest) {
    AsyncTransport transport = owner.async();
    Attempt sent = attempt();
    body.watchedBy(sent);
    sent.abortBy(
        () -> {
          transport.ended(sent);
          // Not on the thread of the clocks: what follows may take a while.
          transport.threads().execute(this::abort);
        });
    CompletableFuture<Void> answer;
    try {
      answer =
          transport
              .delegate()
              .execute(
                  rest.request(NodeRequest.of(request, node()))
                      .requestContentPublisher(body)
                      .responseHandler(this)
                      .build());
    } catch (RuntimeException e) {
      onError(e);
      return;
    }
    running = answer;
    if (aborted) {
      abort();
    }
    answer.whenComplete((nothing, e) -> serial.run(() -> futureEnded(e)));
  }

  @Override
  boolean isAborted() {
    return aborted;
  }

  /** Closes the connection; by any thread. What comes of it is told as any other failure. */
  void abort() {
    aborted = true;
    CompletableFuture<Void> answer = running;
    if (answer != null) {
      answer.completeExceptionally(new SdkCancellationException("given up"));
    }
  }

  // Signals of the HTTP client.

  @Override
  public void onHeaders(SdkHttpResponse response) {
    serial.run(
        () -> {
          if (state == State.SENT) {
            body.answered();
            answered();
            head = response;
            state = State.HEAD;
          }
        });
  }

  @Override
  public void onStream(Publisher<ByteBuffer> stream) {
    serial.run(() -> streamBegins(stream));
  }

  @Override
  public void onError(Throwable e) {
    serial.run(() -> failure(e));
  }

  private void futureEnded(@Nullable Throwable e) {
    if (e != null) {
      failure(e instanceof CompletionException && e.getCause() != null ? e.getCause() : e);
    } else if (state == State.SENT) {
      failure(new IOException("the HTTP client is done without an answer"));
    } else if (state == State.HEAD) {
      streamBegins(null);
    }
  }

  private void streamBegins(@Nullable Publisher<ByteBuffer> stream) {
    SdkHttpResponse response = head;
    if (state != State.HEAD || response == null) {
      if (stream != null) {
        stream.subscribe(new Ignoring(false));
      }
      return;
    }
    ahead = reception.begins(response, stream != null);
    if (ahead < 0 || stream == null) {
      withoutBody(stream);
      return;
    }
    state = State.AHEAD;
    stream.subscribe(new Body());
    if (ahead == 0) {
      judge();
    }
  }

  private void withoutBody(@Nullable Publisher<ByteBuffer> stream) {
    if (stream != null) {
      stream.subscribe(new Ignoring(true)); // else its connection is never free
    }
    state = State.PASSED;
    complete = true;
    try {
      receiver.answered(this, reception.withoutBody());
    } catch (IOException e) {
      noAnswer(e);
    }
  }

  private void subscribed(Subscription to) {
    if (state == State.OVER) {
      to.cancel();
      return;
    }
    subscription = to;
    if (state == State.AHEAD) {
      ask(1);
    } else if (asked > 0) {
      to.request(asked);
    }
  }

  private void ask(long buffers) {
    asked = asked + buffers < 0 ? Long.MAX_VALUE : asked + buffers;
    attempt().reading();
    Subscription to = subscription;
    if (to != null) {
      to.request(buffers);
    }
  }

  private void next(ByteBuffer bytes) {
    int n = bytes.remaining();
    if (state == State.OVER || complete) {
      return;
    }
    asked -= asked == Long.MAX_VALUE ? 0 : 1;
    attempt().idle(n);
    reception.body().received(n);
    if (state == State.AHEAD) {
      buffered.add(bytes);
      read += n;
      if (read >= ahead) {
        judge();
      } else {
        ask(1);
      }
      return;
    }
    Reader told = reader;
    if (told != null) {
      told.next(bytes);
    }
    if (asked > 0 && state == State.PASSED) {
      attempt().reading();
    }
  }

  private void completed() {
    if (complete || state == State.OVER) {
      return;
    }
    try {
      reception.body().ended();
    } catch (IOException e) {
      abort();
      brokeOff(e);
      return;
    }
    complete = true;
    if (state == State.AHEAD) {
      judge();
    } else {
      allCame();
    }
  }

  private void allCame() {
    pass(0);
    Reader told = reader;
    if (told != null) {
      told.allCame();
    }
  }

  private void failure(Throwable e) {
    switch (state) {
      case SENT, HEAD -> noAnswer(e);
      case AHEAD, PASSED -> {
        if (!complete) {
          brokeOff(reception.body().broken(String.valueOf(e.getMessage()), e));
        }
      }
      case OVER -> {}
    }
  }

  private void brokeOff(IOException told) {
    complete = true;
    if (state != State.AHEAD) {
      broken = told;
      allCame();
      return;
    }
    try {
      if (told instanceof NodeFailedException failed) {
        SdkHttpResponse enough = reception.brokeOff(failed);
        buffered.clear();
        state = State.PASSED;
        receiver.answered(this, enough);
        return;
      }
    } catch (NodeFailedException itself) {
      // Told below.
    }
    noAnswer(told);
  }

  private void noAnswer(Throwable why) {
    state = State.OVER;
    failedWith(reception.failure());
    receiver.failed(this, why);
  }

  private void judge() {
    state = State.PASSED;
    SdkHttpResponse told;
    try {
      told = reception.judged(beginning(ahead));
    } catch (IOException e) {
      noAnswer(e);
      return;
    }
    receiver.answered(this, told);
  }

  /** So many bytes of what is buffered, or all. */
  private byte[] beginning(int most) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.min(most, read));
    for (ByteBuffer one : buffered) {
      ByteBuffer left = one.duplicate();
      left.limit(left.position() + Math.min(left.remaining(), bytes.remaining()));
      bytes.put(left);
    }
    return bytes.array();
  }

  /** What is buffered of a small answer: all of it. */
  byte[] document() {
    return beginning(Integer.MAX_VALUE);
  }

  // As a part of a body.

  @Override
  public void readBy(Reader told) {
    reader = told;
  }

  @Override
  public void demand(long buffers) {
    pass(buffers);
  }

  private void pass(long buffers) {
    Reader told = reader;
    long left = buffers;
    while (left > 0 && !buffered.isEmpty() && told != null) {
      ByteBuffer first = buffered.remove();
      left--;
      told.next(first);
    }
    if (state == State.OVER || told == null || !buffered.isEmpty()) {
      return;
    }
    if (complete) {
      state = State.OVER;
      IOException why = broken;
      if (why == null) {
        told.ended();
      } else {
        told.brokeOff(why);
      }
    } else if (left > 0) {
      ask(left);
    }
  }

  @Override
  public boolean isAllHere() {
    return complete;
  }

  /** Nobody wants what is left, if anything is. */
  @Override
  public void cancel() {
    if (state == State.OVER) {
      return;
    }
    boolean isBefore = state == State.SENT || state == State.HEAD; // the body's record
    state = State.OVER;
    buffered.clear();
    if (complete) {
      return;
    }
    if (isBefore) {
      cancel("aborted by the caller");
      heard();
    } else {
      reception.body().aborted();
    }
    Subscription to = subscription;
    if (to != null) {
      to.cancel();
    }
    abort();
  }

  /** The answer's body. */
  private final class Body implements Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Subscription to) {
      serial.run(() -> subscribed(to));
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      serial.run(() -> next(bytes));
    }

    @Override
    public void onError(Throwable e) {
      serial.run(() -> failure(e));
    }

    @Override
    public void onComplete() {
      serial.run(AsyncExchange.this::completed);
    }
  }

  /** Reads what is of no interest, or does not. */
  private record Ignoring(boolean reads) implements Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Subscription to) {
      if (reads) {
        to.request(Long.MAX_VALUE);
      } else {
        to.cancel();
      }
    }

    @Override
    public void onNext(ByteBuffer bytes) {}

    @Override
    public void onError(Throwable e) {}

    @Override
    public void onComplete() {}
  }
}
