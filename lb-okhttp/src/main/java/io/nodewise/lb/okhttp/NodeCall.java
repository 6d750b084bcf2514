package io.nodewise.lb.okhttp;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.BindException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.UnknownServiceException;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
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
/** One attempt: a request, at one node. Confined to the thread of the user's call. Not reusable. */
final class NodeCall extends EventListener {
  private final Attempt attempt;
  private final Request request;
  private final UserCall user;
  private @Nullable SentBody body;
  private boolean connected;
  private boolean headersBegun;
  private boolean headersSent;
  private boolean bodySent;
  private boolean mayGoOn;

  NodeCall(Attempt attempt, Request request, UserCall user) {
    this.attempt = attempt;
    this.request = request;
    this.user = user;
  }

  /** Whether the request changes nothing, so that it may be sent twice. */
  static boolean isSafe(String method) {
    return method.equals("GET") || method.equals("HEAD") || method.equals("OPTIONS");
  }

  /**
   * Sends the request and returns its answer, the end of whose body ends the attempt. After an
   * exception the attempt has ended and {@link #mayGoOn} speaks.
   */
  Response execute(OkHttpClient client, AttemptSettings settings) throws IOException {
    boolean answered = false;
    try {
      Call call = client.newCall(addressed(settings));
      call.addEventListener(this);
      user.run(call);
      attempt.abortBy(call::cancel);
      Response response = call.execute();
      answered = true;
      return answer(response);
    } catch (IOException e) {
      throw failure(e);
    } finally {
      if (!answered) {
        attempt.close();
      }
    }
  }

  private Request addressed(AttemptSettings settings) {
    Request.Builder builder =
        request
            .newBuilder()
            .url(Members.at(attempt.node(), request.url()))
            .tag(AttemptSettings.class, settings);
    if (request.header("Host") == null) {
      builder.header("Host", Members.hostHeader(request.url()));
    }
    RequestBody original = request.body();
    if (original != null && !original.isDuplex()) {
      body = new SentBody(original, attempt);
      builder.method(request.method(), body);
    }
    return builder.build();
  }

  private Response answer(Response response) {
    if (response.code() < 500 && response.code() != 429) {
      attempt.firstByte();
    } else {
      attempt.firstByteOfError();
    }
    Response.Builder builder = response.newBuilder().request(request);
    Outcome outcome = Answers.outcome(response);
    ResponseBody content = response.body();
    if (content.contentLength() == 0 || !Answers.promisesBody(response)) {
      attempt.end(outcome);
      return builder.build();
    }
    return builder.body(AnswerBody.of(content, attempt, outcome, user)).build();
  }

  private IOException failure(IOException e) {
    Outcome outcome = outcome(e);
    Outcome verdict = attempt.verdict();
    attempt.end(outcome);
    boolean over = user.isOver();
    boolean nodesFault = verdict != null || outcome.isNodeFault();
    mayGoOn = nodesFault && !over && (!headersSent || isSafe(request.method()));
    // What was aborted says "Canceled", which would be taken for the user's doing.
    return verdict == null || over ? e : new IOException(at(verdict.reason()), e);
  }

  private Outcome outcome(IOException e) {
    if (user.isOver() || (body != null && body.failedLocally())) {
      return Outcome.cancelled(Answers.reason(e));
    }
    boolean interrupted =
        e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
    boolean wrongLength = e instanceof ProtocolException && body != null && !bodySent;
    if (interrupted || wrongLength || e instanceof UnknownServiceException) {
      return Outcome.cancelled(Answers.reason(e));
    }
    if (!connected) {
      return unconnected(e);
    }
    return headersBegun
        ? Outcome.fault(Answers.reason(e))
        : Outcome.cancelled(Answers.reason(e)); // an interceptor of the user's
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
    return attempt.node().id() + ": " + reason;
  }

  /** Whether the request may go on at another node, after its failure here. */
  boolean mayGoOn() {
    return mayGoOn;
  }

  /** Whether there was a connection. */
  boolean isConnected() {
    return connected;
  }

  @Override
  public void connectionAcquired(Call call, Connection connection) {
    connected = true;
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
}
