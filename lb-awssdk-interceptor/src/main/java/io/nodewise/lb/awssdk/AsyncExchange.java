package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
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
 *   BODY    the body comes              as long as it is read ahead the same, unless the head says all;
 *                                       then its reader is told, see AsyncBody
 *   OVER                                nobody is told of anything
 *
 * Each signal goes through the request's Serial, so all of this, and the attempt that it feeds, is one
 * thread's at a time, and what one has written the next one reads.
 */
/** One attempt of ours, of whose answer we are told. */
final class AsyncExchange extends AttemptState implements SdkAsyncHttpResponseHandler {
  private enum State {
    SENT,
    HEAD,
    BODY,
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
  private final SentPublisher sentBody;
  private final Receiver receiver;
  private final Serial serial;
  private final Reception reception;
  private volatile @Nullable CompletableFuture<Void> running; // by send()
  private volatile boolean aborted; // by abort()

  // Within the serial.
  private State state = State.SENT;
  private @Nullable SdkHttpResponse head;
  private @Nullable AsyncBody body; // null also where there is none

  AsyncExchange(
      AsyncRequest owner,
      SdkHttpRequest request,
      Attempt attempt,
      SentPublisher body,
      Receiver receiver) {
    super(owner, attempt, body);
    this.owner = owner;
    this.request = request;
    this.sentBody = body;
    this.receiver = receiver;
    this.serial = owner.serial();
    begins();
    this.reception = new Reception(owner, request, body.exists(), attempt, pool(), began());
  }

  void send(AsyncExecuteRequest.Builder rest) {
    AsyncTransport transport = owner.async();
    Attempt sent = attempt();
    sentBody.watchedBy(sent);
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
                      .requestContentPublisher(sentBody)
                      .responseHandler(this)
                      .build());
    } catch (RuntimeException | Error e) { // of a class that is not there, say
      onError(e);
      return;
    }
    running = answer;
    if (aborted) {
      abort();
    }
    Future<?> unused = // it tells by itself
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
            sentBody.answered();
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

  private void failure(Throwable e) {
    AsyncBody coming = body;
    if (state == State.SENT || state == State.HEAD) {
      noAnswer(e);
    } else if (state == State.BODY && coming != null) {
      coming.failed(e);
    }
  }

  private void noAnswer(Throwable why) {
    state = State.OVER;
    AsyncBody begun = body;
    if (begun != null) {
      begun.isNone();
    }
    failedWith(reception.failure());
    receiver.failed(this, why);
  }

  private void streamBegins(@Nullable Publisher<ByteBuffer> stream) {
    SdkHttpResponse response = head;
    if (state != State.HEAD || response == null) {
      if (stream != null) {
        stream.subscribe(new AsyncBody.Unwanted(false));
      }
      return;
    }
    int ahead = reception.begins(response, stream != null);
    state = State.BODY;
    if (ahead < 0 || stream == null) {
      withoutBody(stream);
      return;
    }
    AsyncBody begun = new AsyncBody(this, serial, reception.body(), ahead);
    body = begun;
    stream.subscribe(begun);
    if (ahead == 0) {
      enoughCame();
    }
  }

  private void withoutBody(@Nullable Publisher<ByteBuffer> stream) {
    if (stream != null) {
      stream.subscribe(new AsyncBody.Unwanted(true)); // else its connection is never free
    }
    SdkHttpResponse told;
    try {
      told = reception.withoutBody();
    } catch (IOException e) {
      noAnswer(e);
      return;
    }
    receiver.answered(this, told);
  }

  /** As much of the body has come as is needed to know what the answer is. */
  void enoughCame() {
    AsyncBody begun = body;
    SdkHttpResponse told;
    try {
      told = reception.judged(begun == null ? new byte[0] : begun.beginning());
    } catch (IOException e) {
      noAnswer(e);
      return;
    }
    receiver.answered(this, told);
  }

  /** It broke off before that. */
  void brokeOff(IOException why) {
    if (why instanceof NodeFailedException failed) {
      SdkHttpResponse told = null;
      try {
        told = reception.brokeOff(failed);
      } catch (NodeFailedException itself) {
        // Told below.
      }
      if (told != null) {
        AsyncBody begun = body;
        if (begun != null) {
          begun.clear();
        }
        receiver.answered(this, told);
        return;
      }
    }
    noAnswer(why);
  }

  // The answer.

  /** Its body, for one reader. */
  Part body() {
    AsyncBody known = body;
    return known == null ? new Part.Made(new byte[0]) : known;
  }

  /** What has come of the body of a small answer: all of it. */
  byte[] document() {
    AsyncBody known = body;
    return known == null ? new byte[0] : known.document();
  }

  /** Nobody wants what is left, if anything is. */
  void cancel() {
    if (state == State.SENT || state == State.HEAD) {
      state = State.OVER;
      cancel("aborted by the caller");
      heard();
      abort();
    } else if (state == State.BODY && body != null) {
      body.cancel();
    }
  }
}
