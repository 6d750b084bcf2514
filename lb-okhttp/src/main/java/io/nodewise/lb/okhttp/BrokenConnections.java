package io.nodewise.lb.okhttp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import okhttp3.Connection;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/*
 * HTTP/2. One connection carries many requests, and when it breaks all of them fail at once. That is
 * one event, not a hundred: five in a row would put a node out for a single reset. So it is charged
 * to the first request that reports it; for the others the node is probed. What the node did to one
 * stream (a reset with a code of its own, silence) is charged to that one's request, each time.
 *
 * HTTP/1.1. A pooled connection that its server has closed meanwhile fails like one whose server died
 * at work. OkHttp sends what may be repeated again by itself, over a new connection; what reaches us is
 * either the failure of that, or a request that may not be. Of the latter an event excuses what breaks
 * off so within two seconds, once in ten: a node restarts or ends a keep-alive no more often, and one
 * that breaks every second connection is found out.
 */
/** What a broken connection says about its node. Thread-safe; used by failed attempts only. */
final class BrokenConnections {
  private static final long EVENT = TimeUnit.SECONDS.toNanos(2);
  private static final long BETWEEN = TimeUnit.SECONDS.toNanos(10);

  /** More nodes than any set has; then all is forgotten. */
  private static final int MOST_NODES = 10_000;

  private static final String RESET = "stream was reset: ";

  /** Codes that a stream has also when its connection is gone. */
  private static final Set<String> OF_CONNECTION =
      Set.of(
          RESET + "CANCEL",
          RESET + "NO_ERROR",
          RESET + "PROTOCOL_ERROR"); // as OkHttp says it when a ping has no answer

  @GuardedBy("this")
  private final Map<Connection, Boolean> charged = new WeakHashMap<>(); // until collected

  @GuardedBy("this")
  private final Map<String, Long> events = new HashMap<>(); // beginnings, by node

  /** Whether the node took no notice of the request, as it had too many. */
  static boolean isRefused(IOException e) {
    return (RESET + "REFUSED_STREAM").equals(e.getMessage());
  }

  /**
   * What it says that a request broke off after it had begun.
   *
   * @param connection the one it broke off on, if there was one
   * @param maybeStale whether the connection was an older one, and no byte of an answer came
   * @param where what begins the reason
   */
  synchronized Outcome outcome(
      Node node,
      @Nullable Connection connection,
      boolean maybeStale,
      String where,
      IOException e,
      long now) {
    String reason = where + Answers.reason(e);
    if (connection != null && isShared(connection)) {
      return isOfStream(e) || charged.putIfAbsent(connection, true) == null
          ? Outcome.fault(reason)
          : Outcome.doubtful("with a connection that broke: " + reason);
    }
    return maybeStale && isBroken(e) && isExcused(node, now)
        ? Outcome.doubtful("perhaps a stale connection: " + reason)
        : Outcome.fault(reason);
  }

  @GuardedBy("this")
  private boolean isExcused(Node node, long now) {
    Long began = events.get(node.id());
    if (began == null || now - began >= BETWEEN) {
      if (events.size() >= MOST_NODES) {
        events.clear();
      }
      events.put(node.id(), now);
      return true;
    }
    return now - began < EVENT;
  }

  /** Whether it carries many requests at once. */
  static boolean isShared(Connection connection) {
    Protocol protocol = connection.protocol();
    return protocol == Protocol.HTTP_2 || protocol == Protocol.H2_PRIOR_KNOWLEDGE;
  }

  private static boolean isOfStream(IOException e) {
    String message = e.getMessage();
    return e instanceof SocketTimeoutException
        || (message != null && message.startsWith(RESET) && !OF_CONNECTION.contains(message));
  }

  private static boolean isBroken(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SocketException || t instanceof EOFException) {
        return true;
      }
    }
    return false;
  }
}
