package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.http.SdkCancellationException;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;

/*
 * Who calls: the SDK begins it, and may end it by completing the future, from any thread; HTTP clients
 * tell of answers, subscribers ask for more, the balancer's clocks give an attempt up. All that goes
 * through one Serial. So the call's notes, its route, the attempt and the body know of one thread at a
 * time, as they do where a caller's thread waits for all of it.
 *
 * The SDK has one response handler for all attempts of a call. When it has left an attempt, because of
 * its own time-out, and begun the next one, an error of the first would be taken for one of the second,
 * and end that (with no pause between them, a call in three or five fails so). So an attempt that is
 * completed from outside is told of its end once, and at the latest before the next one begins (see
 * leave(), which the interceptor calls just before the SDK makes its handler ready again), and of nothing
 * after that. To tell it nothing at all would leave behind what the caller's transformer has open, such
 * as a file.
 */
/** One attempt of the SDK, which is told of its answer. */
final class AsyncRequest extends SdkAttempt implements AsyncExchange.Receiver {
  private static final Logger log = LoggerFactory.getLogger(AsyncRequest.class);

  /**
   * How long the next attempt waits at most for this one to be over: a callback of the caller's may
   * hold it up, and then he has the two at once.
   */
  private static final long PATIENCE_MILLIS = 1000;

  private final AsyncTransport transport;
  private final AsyncExecuteRequest request; // without its handler, which is the caller's
  private final Caller caller;
  private final Serial serial = new Serial();
  private final Errands errands;

  /** Completed when nothing of this uses the call any more. */
  private final CompletableFuture<Void> left = new CompletableFuture<>();

  private volatile @Nullable AsyncExchange running; // within the serial
  private volatile boolean givenUp; // by whoever completes the future
  private volatile boolean
      outlived; // by leave(): the call is the next attempt's, not to be touched

  // Within the serial.
  private @Nullable NodeFailedException unreachable;
  private @Nullable Attempt beingSigned; // for its node, if it has to be
  private @Nullable JoinedBody body;
  private @Nullable Questions asking;
  private @Nullable Throwable end; // what it ended with
  private boolean over;

  AsyncRequest(AsyncTransport transport, AsyncExecuteRequest request, ApiCall call) {
    super(transport, call);
    this.transport = transport;
    this.request = plain(request).requestContentPublisher(request.requestContentPublisher()).build();
    this.caller = new Caller(request.responseHandler(), this::giveUp, () -> serial.run(this::isLate));
    this.errands = new Errands(transport, serial, () -> over, this::fails, this::isBack);
  }

  private static AsyncExecuteRequest.Builder plain(AsyncExecuteRequest request) {
    return AsyncExecuteRequest.builder()
        .request(request.request())
        .fullDuplex(request.fullDuplex())
        .metricCollector(request.metricCollector().orElse(null))
        .httpExecutionAttributes(request.httpExecutionAttributes());
  }

  CompletableFuture<Void> begin() {
    apiCall().leftBy(this::leave);
    transport.begun(this);
    serial.run(
        () -> {
          ApiCall call = apiCall();
          if (call.mustNotRepeat()) {
            fails(NonRetryableException.create(call.whyNotRepeated()));
            return;
          }
          call.beginAttempt();
          toNextNode();
        });
    return caller.future();
  }

  AsyncTransport async() {
    return transport;
  }

  Errands errands() {
    return errands;
  }

  Serial serial() {
    return serial;
  }

  @Override
  boolean isGivenUp() {
    return givenUp || transport.isClosed();
  }

  /** What it ended with, for who comes too late. */
  Throwable end() {
    Throwable known = end;
    return known == null ? new SdkCancellationException("the answer is gone") : known;
  }

  // The way there, and the answer. Within the serial, as all that follows.

  private void toNextNode() {
    SentPublisher sent = SentPublisher.of(request.request(), request.requestContentPublisher());
    NodeFailedException last = unreachable;
    errands.pick(
        () -> next(sent.exists(), last),
        attempt -> sendTo(attempt, request.request(), sent, this, this::send),
        this::fails);
  }

  /** Makes an attempt of ours, whose request is signed for its node first where that is due. */
  void sendTo(
      Attempt attempt,
      SdkHttpRequest what,
      SentPublisher sent,
      AsyncExchange.Receiver receiver,
      Consumer<AsyncExchange> sender) {
    NodeSigning signing = signing();
    if (signing == null) {
      sender.accept(new AsyncExchange(this, what, attempt, sent, receiver));
      return;
    }
    beingSigned = attempt;
    signing
        .signed(what, sent.source(), attempt)
        .whenComplete(
            (signed, e) ->
                serial.run(
                    () -> {
                      beingSigned = null;
                      if (over) {
                        return; // which has ended the attempt
                      }
                      if (e != null) {
                        fails(e instanceof CompletionException c && c.getCause() != null ? c.getCause() : e);
                        return;
                      }
                      SentPublisher body = SentPublisher.of(signed.request(), signed.body());
                      sender.accept(
                          new AsyncExchange(this, signed.request(), attempt, body, receiver));
                    }));
  }

  void send(AsyncExchange exchange) {
    running = exchange;
    exchange.send(plain(request));
    if (isGivenUp()) {
      exchange.abort();
    }
  }

