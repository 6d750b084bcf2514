package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.hedge.HedgeThreads;
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
import software.amazon.awssdk.http.SdkHttpRequest;

/** One attempt of the SDK. Used by one thread, but for {@link #abort()}. */
final class BalancedRequest extends SdkAttempt implements ExecutableHttpRequest {
  /**
   * Whose answer this thread holds against what is stored, by calls of its own through the same
   * client: whoever ends the one means the others, too.
   */
  private static final ThreadLocal<@Nullable BalancedRequest> REVIEWING = new ThreadLocal<>();

  private final BalancedTransport transport;
  private final HttpExecuteRequest request;
  private final @Nullable BalancedRequest outer; // that this one is asked for
  private volatile @Nullable Exchange running; // by the calling thread
  private volatile @Nullable HedgedExchange hedged; // by the calling thread
  private volatile @Nullable BalancedRequest asking; // by those asked for this one
  private volatile boolean aborted; // by abort()

  BalancedRequest(BalancedTransport transport, HttpExecuteRequest request, ApiCall call) {
    super(transport, call);
    this.transport = transport;
    this.request = request;
    this.outer = REVIEWING.get();
    if (outer != null) {
      outer.asking = this;
    }
  }

  @Override
  public HttpExecuteResponse call() throws IOException {
    ApiCall call = apiCall();
    if (call.mustNotRepeat()) {
      throw NonRetryableException.create(call.whyNotRepeated());
    }
    ContentStreamProvider body = request.contentStreamProvider().orElse(null);
    if (body == null || (signing() == null && call.route().attempts() == 0)) {
      return send(request);
    }
    try (ReopenedBody again = reopened(body)) {
      return send(NodeSigning.with(request, request.httpRequest(), again));
    }
  }

  private ReopenedBody reopened(ContentStreamProvider body) {
    ApiCall call = apiCall();
    try {
      return new ReopenedBody(body);
    } catch (RuntimeException e) {
      throw call.lastFailure() == null ? e : GivenUp.bodyIsSpent(call, e);
    }
  }

  private HttpExecuteResponse send(HttpExecuteRequest sent) throws IOException {
    ApiCall call = apiCall();
    call.beginAttempt();
    NodeFailedException unreachable = null;
    while (true) {
      Exchange exchange = begin(sent, next(hasBody(), unreachable));
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
        Throwable told = told(e, exchange.node(), failure);
        if (exchange.isExcused()) {
          call.excused();
        }
        throw thrown(told);
      }
    }
  }

  /** What has to be asked before the answer is passed on is asked within this request. */
  private HttpExecuteResponse reviewed(HttpExecuteResponse response) {
    if (!transport.confirmation().isDue(apiCall())) {
      return response;
    }
    BalancedRequest outer = REVIEWING.get();
    REVIEWING.set(this);
    try {
      return Reviewed.of(transport.confirmation(), apiCall(), response);
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
        response.responseBody().isPresent()
            ? download(request.httpRequest(), response.httpResponse())
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
  Rest resume(HttpExecuteRequest rest, Resumption download, RestSearch search) throws IOException {
    Exchange exchange = begin(rest, nextForRest(search));
    try {
      HttpExecuteResponse response = exchange.run();
      download.asked();
      return new Rest(exchange.node(), response);
    } catch (IOException | RuntimeException e) {
      Failure failure = exchange.failed(e);
      download.failed(exchange.node(), !failure.nothingSent() && !exchange.isExcused());
      if (failure.nothingSent()) { // a full pool, too, is a matter of that node alone
        throw new NodeFailedException(exchange.node(), failure.outcome().reason(), apiCall(), e);
      }
      throw thrown(told(e, exchange.node(), failure));
    }
  }

  /** A node's answer to the question for the rest. */
  record Rest(Node node, HttpExecuteResponse response) {}

  private static IOException thrown(Throwable told) {
    if (told instanceof IOException io) {
      return io;
    }
    throw (RuntimeException) told;
  }

  /** The exchange that {@link #abort()} is about from now on. */
  private Exchange begin(HttpExecuteRequest what, Attempt attempt) {
    NodeSigning signing = signing();
    // Signed first: what is sent of its body is what was signed of it, chunks and all.
    HttpExecuteRequest signed = signing == null ? what : signing.signed(what, attempt);
    Exchange exchange = new Exchange(this, signed, attempt);
    goesOnWith(exchange);
    return exchange;
  }

  private HttpExecuteResponse run(Exchange exchange) throws IOException {
    HedgeThreads threads = transport.hedges();
    if (threads == null || !apiCall().isHedgeable()) {
      return exchange.run();
    }
    Duration delay = apiCall().route().hedgeDelay().orElse(null);
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

  BalancedTransport balanced() {
    return transport;
  }

  @Override
  SdkHttpRequest request() {
    return request.httpRequest();
  }

  @Override
  boolean isGivenUp() {
    return isEnded() || Thread.currentThread().isInterrupted();
  }

  /** The same for other threads than the caller's, whose interrupts are not his. */
  boolean isEnded() {
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
