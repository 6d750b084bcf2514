package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Why one attempt failed. Whatever comes of a failure is decided by its kind, and in {@link
 * ApiCall} alone.
 *
 * @param kind of which kind it is
 * @param outcome what it says about the node
 */
record Failure(Kind kind, Outcome outcome) {

  private static final String NO_CONNECTION = "no connection free in the client's pool";

  private static final List<String> CONNECT_FAILURES =
      List.of(
          "socket connection refused",
          "socket operation timed out",
          "no route to host",
          "network is down",
          "negotiation failed",
          "negotiation timeout");

  private static final List<String> UNKNOWN_HOST =
      List.of("query to dns", "dns resolution", "No address was found", "local dns cache");

  private static final List<String> POOL_EXHAUSTED =
      List.of(
          "failed to acquire a connection within the defined timeout",
          "Max pending acquisitions reached");

  /** The kinds of failure there are. */
  enum Kind {
    /** The node can't have seen any of the request: it goes to the next one as it is. */
    NOTHING_SENT,
    /** The node may have carried it out, and nothing, or not all, of an answer came. */
    NO_ANSWER,
    /** The node answered that it failed; it may have carried it out all the same. */
    FAULT,
    /** The node asked for less, and has not carried it out. */
    LOAD,
    /** The node is well, and says no to the caller. */
    CALLERS,
    /** The caller's request body could not be read. */
    LOCAL_BODY,
    /** The caller gave up, or nothing on this machine let it be sent: nobody's fault. */
    CANCELLED
  }

  /** The node answered that it failed. */
  static Failure answered(Outcome outcome) {
    return new Failure(Kind.FAULT, outcome);
  }

  /** The node asked for less. */
  static Failure load(Outcome outcome) {
    return new Failure(Kind.LOAD, outcome);
  }

  /** The node said no, as a healthy one does. */
  static Failure callers() {
    return new Failure(Kind.CALLERS, Outcome.success());
  }

  /** The node answered with what means this. */
  static Failure of(Outcome meaning) {
    return switch (meaning.kind()) {
      case SUCCESS -> callers();
      case LOAD -> load(meaning);
      case FAULT, UNREACHABLE, CANCELLED -> answered(meaning);
    };
  }

  /** Whether it may go to the next node as it is. */
  boolean nothingSent() {
    return kind == Kind.NOTHING_SENT;
  }

  private static Failure cancelled(String reason) {
    return new Failure(Kind.CANCELLED, Outcome.cancelled(reason));
  }

  /** What an exception of the HTTP client means. */
  static Failure of(Throwable e, Attempt attempt, SentBody body, boolean aborted) {
    Outcome verdict = attempt.verdict();
    if (verdict != null) {
      return new Failure(body.isKept() ? Kind.NOTHING_SENT : Kind.NO_ANSWER, verdict);
    }
    if (body.localFailure() != null) {
      return new Failure(
          Kind.LOCAL_BODY, Outcome.cancelled("request body: " + body.localFailure()));
    }
    if (aborted) {
      return cancelled("aborted by the caller");
    }
    if (isPoolExhausted(e)) {
      return cancelled(NO_CONNECTION);
    }
    if (isPoolOfNodeExhausted(e)) {
      // Nobody's fault, and the other nodes have pools of their own.
      return new Failure(Kind.NOTHING_SENT, Outcome.cancelled(NO_CONNECTION));
    }
    if (!(e instanceof IOException) && !hasCause(e, Failure::isOfTheNetwork)) {
      // A pool that was shut down, a bug.
      return cancelled(e.toString());
    }
    if (hasCause(e, BindException.class::isInstance) || reason(e).contains("Too many open files")) {
      return cancelled("no local port or socket: " + reason(e));
    }
    if (hasCause(e, Failure::isUnknownHost) && !body.isTouched()) {
      // The name service may have a hiccup, and connections that are open go on.
      return new Failure(Kind.NOTHING_SENT, Outcome.fault(reason(e)));
    }
    if (isConnectFailure(e) && !body.isTouched()) {
      Outcome outcome =
          isTimeout(e) ? Outcome.connectTimedOut(reason(e)) : Outcome.unreachable(reason(e));
      return new Failure(Kind.NOTHING_SENT, outcome);
    }
    return new Failure(Kind.NO_ANSWER, Outcome.fault(reason(e)));
  }

  /** By the client's clock, or by the system's, which has no type of its own. */
  private static boolean isTimeout(Throwable e) {
    return hasCause(
        e,
        t ->
            t instanceof SocketTimeoutException
                || named(t, "ConnectTimeoutException")
                || ((t instanceof ConnectException || isOfCrt(t))
                    && reason(t).contains("timed out")));
  }

  private static boolean isConnectFailure(Throwable e) {
    return hasCause(
        e,
        t ->
            t instanceof ConnectException
                || t instanceof NoRouteToHostException
                || t instanceof SSLHandshakeException
                || t instanceof SSLPeerUnverifiedException
                || (t instanceof SSLException && reason(t).contains("plaintext connection"))
                || named(t, "ConnectTimeoutException")
                || saidByCrt(t, CONNECT_FAILURES));
  }

  private static boolean isUnknownHost(Throwable t) {
    return t instanceof UnknownHostException || saidByCrt(t, UNKNOWN_HOST);
  }

  /** Exceptions that are no {@link IOException}, and yet come of what the other side does. */
  private static boolean isOfTheNetwork(Throwable t) {
    return isOfCrt(t)
        || named(t, "DecoderException")
        || named(t, "PrematureChannelClosureException");
  }

  /** Of Apache's clients, which have one for all nodes. */
  private static boolean isPoolExhausted(Throwable e) {
    return hasCause(
        e,
        t ->
            named(t, "ConnectionPoolTimeoutException")
                || named(t, "ConnectionRequestTimeoutException"));
  }

  /** Of Netty's and the native client, which have one for each node. */
  private static boolean isPoolOfNodeExhausted(Throwable e) {
    return hasCause(
        e,
        t ->
            said(t).contains("Acquire operation took longer")
                || said(t).contains("Too many outstanding acquire operations")
                || saidByCrt(t, POOL_EXHAUSTED));
  }

  private static boolean hasCause(Throwable e, Predicate<Throwable> isIt) {
    int depth = 0;
    for (Throwable t = e; t != null && depth < 16; t = t.getCause()) {
      if (isIt.test(t)) {
        return true;
      }
      depth++;
    }
    return false;
  }

  private static boolean saidByCrt(Throwable t, List<String> sentences) {
    return isOfCrt(t) && sentences.stream().anyMatch(said(t)::contains);
  }

  /** The native client has one exception for everything, with a sentence for each error. */
  private static boolean isOfCrt(Throwable t) {
    return named(t, "HttpException") || named(t, "CrtRuntimeException");
  }

  private static String said(Throwable t) {
    return String.valueOf(t.getMessage());
  }

  /**
   * HTTP clients' own exceptions are known by name only: no client's types are needed to compile.
   */
  private static boolean named(Throwable t, String simpleName) {
    return t.getClass().getSimpleName().equals(simpleName);
  }

  private static String reason(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    String message = root.getMessage();
    if (root instanceof UnknownHostException) {
      return "unknown host"; // its message is nothing but the name
    }
    return message == null ? root.getClass().getSimpleName() : message;
  }
}
