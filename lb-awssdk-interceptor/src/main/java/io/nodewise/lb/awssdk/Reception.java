package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * How the answer of one attempt is taken in: what it means for the node and for the call, and what
 * of it is passed on. For one thread.
 */
final class Reception {
  /** Bytes of an error that are read ahead; they are some hundred bytes long. */
  private static final int PEEK = 8192;

  /**
   * Bytes of an answer that are read ahead where it is no object's content: lists of a thousand
   * long keys are a megabyte.
   */
  private static final int READ_AHEAD = 4 << 20;

  private static final Document NO_DOCUMENT = new Document(new byte[0]);

  private final BalancedRequest owner;
  private final HttpExecuteRequest request;
  private final Attempt attempt;
  private final PooledConnections.Pool connections;
  private final long began;
  private @Nullable Failure failure;

  Reception(
      BalancedRequest owner,
      HttpExecuteRequest request,
      Attempt attempt,
      PooledConnections.Pool connections,
      long began) {
    this.owner = owner;
    this.request = request;
    this.attempt = attempt;
    this.connections = connections;
    this.began = began;
  }

  /** What {@link #of} has found out when it throws, and ended the attempt with; mostly null. */
  @Nullable Failure failure() {
    return failure;
  }

  /** What an error of the node means that nobody will read. */
  static @Nullable Failure failure(
      HttpExecuteRequest request, HttpExecuteResponse response, Attempt attempt)
      throws IOException {
    Answer answer = Answer.of(response.httpResponse());
    if (request.httpRequest().method() == SdkHttpMethod.HEAD) {
      return answer.failureOfHead();
    }
    AbortableInputStream stream = response.responseBody().orElse(null);
    attempt.reading(); // else the sweeper takes it for a caller who does not read on
    byte[] beginning = stream == null ? new byte[0] : stream.readNBytes(PEEK);
    return answer.failure(new Document(beginning).code());
  }

  /**
   * Takes it in. From here on its body ends the attempt, or did so already.
   *
   * @return what is passed on
   * @throws IOException if it is none, or broke off
   */
  HttpExecuteResponse of(HttpExecuteResponse response) throws IOException {
    if (Exchange.isErrorOfNode(response)) {
      attempt.firstByteOfError();
    } else {
      attempt.firstByte();
    }
    Answer answer = Answer.of(response.httpResponse());
    Optional<AbortableInputStream> stream = response.responseBody();
    boolean head = request.httpRequest().method() == SdkHttpMethod.HEAD;
    if (head || stream.isEmpty()) {
      if (answer.isSuccess()) {
        requireWhole(response, NO_DOCUMENT, answer);
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
    byte[] beginning;
    try {
      beginning = received.readNBytes(head.isError() ? PEEK : READ_AHEAD);
    } catch (NodeFailedException broken) {
      if (head.isSuccess() && isSaidByItsHead(response)) {
        return HttpExecuteResponse.builder().response(response.httpResponse()).build();
      }
      throw broken;
    }
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

  /** Whether nobody reads the body, and all that is asked for has come before it. */
  private boolean isSaidByItsHead(HttpExecuteResponse response) {
    Operation operation = owner.apiCall().operation();
    boolean isStored = response.httpResponse().firstMatchingHeader("ETag").isPresent();
    return isStored
        && !operation.isRead()
        && (operation.reply() == Reply.TAG || operation.reply() == Reply.SMALL);
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
          new NodeFailedException(
              attempt.node(), "its clock is wrong: " + document.code(), call, null));
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
          failure,
          code,
          isNoted ? new NodeFailedException(attempt.node(), reason, call, null) : null);
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
