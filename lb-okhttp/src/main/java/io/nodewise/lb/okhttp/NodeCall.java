package io.nodewise.lb.okhttp;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ProtocolException;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.jspecify.annotations.Nullable;

/*
 * How far a request came is told by OkHttp's events, on the thread of the call:
 *
 *   connectionAcquired   before: the node can't be reached
 *   requestHeadersStart  before: an interceptor of the user's failed, nobody's node
 *   requestHeadersEnd    before: no server can have acted on it, so every request may go on
 *   requestBodyEnd       then the answer is awaited
 *
 * OkHttp may run through them twice, when it sends again over a new connection or answers a 401;
 * what was sent once stays sent.
 */
/**
 * One attempt: a request, at one node. Run by one thread, which may hand it on to another after
 * {@link #send}; {@link #abort}, {@link #lost} and {@link #cancel} may be called by any. Not
 * reusable.
 */
final class NodeCall extends EventListener {
  private final Attempt attempt;
  private final BalancedCall owner;
  private final boolean isBeside;
  private @Nullable SentBody body;
  private volatile @Nullable Call call; // by send()
  private volatile boolean aborted; // by abort()
  private volatile boolean opened; // a connection; perhaps by a thread of OkHttp's
  private @Nullable Connection connection; // this and the following by the thread of the call
  private boolean pooled;
  private boolean headersBegun;
  private boolean headersSent;
  private boolean bodySent;
  private boolean answerBegun;
  private @Nullable IOException failure;
  private boolean nodesDoing;
  private boolean refused;
  private boolean broken;
  private boolean maybeSent;

  /** {@code isBeside}: whether another attempt of the request is under way. */
  NodeCall(Attempt attempt, BalancedCall owner, boolean isBeside) {
    this.attempt = attempt;
    this.owner = owner;
    this.isBeside = isBeside;
  }

  /** Whether the method changes nothing, so that the request may be sent twice. */
  static boolean isRead(String method) {
    return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
  }

  Node node() {
    return attempt.node();
  }

  /**
   * Sends the request and returns the answer, whose body is somebody's to take or to drop.
   *
   * @throws IOException as OkHttp did: to be told to {@link #failed}
   */
  Answered send() throws IOException {
    boolean known = false; // to us, or to those we tell
    try {
      Call sending = owner.shared().clients().to(node()).newCall(addressed());
      sending.addEventListener(this);
      if (isBeside) {
        owner.user().runBeside(sending);
      } else {
        owner.user().run(sending);
      }
      call = sending;
      attempt.abortBy(sending::cancel);
      if (aborted) {
        sending.cancel();
      }
      Response response = HiddenRetryAfter.bringBack(sending.execute());
      Outcome outcome = owner.shared().answers().outcome(node(), response);
      known = true;
      return new Answered(this, response, outcome);
    } catch (IOException e) {
      known = true;
      throw e;
    } catch (Exception e) {
      if (e instanceof InterruptedException) { // undeclared; where OkHttp waits for a connection
        known = true;
        Thread.currentThread().interrupt();
        throw (IOException) new InterruptedIOException("interrupted").initCause(e);
      }
      throw e;
    } finally {
      if (!known) {
        attempt.close();
      }
    }
  }

  private Request addressed() {
    Request request = owner.request();
    Request.Builder builder =
        request
            .newBuilder()
            .url(Members.at(node(), request.url()))
            .tag(Node.class, node())
            .tag(AttemptSettings.class, owner.settings());
    if (request.header("Host") == null && owner.shared().keepsHost()) {
      builder.header("Host", Members.hostHeader(request.url()));
    }
    if (request.body() != null && !request.body().isDuplex()) {
      body = new SentBody(request.body(), attempt);
      builder.method(request.method(), body);
    }
    return builder.build();
  }

  /** The answer begins: for those who take it later. */
  void answerBegins() {
    attempt.firstByte();
  }

  /** The answer becomes that of the request: the end of its body ends the attempt. */
  Response taken(Answered answered) {
    Response response = answered.response();
    attempt.status(response.code());
    if (answered.isErrorOfNode()) {
      attempt.firstByteOfError();
    } else {
      attempt.firstByte();
    }
    Response.Builder builder = response.newBuilder().request(owner.made());
    Outcome outcome = answered.outcome();
    ResponseBody content = response.body();
    if (content.contentLength() == 0 || !Answers.promisesBody(response)) {
      attempt.end(outcome);
      return builder.build();
    }
    AnswerBody counted =
        AnswerBody.of(content, attempt, outcome, owner.user(), e -> blame("body cut: ", e));
    return builder.body(counted).build();
  }

  /** Ends the attempt with what an error of the node means; the response stays as it is. */
  void refused(Answered answered) {
    attempt.status(answered.response().code());
    attempt.firstByteOfError();
    attempt.end(answered.outcome());
  }

