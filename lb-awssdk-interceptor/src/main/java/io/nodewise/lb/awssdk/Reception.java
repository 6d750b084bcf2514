package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * Who does the I/O calls begins(), reads so many bytes ahead, and calls judged() with what has come, or
 * brokeOff() if that was not to be had. There may be more in a body than was read ahead, and less.
 */
/**
 * How the answer of one attempt is taken in: what it means for the node and for the call, how much
 * of it has to be read for that, and what of it is passed on. For one thread at a time.
 */
final class Reception {
  /** Bytes of an error that are read ahead; they are some hundred bytes long. */
  static final int PEEK = 8192;

  /**
   * Bytes of an answer that are read ahead where it is no object's content: lists of a thousand
   * long keys are a megabyte.
   */
  private static final int READ_AHEAD = 4 << 20;

  /** Without a body. */
  private static final int NOTHING = -1;

  private static final Document NO_DOCUMENT = new Document(new byte[0]);

  private final SdkAttempt owner;
  private final SdkHttpRequest request;
  private final boolean hasRequestBody;
  private final Attempt attempt;
  private final PooledConnections.Pool connections;
  private final long began;
  private SdkHttpResponse response = SdkHttpResponse.builder().build(); // from begins() on
  private Answer answer = Answer.of(response); // the same
  private boolean isContent;
  private @Nullable BodyRecord body;
  private @Nullable Failure failure;

  Reception(
      SdkAttempt owner,
      SdkHttpRequest request,
      boolean hasRequestBody,
      Attempt attempt,
      PooledConnections.Pool connections,
      long began) {
    this.owner = owner;
    this.request = request;
    this.hasRequestBody = hasRequestBody;
    this.attempt = attempt;
    this.connections = connections;
    this.began = began;
  }

  /** What the attempt was ended with before an exception was thrown; mostly null. */
  @Nullable Failure failure() {
    return failure;
  }

  /** What has come of the body; from {@link #begins} on, if there is one. */
  BodyRecord body() {
    BodyRecord known = body;
    if (known == null) {
      throw new IllegalStateException("an answer without a body");
    }
    return known;
  }

  /**
   * The head has come.
   *
   * @return how many bytes of the body are to be read before {@link #judged}; negative: none, and
   *     {@link #withoutBody} is to be called instead
   */
  int begins(SdkHttpResponse head, boolean hasBody) {
    attempt.status(head.statusCode());
    if (errors().isPerhapsOfNode(head)) {
      attempt.firstByteOfError();
    } else {
      attempt.firstByte();
    }
    response = head;
    answer = Answer.of(head);
    if (request.method() == SdkHttpMethod.HEAD || !hasBody) {
      return NOTHING;
    }
    body = new BodyRecord(attempt, owner, connections, answer.contentLength());
    if (answer.isError()) {
      return PEEK;
    }
    Reply reply = owner.apiCall().operation().reply();
    isContent = reply == Reply.CONTENT || (reply == Reply.SMALL && answer.contentLength() == 0);
    return isContent ? (CutHead.isPossible(head) ? 1 : 0) : READ_AHEAD;
  }

  /**
   * Ends the attempt: there is nothing more to come.
   *
   * @return the head that is passed on
   * @throws IOException if it is none
   */
  SdkHttpResponse withoutBody() throws IOException {
    if (answer.isSuccess()) {
      requireWhole(NO_DOCUMENT);
    }
    Failure found = failure(answer, "");
    attempt.end(Answer.outcome(found));
    connections.back(System.nanoTime());
    note(answer, found, "");
    return answer.isError() ? marked(answer) : response;
  }

