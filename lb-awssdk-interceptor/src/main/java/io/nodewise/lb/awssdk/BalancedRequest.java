package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;

/*
 * One attempt of the SDK is one or more attempts of ours: when a node can't be reached at all the next
 * one is tried here, unseen by the SDK. "At all" means that the connection was refused, timed out,
 * failed in DNS or in TLS, and that not a byte of the body was asked for.
 *
 * Any later failure goes to the SDK, which signs anew and asks the retry strategy, which sends it
 * here again; the call's route remembers where it has been.
 */
/** One attempt of the SDK. Used by one thread, but for {@link #abort()}. */
final class BalancedRequest implements ExecutableHttpRequest {
  /**
   * Whose answer this thread holds against what is stored, by calls of its own through the same
   * client: whoever ends the one means the others, too.
   */
  private static final ThreadLocal<@Nullable BalancedRequest> REVIEWING = new ThreadLocal<>();

  private final BalancedTransport transport;
  private final HttpExecuteRequest request;
  private final ApiCall call;
  private final @Nullable BalancedRequest outer; // that this one is asked for
  private volatile @Nullable Exchange running; // by the calling thread
  private volatile @Nullable HedgedExchange hedged; // by the calling thread
  private volatile @Nullable BalancedRequest asking; // by those asked for this one
  private volatile boolean aborted; // by abort()

  BalancedRequest(BalancedTransport transport, HttpExecuteRequest request, ApiCall call) {
    this.transport = transport;
    this.request = request;
    this.call = call;
    this.outer = REVIEWING.get();
    if (outer != null) {
      outer.asking = this;
    }
  }

  @Override
  public HttpExecuteResponse call() throws IOException {
    if (call.mustNotRepeat()) {
      throw NonRetryableException.create(call.whyNotRepeated());
    }
    ContentStreamProvider body = request.contentStreamProvider().orElse(null);
    if (body == null || call.route().attempts() == 0) {
      return send(request);
    }
    try (ReopenedBody again = reopened(body)) {
      return send(
          HttpExecuteRequest.builder()
              .request(request.httpRequest())
              .contentStreamProvider(again)
              .metricCollector(request.metricCollector().orElse(null))
              .build());
    }
  }

  private ReopenedBody reopened(ContentStreamProvider body) {
    try {
      return new ReopenedBody(body);
    } catch (RuntimeException e) {
      throw call.lastFailure() == null ? e : GivenUp.bodyIsSpent(call, e);
    }
  }

  private HttpExecuteResponse send(HttpExecuteRequest sent) throws IOException {
    call.beginAttempt();
    NodeFailedException unreachable = null;
    while (true) {
      Exchange exchange = begin(sent, next(unreachable));
      try {
        return resumable(reviewed(run(exchange)));
      } catch (IOException | RuntimeException e) {
        exchange = Objects.requireNonNull(running); // its hedge's answer may have been taken
        Failure failure = exchange.failed(e);
        if (failure.nothingSent()) {
          unreachable =
              new NodeFailedException(exchange.node(), failure.outcome().reason(), call, e);
          continue;
        }
        IOException told = failed(e, exchange.node(), failure);
        if (exchange.isExcused()) {
          call.excused();
        }
        throw told;
      }
    }
  }

  /** What has to be asked before the answer is passed on is asked within this request. */
  private HttpExecuteResponse reviewed(HttpExecuteResponse response) {
    if (!call.isReplyLost()) {
      return response;
    }
    BalancedRequest outer = REVIEWING.get();
    REVIEWING.set(this);
    try {
      return transport.confirmation().review(call, response);
    } finally {
      if (outer == null) {
        REVIEWING.remove();
      } else {
        REVIEWING.set(outer);
      }
    }
  }

  /** A download that does not end with its node. */
  private HttpExecuteResponse resumable(HttpExecuteResponse response) {
    Download download =
        transport.downloadResume().isOn() && response.responseBody().isPresent()
            ? Download.of(call, request.httpRequest(), response.httpResponse())
            : null;
    if (download == null) {
      return response;
    }
    ResumableBody body = new ResumableBody(this, download, response.responseBody().get());
    return HttpExecuteResponse.builder()
        .response(response.httpResponse())
        .responseBody(AbortableInputStream.create(body, body))
        .build();
  }

