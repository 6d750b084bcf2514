package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * What an exception of the HTTP client says about the node, and whether the node may have seen the
 * request.
 *
 * @param outcome for the node
 * @param nothingSent the node cannot have seen any of it, so it may go to the next node as it is
 */
record Failure(Outcome outcome, boolean nothingSent) {

  static Failure of(Exception e, Attempt attempt, SentBody body, boolean aborted) {
    Outcome verdict = attempt.verdict();
    if (verdict != null) {
      return new Failure(verdict, body.isKept());
    }
    if (body.localFailure() != null) {
      return new Failure(Outcome.cancelled("request body: " + body.localFailure()), false);
    }
    if (aborted || Thread.currentThread().isInterrupted()) {
      return new Failure(Outcome.cancelled("aborted by the caller"), false);
    }
    if (!(e instanceof IOException)) {
      // Not a matter of the network: a pool that was shut down, a bug.
      return new Failure(Outcome.cancelled(e.toString()), false);
    }
    if (hasCause(e, BindException.class) || reason(e).contains("Too many open files")) {
      return new Failure(Outcome.cancelled("no local port or socket: " + reason(e)), false);
    }
    if (isPoolExhausted(e)) {
      return new Failure(Outcome.cancelled("no connection free in the client's pool"), false);
    }
    if (hasCause(e, UnknownHostException.class) && !body.isTouched()) {
      // The name service may have a hiccup, and connections that are open go on.
      return new Failure(Outcome.fault(reason(e)), true);
    }
    if (isConnectFailure(e) && !body.isTouched()) {
      Outcome outcome =
          isTimeout(e) ? Outcome.connectTimedOut(reason(e)) : Outcome.unreachable(reason(e));
      return new Failure(outcome, true);
    }
    return new Failure(Outcome.fault(reason(e)), false);
  }

  /** By the client's clock, or by the system's, which has no type of its own. */
  private static boolean isTimeout(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SocketTimeoutException
          || named(t, "ConnectTimeoutException")
          || (t instanceof ConnectException && reason(t).contains("timed out"))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isConnectFailure(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof ConnectException
          || t instanceof NoRouteToHostException
          || t instanceof SSLHandshakeException
          || t instanceof SSLPeerUnverifiedException
          || named(t, "ConnectTimeoutException")) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasCause(Throwable e, Class<? extends Throwable> type) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isPoolExhausted(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (named(t, "ConnectionPoolTimeoutException")
          || named(t, "ConnectionRequestTimeoutException")) {
        return true;
      }
    }
    return false;
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
