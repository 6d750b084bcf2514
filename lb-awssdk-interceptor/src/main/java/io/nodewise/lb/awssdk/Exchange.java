package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;

/*
 * The request comes signed for the logical host; to send it to a node, scheme, host and port of its
 * URI are changed and the signed Host header stays, as any HTTP proxy does it. So the same bytes are
 * valid at every node.
 */
/**
 * One attempt: a request on its way to one node, and what its answer says about the node. Run by
 * one thread; {@link #abort()} may be called by any.
 */
final class Exchange {
  private final BalancedRequest owner;
  private final HttpExecuteRequest request;
  private final Attempt attempt;
  private final SentBody body;
  private volatile @Nullable ExecutableHttpRequest running; // by run()
  private volatile boolean aborted; // by abort()
  private long began; // this and the following: by the thread in run()
  private PooledConnections.@Nullable Pool pool; // from send() on
  private boolean pooled; // a connection was taken out of the pool, nothing came over it yet
  private boolean answered;
  private boolean excused;
  private @Nullable Failure failure; // of run()

  Exchange(BalancedRequest owner, HttpExecuteRequest request, Attempt attempt) {
    this.owner = owner;
    this.request = request;
    this.attempt = attempt;
    this.body = SentBody.of(request);
  }

  Node node() {
    return attempt.node();
  }

  /**
   * Sends it and takes in the head of the answer, of an error the beginning of its body too. From
   * here on the body of the answer ends the attempt, or did so already.
   *
   * @throws IOException as the HTTP client did: to be told to {@link #failed}
   * @throws RuntimeException the same
   */
  HttpExecuteResponse run() throws IOException {
    HttpExecuteResponse response = null;
    try {
      response = send();
      return received(response);
    } catch (Error e) {
      died(e, response);
      throw e;
    }
  }

  /** Ends the attempt: what happened is nobody's fault but this process's. */
  void died(Error e, @Nullable HttpExecuteResponse response) {
    cancel(e.toString());
    drop(response);
  }

  /** Whether an answer says that the node failed or asks for less. */
  static boolean isErrorOfNode(HttpExecuteResponse response) {
    int status = response.httpResponse().statusCode();
    return status >= 500 || status == 429;
  }

  /** The answer begins: for those who take it in later. */
  void answerBegins() {
    attempt.firstByte();
  }

  /** Ends the attempt with what an error of the node means; the answer is dropped. */
  void refused(HttpExecuteResponse response) throws IOException {
    attempt.firstByteOfError();
    attempt.end(Answer.outcome(Reception.failure(request, response, attempt)));
    drop(response);
  }

  /** Nobody wants the answer, if there is one, nor the connection. */
  void drop(@Nullable HttpExecuteResponse response) {
    heard();
    if (response != null) {
      response.responseBody().ifPresent(AbortableInputStream::abort);
    }
  }

  /** Ends the attempt because another one of the request was answered first; by any thread. */
  void lost() {
    attempt.lost();
  }

  /** Ends the attempt: nobody wants it any more, and that says nothing about it; by any thread. */
  void cancel(String reason) {
    attempt.end(Outcome.cancelled(reason));
  }

  /** Ends the attempt with what an exception of {@link #run} means. */
  Failure failed(Exception e) {
    Failure known = failure;
    if (known != null) {
      return known;
    }
    Failure found = Failure.of(e, attempt, body, owner.isGivenUp());
    excused = isExcused(e, found);
    heard();
    String reason = found.outcome().reason();
    attempt.end(
        excused ? Outcome.doubtful("perhaps a stale connection: " + reason) : found.outcome());
    failure = found;
    return found;
  }

  private boolean isExcused(Exception e, Failure failure) {
    boolean byUs = aborted || attempt.verdict() != null;
    if (byUs || answered || failure.kind() != Failure.Kind.NO_ANSWER) {
      return false;
    }
    PooledConnections.Pool known = pool;
    return known != null && known.isExcused(e, began, System.nanoTime());
  }

  /** The connection has proven good or bad. */
  private void heard() {
    PooledConnections.Pool known = pool;
    if (pooled && known != null) {
      pooled = false;
      known.proven();
    }
  }

  /**
   * Whether it {@link #failed} in the way of a connection that its server had closed before, which
   * is not held against the node.
   */
  boolean isExcused() {
    return excused;
  }

  /** Unblocks the thread in {@link #run}. */
  void abort() {
    aborted = true;
    ExecutableHttpRequest sending = running;
    if (sending != null) {
      sending.abort();
    }
  }

  /** The first half of {@link #run}. */
  HttpExecuteResponse send() throws IOException {
    BalancedTransport transport = owner.transport();
    ExecutableHttpRequest sending =
        transport
            .delegate()
            .prepareRequest(
                HttpExecuteRequest.builder()
                    .request(NodeRequest.of(request.httpRequest(), attempt.node()))
                    .contentStreamProvider(body.provider(attempt))
                    .metricCollector(request.metricCollector().orElse(null))
                    .build());
    running = sending;
    Attempt sent = attempt;
    sent.abortBy(
        () -> {
          sending.abort();
          transport.ended(sent);
        });
    if (aborted) {
      sending.abort();
    }
    began = System.nanoTime();
    PooledConnections.Pool connections = transport.pooled().to(attempt.node(), began);
    pool = connections;
    pooled = connections.take(began);
    return sending.call();
  }

  /** The second half of {@link #run}. */
  HttpExecuteResponse received(HttpExecuteResponse response) throws IOException {
    answered = true;
    heard();
    Reception reception =
        new Reception(owner, request, attempt, Objects.requireNonNull(pool), began);
    try {
      return reception.of(response);
    } finally {
      failure = reception.failure();
    }
  }
}