  @Override
  public void failed(AsyncExchange exchange, Throwable e) {
    ApiCall call = apiCall();
    Failure failure = exchange.failed(e);
    exchange.abort(); // its connection, if it has one yet
    if (over) {
      return;
    }
    if (failure.nothingSent()) {
      unreachable = new NodeFailedException(exchange.node(), failure.outcome().reason(), call, e);
      toNextNode();
      return;
    }
    Throwable told = told(e, exchange.node(), failure);
    if (exchange.isExcused()) {
      call.excused();
    }
    Throwable local = exchange.sent().localFailure();
    if (failure.kind() == Failure.Kind.LOCAL_BODY && local != null && call.lastFailure() != null) {
      fails(GivenUp.bodyIsSpent(call, local));
    } else {
      fails(told);
    }
  }

  @Override
  public void answered(AsyncExchange from, SdkHttpResponse head) {
    if (over) {
      from.cancel();
      return;
    }
    ApiCall call = apiCall();
    Confirmation confirmation = transport.confirmation();
    Questions questions = confirmation.isDue(call) ? confirmation.questions() : null;
    if (questions == null) {
      passOn(from, from, head);
      return;
    }
    asking = questions;
    byte[] document = from.document();
    errands.ask(
        () -> {
          Reviewed instead = confirmation.review(call, head, () -> document, questions);
          return () -> reviewed(from, head, instead);
        });
  }

  private void reviewed(AsyncExchange from, SdkHttpResponse head, @Nullable Reviewed instead) {
    asking = null;
    if (over || instead != null) {
      from.cancel();
    }
    if (over) {
      return;
    }
    if (instead == null) {
      passOn(from, from, head);
    } else {
      passOn(new Part.Made(instead.body()), null, instead.head());
    }
  }

  private void passOn(Part part, @Nullable AsyncExchange from, SdkHttpResponse head) {
    JoinedBody joined =
        new JoinedBody(this, part, from == null ? null : download(request.request(), head));
    body = joined;
    Publisher<ByteBuffer> handle = joined.handle(caller.handler());
    if (from != null) {
      from.attempt().endWith(handle);
    }
    try {
      caller.answered(head, handle);
    } catch (RuntimeException | Error e) { // of a transformer
      fails(e);
    }
    if (part.isAllHere()) {
      joined.allCame();
    }
  }

  /** The whole answer is here, and nobody has subscribed to it: nothing of it is to be ended. */
  void rests() {
    transport.ended(this);
  }

  /** Somebody has. */
  void restsNoMore() {
    if (!over) {
      transport.begun(this);
    }
  }

  // The end.

  /** The body was read to its end. */
  void succeeds() {
    over = true;
    caller.succeeded();
    over();
  }

  /** It has come to nothing; what is still under way is given up. */
  void fails(Throwable why) {
    ends(why, why);
  }

  /** The reader of the body wants no more of it, or there is none any more. */
  void unwanted(String why) {
    ends(new SdkCancellationException(why), null);
  }

  private void ends(Throwable why, @Nullable Throwable toldToReader) {
    if (over) {
      return;
    }
    over = true;
    end = why;
    Questions questions = asking;
    if (questions != null) {
      questions.giveUp();
    }
    errands.giveUp();
    Attempt unsigned = beingSigned;
    if (unsigned != null) { // whoever signs it may never be done
      unsigned.end(Outcome.cancelled("aborted by the caller"));
    }
    JoinedBody joined = body;
    AsyncExchange exchange = running;
    if (exchange != null && joined == null) {
      exchange.cancel();
    }
    if (joined != null) {
      Caller.tell(() -> joined.ends(toldToReader));
    }
    if (!outlived) {
      // What it failed with names the call, so nobody looks for it; and if the call is cancelled before
      // its next attempt begins, no interceptor hears of that.
      transport.calls().remove(apiCall());
    }
    caller.failed(why);
    over();
  }

  private void over() {
    transport.ended(this);
    isBack();
  }

  private void isBack() {
    if (over && errands.isHome()) {
      left.complete(null);
    }
  }

  /** The caller, or a time-out of the SDK's, has completed the future; or the client was closed. */
  private void fromOutside(Throwable why) {
    if (!over) {
      if (!outlived) {
        apiCall().unheard();
      }
      fails(why);
    }
  }

  /** The call was cancelled just when its answer had been read: no interceptor hears of that. */
  private void isLate() {
    if (end == null && !outlived) {
      transport.calls().remove(apiCall());
    }
  }

  /** Ends it, by any thread. */
  void giveUp(Throwable why) {
    givenUp = true;
    serial.run(() -> fromOutside(why));
    AsyncExchange exchange = running;
    if (exchange != null) {
      exchange.abort(); // also if somebody's callback keeps the serial
    }
  }

  /** The SDK begins the next attempt of the call. */
  private void leave() {
    serial.run(() -> fromOutside(new SdkCancellationException("the call has gone on")));
    if (serial.isMine()) {
      return;
    }
    try {
      left.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      outlived = true;
      log.debug("An attempt that the SDK has left does not end: {}", e.toString());
    }
  }
}