  /** Ends the attempt because another one of the request was answered first. */
  void lost() {
    attempt.lost();
  }

  /** Ends the attempt: nobody wants it any more, and that says nothing about it. */
  void cancel(String reason) {
    attempt.end(Outcome.cancelled(reason));
  }

  /** Unblocks the thread in {@link #send}, and closes the answer's connection. */
  void abort() {
    aborted = true;
    Call sending = call;
    if (sending != null) {
      sending.cancel();
    }
  }

  /** The user's call goes on with this one. */
  void takeOver() {
    Call sending = call;
    if (sending != null) {
      owner.user().goesOnWith(sending);
    }
  }

  /** Ends the attempt with what the exception means; the one that the user is to get. */
  IOException failed(IOException e) {
    IOException known = failure;
    if (known != null) {
      return known;
    }
    Outcome outcome = outcome(e);
    Outcome verdict = attempt.verdict();
    attempt.end(outcome);
    boolean over = owner.user().isOver();
    nodesDoing =
        !over && (verdict != null || outcome.isNodeFault() || outcome.isDoubtful() || refused);
    broken = verdict == null && !(e instanceof SocketTimeoutException);
    // HTTP/2 sends the headers, looks whether it was canceled meanwhile, and tells only then.
    boolean isShared = connection != null && BrokenConnections.isShared(connection);
    maybeSent = headersSent || (headersBegun && verdict != null && isShared);
    if (verdict != null || outcome.kind() == Outcome.Kind.UNREACHABLE) {
      owner.shared().clients().letGo(node());
    }
    // What was aborted says "Canceled", which would be taken for the user's doing.
    IOException told = verdict == null || over ? e : new IOException(at(verdict.reason()), e);
    failure = told;
    return told;
  }

  private Outcome outcome(IOException e) {
    boolean isOurs = aborted || attempt.verdict() != null; // and counts no more
    if (isOurs || owner.user().isOver() || (body != null && body.failedLocally())) {
      return Outcome.cancelled(Answers.reason(e));
    }
    boolean interrupted =
        e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
    boolean wrongLength = e instanceof ProtocolException && body != null && !bodySent;
    if (interrupted || wrongLength || e instanceof UnknownServiceException) {
      return Outcome.cancelled(Answers.reason(e));
    }
    if (connection == null || e instanceof ConnectException) { // also where it was sent before
      return unconnected(e);
    }
    if (!headersBegun) {
      return Outcome.cancelled(Answers.reason(e)); // an interceptor of the user's
    }
    refused = BrokenConnections.isRefused(e);
    return refused ? Outcome.load(Answers.reason(e)) : blame("", e);
  }

  private Outcome blame(String where, IOException e) {
    boolean maybeStale = pooled && !answerBegun;
    return owner
        .shared()
        .broken()
        .outcome(node(), connection, maybeStale, where, e, System.nanoTime());
  }

  private static Outcome unconnected(IOException e) {
    String reason = Answers.reason(e);
    if (e instanceof BindException || reason.contains("Too many open files")) {
      return Outcome.cancelled(reason); // nothing left on this machine
    }
    // The name service may have a hiccup, and connections that are open go on.
    if (e instanceof UnknownHostException) {
      return Outcome.fault(reason);
    }
    boolean timedOut = e instanceof SocketTimeoutException || reason.contains("timed out");
    return timedOut ? Outcome.connectTimedOut(reason) : Outcome.unreachable(reason);
  }

  private String at(String reason) {
    return node().id() + ": " + reason;
  }

  /** Whether it failed for a reason of the node's, so that another one may do better. */
  boolean isNodesDoing() {
    return nodesDoing;
  }

  /** Whether the node can't have acted on it when it failed. */
  boolean isUnseen() {
    return !maybeSent || refused;
  }

  /** Whether its connection broke, in contrast to silence: that took no time of the node's. */
  boolean isBroken() {
    return broken;
  }

  /** Whether the node took no notice of it, having too much to do. */
  boolean isRefused() {
    return refused;
  }

  @Override
  public void connectEnd(Call call, InetSocketAddress to, Proxy proxy, @Nullable Protocol spoken) {
    opened = true;
  }

  @Override
  public void connectionAcquired(Call call, Connection acquired) {
    connection = acquired;
    pooled = !opened;
    opened = false;
  }

  @Override
  public void requestHeadersStart(Call call) {
    headersBegun = true;
  }

  @Override
  public void requestHeadersEnd(Call call, Request sent) {
    headersSent = true;
    if (sent.body() == null) {
      attempt.sent();
    }
  }

  @Override
  public void requestBodyEnd(Call call, long byteCount) {
    bodySent = true;
    attempt.sent();
  }

  @Override
  public void responseHeadersEnd(Call call, Response response) {
    answerBegun = true;
  }
}
