package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

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
  /** Bytes of an error that are read ahead; they are some hundred bytes long. */
  private static final int PEEK = 8192;

  /**
   * Bytes of an answer that are read ahead where it is no object's content: lists of a thousand
   * long keys are a megabyte.
   */
  private static final int READ_AHEAD = 4 << 20;

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
    Answer answer = Answer.of(response.httpResponse());
    AbortableInputStream stream = response.responseBody().orElse(null);
    attempt.reading(); // else the sweeper takes it for a caller who does not read on
    byte[] beginning = stream == null ? new byte[0] : stream.readNBytes(PEEK);
    boolean head = request.httpRequest().method() == SdkHttpMethod.HEAD;
    Failure failure =
        head ? answer.failureOfHead() : answer.failure(new Document(beginning).code());
    attempt.end(Answer.outcome(failure));
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
    PooledConnections.Pool connections = Objects.requireNonNull(pool);
    if (isErrorOfNode(response)) {
      attempt.firstByteOfError();
    } else {
      attempt.firstByte();
    }
    Answer answer = Answer.of(response.httpResponse());
    Optional<AbortableInputStream> stream = response.responseBody();
    boolean head = request.httpRequest().method() == SdkHttpMethod.HEAD;
    if (head || stream.isEmpty()) {
      if (answer.isSuccess()) {
        requireWhole(response, new Document(new byte[0]), answer);
      }
      Failure failure = head ? answer.failureOfHead() : answer.failure("");
      attempt.end(Answer.outcome(failure));
      connections.back(System.nanoTime());
      note(failure, "");
      return answer.isError() ? marked(response, answer, stream.orElse(null)) : response;
    }
    ReceivedBody received =
        new ReceivedBody(stream.get(), attempt, owner, connections, answer.contentLength());
    attempt.endWith(received);
    Reply reply = owner.apiCall().operation().reply();
    if (answer.isError()
        || (reply != Reply.CONTENT && !(reply == Reply.SMALL && answer.contentLength() == 0))) {
      return readAhead(response, answer, received);
    }
    InputStream whole =
        CutHead.isPossible(response.httpResponse()) ? CutHead.proved(received) : received;
    taken();
    owner.transport().opened(attempt);
    received.endsWith(Outcome.success());
    return HttpExecuteResponse.builder()
        .response(response.httpResponse())
        .responseBody(AbortableInputStream.create(whole, received))
        .build();
  }

  /**
   * Reads what is no object's content, as far as it is small: if it breaks off, there was no
   * answer, and what an error means, or whether a success is one, is written in it.
   */
  private HttpExecuteResponse readAhead(
      HttpExecuteResponse response, Answer head, ReceivedBody received) throws IOException {
    byte[] beginning = received.readNBytes(head.isError() ? PEEK : READ_AHEAD);
    Document document = new Document(beginning);
    Answer answer = head;
    if (!head.isError()) {
      if (document.isError()) {
        answer = head.unmasked(document.code());
      } else if (beginning.length < READ_AHEAD) {
        if (beginning.length == 0 && CutHead.isPossible(response.httpResponse())) {
          throw CutHead.failure();
        }
        if (head.isSuccess()) {
          requireWhole(response, document, head);
        }
      }
    }
    if (beginning.length < PEEK) {
      requireRightClock(answer, document);
    }
    Failure failure = answer.failure(document.code());
    if (failure == null) {
      taken();
      if (beginning.length == READ_AHEAD) {
        owner.transport().opened(attempt);
      }
    }
    received.endsWith(Answer.outcome(failure));
    note(failure, document.code());
    InputStream whole = new SequenceInputStream(new ByteArrayInputStream(beginning), received);
    AbortableInputStream body = AbortableInputStream.create(whole, received);
    return answer.isError()
        ? marked(response, answer, body)
        : HttpExecuteResponse.builder()
            .response(response.httpResponse())
            .responseBody(body)
            .build();
  }

  /** An answer without what it is all about is none. */
  private void requireWhole(HttpExecuteResponse response, Document document, Answer answer)
      throws IOException {
    if (owner.apiCall().operation().reply().isMissing(response.httpResponse(), document)) {
      throw new IOException(answer.status() + " without a result");
    }
    if (!answer.isFramed() && !document.isWhole()) {
      throw new IOException(answer.status() + " with a document that breaks off");
    }
  }

  /**
   * A node whose own clock is wrong must not make the SDK change ours; see {@link ServerClocks}.
   */
  private void requireRightClock(Answer answer, Document document) throws IOException {
    if (!answer.isAboutClocks(document.code())) {
      return;
    }
    ApiCall call = owner.apiCall();
    ServerClocks clocks = owner.transport().clocks();
    if (clocks.isOursRight(System.nanoTime())
        && call.route().hasUntried()
        && call.takeDoubtOfClock()) {
      // Whose clock it is the next node says, when this attempt is long over: nobody is charged.
      failure = Failure.answered(Outcome.doubtful("its clock or ours is wrong"));
      attempt.end(failure.outcome());
      throw call.turnedAway(
          new NodeFailedException(node(), "its clock is wrong: " + document.code(), call, null));
    }
    clocks.doubted();
  }

  private void taken() {
    owner.transport().clocks().taken(began); // the time it was signed with, and one clock less
  }

  private void note(@Nullable Failure failure, String code) {
    if (failure != null) {
      ApiCall call = owner.apiCall();
      // Only of what has a body it is ever asked why that can't be sent again.
      boolean isNoted =
          failure.kind() != Failure.Kind.CALLERS && request.contentStreamProvider().isPresent();
      String reason = failure.outcome().reason();
      call.answeredError(
          failure, code, isNoted ? new NodeFailedException(node(), reason, call, null) : null);
    }
  }

  /** Errors carry the call's id, by which the retry strategy finds the call. */
  private HttpExecuteResponse marked(
      HttpExecuteResponse response, Answer answer, @Nullable AbortableInputStream stream) {
    String id = ApiCalls.id(request.httpRequest());
    SdkHttpResponse.Builder head = response.httpResponse().toBuilder().statusCode(answer.status());
    if (id != null) {
      head.putHeader(ApiCalls.ID_HEADER, id);
    }
    return HttpExecuteResponse.builder().response(head.build()).responseBody(stream).build();
  }
}