  /**
   * So much was read ahead, or all there is. From here on the end of the body ends the attempt, or
   * did so already.
   *
   * @return the head that is passed on
   * @throws IOException if it is no answer
   */
  SdkHttpResponse judged(byte[] beginning) throws IOException {
    if (isContent) {
      CutHead.requireProof(response, beginning);
      taken();
      owner.transport().opened(attempt);
      body().endsWith(Outcome.success());
      return response;
    }
    Document document = new Document(beginning);
    Answer meant = answer;
    if (!answer.isError()) {
      if (document.isError()) {
        meant = answer.unmasked(document.code());
      } else if (beginning.length < READ_AHEAD) {
        CutHead.requireProof(response, beginning);
        if (answer.isSuccess()) {
          requireWhole(document);
        }
      }
    }
    if (beginning.length < PEEK) {
      requireRightClock(meant, document);
    }
    String code = answer.isError() || document.isError() ? document.code() : "";
    Failure found = failure(meant, code);
    if (found == null) {
      taken();
      if (beginning.length == READ_AHEAD) {
        owner.transport().opened(attempt);
      }
    }
    body().endsWith(Answer.outcome(found));
    note(meant, found, code);
    return meant.isError() || found != null ? marked(meant) : response;
  }

  private @Nullable Failure failure(Answer meant, String code) {
    return errors().failure(attempt.node(), request.method(), response, meant, code);
  }

  private ErrorRules errors() {
    return owner.transport().calls().errors();
  }

  /**
   * The body broke off before so much was read.
   *
   * @return the head to be passed on without it: it says all that anybody reads
   * @throws NodeFailedException the same, if there was no answer
   */
  SdkHttpResponse brokeOff(NodeFailedException broken) throws NodeFailedException {
    if (answer.isSuccess() && isSaidByItsHead()) {
      return response;
    }
    throw broken;
  }

  /** Whether nobody reads the body, and all that is asked for has come before it. */
  private boolean isSaidByItsHead() {
    Operation operation = owner.apiCall().operation();
    boolean isStored = response.firstMatchingHeader("ETag").isPresent();
    return isStored
        && !operation.isRead()
        && (operation.reply() == Reply.TAG || operation.reply() == Reply.SMALL);
  }

  /** An answer without what it is all about is none. */
  private void requireWhole(Document document) throws IOException {
    if (owner.apiCall().operation().reply().isMissing(response, document)) {
      throw new IOException(answer.status() + " without a result");
    }
    if (!answer.isFramed() && !document.isWhole()) {
      throw new IOException(answer.status() + " with a document that breaks off");
    }
  }

  /**
   * A node whose own clock is wrong must not make the SDK change ours; see {@link ServerClocks}.
   */
  private void requireRightClock(Answer meant, Document document) throws IOException {
    if (!meant.isAboutClocks(document.code())) {
      return;
    }
    ApiCall call = owner.apiCall();
    ServerClocks clocks = owner.transport().clocks();
    if (clocks.isOursRight(System.nanoTime())
        && call.route().hasUntried()
        && call.takeDoubtOfClock()) {
      // Whose clock it is the next node says, when this attempt is long over: nobody is charged.
      Failure found = Failure.answered(Outcome.doubtful("its clock or ours is wrong"));
      failure = found;
      attempt.end(found.outcome());
      throw call.turnedAway(
          new NodeFailedException(
              attempt.node(), "its clock is wrong: " + document.code(), call, null));
    }
    clocks.doubted();
  }

  private void taken() {
    owner.transport().clocks().taken(began); // the time it was signed with, and one clock less
  }

  private void note(Answer meant, @Nullable Failure found, String code) {
    if (found != null) {
      ApiCall call = owner.apiCall();
      // Only of what has a body it is ever asked why that can't be sent again.
      boolean isNoted = found.kind() != Failure.Kind.CALLERS && hasRequestBody;
      String reason = found.outcome().reason();
      call.answeredError(
          meant,
          found,
          code,
          isNoted ? new NodeFailedException(attempt.node(), reason, call, null) : null);
    }
  }

  /** Errors carry the call's id, by which the retry strategy finds the call. */
  private SdkHttpResponse marked(Answer meant) {
    String id = ApiCalls.id(request);
    SdkHttpResponse.Builder head = response.toBuilder().statusCode(meant.status());
    if (id != null) {
      head.putHeader(ApiCalls.ID_HEADER, id);
    }
    return head.build();
  }
}
