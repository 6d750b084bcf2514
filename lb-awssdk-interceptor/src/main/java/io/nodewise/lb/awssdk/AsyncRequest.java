package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
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
 */
/** One attempt of the SDK, which is told of its answer. */
final class AsyncRequest extends SdkAttempt implements AsyncExchange.Receiver {
  private final AsyncTransport transport;
  private final AsyncExecuteRequest request; // without its handler, which is the caller's
  private final Caller caller;
  private final Serial serial = new Serial();
  private final Errands errands;

  private final AsyncSigning signing;
  private final Handover handover = new Handover();
  private volatile @Nullable AsyncExchange running; // within the serial
  private volatile boolean givenUp; // by whoever completes the future

  // Within the serial.
  private @Nullable NodeFailedException unreachable;
  private @Nullable JoinedBody body;
  private @Nullable Questions asking;
  private @Nullable Throwable end; // what it ended with
  private boolean resting; // with a whole answer that nobody has subscribed to
  private boolean over;

  AsyncRequest(AsyncTransport transport, AsyncExecuteRequest request, ApiCall call) {
    super(transport, call);
    this.transport = transport;
    this.request =
        plain(request).requestContentPublisher(request.requestContentPublisher()).build();
    this.caller =
        new Caller(request.responseHandler(), this::giveUp, () -> serial.run(this::isLate));
    this.signing = new AsyncSigning(signing(), serial);
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
  SdkHttpRequest request() {
    return request.request();
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
    signing.sign(
        new AsyncSigning.Ready(what, sent),
        attempt,
        ready ->
            sender.accept(
                new AsyncExchange(this, ready.request(), attempt, ready.body(), receiver)),
        this::fails);
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
      passOn(from.body(), from, head);
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
      passOn(from.body(), from, head);
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
    resting = true;
    transport.ended(this);
  }

  /** Somebody has subscribed to the answer. */
  void isRead() {
    if (resting && !over) {
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
    signing.giveUp();
    JoinedBody joined = body;
    AsyncExchange exchange = running;
    if (exchange != null && joined == null) {
      exchange.cancel();
    }
    if (joined != null) {
      Caller.tell(() -> joined.ends(toldToReader));
    }
    if (!handover.isOutlived()) {
      // What it failed with names the call, so nobody looks for it; and if the call is cancelled
      // before
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
      handover.done();
    }
  }

  /** The caller, or a time-out of the SDK's, has completed the future; or the client was closed. */
  private void fromOutside(Throwable why) {
    if (!over) {
      if (!handover.isOutlived()) {
        apiCall().unheard();
      }
      fails(why);
    }
  }

  /** The call was cancelled just when its answer had been read: no interceptor hears of that. */
  private void isLate() {
    if (end == null && !handover.isOutlived()) {
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
    if (!serial.isMine()) {
      handover.await();
      if (handover.isOutlived()) {
        apiCall().unheard(); // it says nothing of that any more
      }
    }
  }
}
