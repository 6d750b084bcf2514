package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.DownloadResume;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the requests of one client have in common, whether it waits for answers or is told of them.
 * Thread-safe.
 */
abstract class Transport {
  private final ApiCalls calls;
  private final Confirmation confirmation;
  private final DownloadResume downloadResume;
  private final ServerClocks clocks = new ServerClocks();

  /**
   * Those whose answer is the caller's to read. The attempts and not the bodies, because a body
   * that nobody holds must be seen to be dropped; then the attempt ends by its abort action, which
   * takes it out of here.
   */
  private final Set<Attempt> open = ConcurrentHashMap.newKeySet();

  private final PooledConnections pooled;
  private volatile boolean closed; // by whoever closes it

  Transport(ApiCalls calls, Confirmation confirmation, PooledConnections pooled) {
    this.calls = calls;
    this.pooled = pooled;
    this.confirmation = confirmation;
    this.downloadResume = calls.downloadResume();
  }

  final ApiCalls calls() {
    return calls;
  }

  final DownloadResume downloadResume() {
    return downloadResume;
  }

  final Confirmation confirmation() {
    return confirmation;
  }

  final ServerClocks clocks() {
    return clocks;
  }

  /** What lies in the delegate's pool. */
  final PooledConnections pooled() {
    return pooled;
  }

  /** Whether the connections were closed under the requests. */
  final boolean isClosed() {
    return closed;
  }

  /** A body goes to the caller. */
  final void opened(Attempt attempt) {
    open.add(attempt);
    if (closed) {
      endedByClose(attempt);
    } else if (attempt.verdict() != null) {
      open.remove(attempt); // the abort action may have come before
    }
  }

  /** The answer was read, or never will be. */
  final void ended(Attempt attempt) {
    open.remove(attempt);
  }

  /** How many answers are the callers' to read. */
  final int openAnswers() {
    return open.size();
  }

  private void endedByClose(Attempt attempt) {
    attempt.end(Outcome.cancelled("client closed"));
    open.remove(attempt);
  }

  /** No request goes on from here on. */
  final void closes() {
    closed = true;
  }

  /** Closes the connections, and with them the answers that somebody has yet to read. */
  final void close(AutoCloseable delegate) {
    closed = true;
    try {
      delegate.close();
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("an HTTP client that can't be closed", e);
    }
    open.forEach(this::endedByClose);
  }
}