  /**
   * Asks the next node for the rest of an answer.
   *
   * @throws NoNodeAvailableException if no node is left in this round
   * @throws NodeFailedException if the node failed; any other exception is nobody's fault
   */
  Rest resume(HttpExecuteRequest rest, RestSearch search) throws IOException {
    Attempt attempt = call.route().resume();
    boolean blamed = search.isBlamed(attempt.node());
    Exchange exchange = begin(rest, blamed ? new UnblamedAttempt(attempt) : attempt);
    try {
      HttpExecuteResponse response = exchange.run();
      call.resumed();
      return new Rest(exchange.node(), response);
    } catch (IOException | RuntimeException e) {
      Failure failure = exchange.failed(e);
      if (!failure.nothingSent() && !exchange.isExcused()) {
        call.resumed();
        search.broughtNothing(exchange.node());
      }
      throw failed(e, exchange.node(), failure);
    }
  }

  /** A node's answer to the question for the rest. */
  record Rest(Node node, HttpExecuteResponse response) {}

  /** On the next node; where none is left, the exception shows them all, and the last failure. */
  private Attempt next(@Nullable NodeFailedException unreachable) throws IOException {
    try {
      return call.route().next(hasBody());
    } catch (NoNodeAvailableException e) {
      if (unreachable == null) {
        throw e;
      }
      NoNodeAvailableException all =
          new NoNodeAvailableException(e.getMessage() + "; at last " + unreachable.getMessage());
      all.addSuppressed(unreachable);
      throw all;
    }
  }

  /** The exchange that {@link #abort()} is about from now on. */
  private Exchange begin(HttpExecuteRequest what, Attempt attempt) {
    Exchange exchange = new Exchange(this, what, attempt);
    goesOnWith(exchange);
    return exchange;
  }

  private HttpExecuteResponse run(Exchange exchange) throws IOException {
    HedgeThreads threads = transport.hedges();
    if (threads == null || !call.isHedgeable()) {
      return exchange.run();
    }
    Duration delay = call.route().hedgeDelay().orElse(null);
    if (delay == null) {
      return exchange.run();
    }
    HedgedExchange both = new HedgedExchange(this, request, exchange);
    hedged = both;
    try {
      return both.run(threads, delay);
    } finally {
      hedged = null;
    }
  }

  /** What {@link #abort()} is about from now on. */
  void goesOnWith(Exchange exchange) {
    running = exchange;
    if (isAborted()) {
      exchange.abort();
    }
  }

  private IOException failed(Exception e, Node node, Failure failure) throws IOException {
    if (e instanceof NodeFailedException known) {
      return known;
    }
    if (!failure.outcome().isNodeFault()) {
      if (isGivenUp() || Thread.currentThread().isInterrupted()) {
        call.unheard();
      }
      if (e instanceof IOException io) {
        throw io;
      }
      throw (RuntimeException) e;
    }
    return call.lostReply(new NodeFailedException(node, failure.outcome().reason(), call, e));
  }

  ApiCall apiCall() {
    return call;
  }

  BalancedTransport transport() {
    return transport;
  }

  /** Whether the caller ended it: by a time-out of his own, or by closing the client. */
  boolean isGivenUp() {
    return isAborted() || transport.isClosed();
  }

  private boolean isAborted() {
    return aborted || (outer != null && outer.isAborted());
  }

  private boolean hasBody() {
    return request.contentStreamProvider().isPresent();
  }

  @Override
  public void abort() {
    aborted = true;
    Exchange exchange = running;
    if (exchange != null) {
      exchange.abort();
    }
    HedgedExchange both = hedged;
    if (both != null) {
      both.giveUp();
    }
    BalancedRequest asked = asking;
    if (asked != null) {
      asked.abort();
    }
  }
}
