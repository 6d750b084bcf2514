package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of ours, as far as it is the same for both kinds of client: what is known of its
 * connection, and what its failure says about the node. For one thread at a time, but for what says
 * otherwise.
 */
abstract class AttemptState {
  private final SdkAttempt owner;
  private final Attempt attempt;
  private final SentBody sent;
  private long began;
  private PooledConnections.@Nullable Pool pool; // from begins() on
  private boolean pooled; // a connection was taken out of the pool, nothing came over it yet
  private boolean answered;
  private boolean excused;
  private @Nullable Failure failure;

  AttemptState(SdkAttempt owner, Attempt attempt, SentBody sent) {
    this.owner = owner;
    this.attempt = attempt;
    this.sent = sent;
  }

  /** Whether it was ended from here, whatever its exception says; by any thread. */
  abstract boolean isAborted();

  final Node node() {
    return attempt.node();
  }

  final Attempt attempt() {
    return attempt;
  }

  final SentBody sent() {
    return sent;
  }

  /** It is handed to the HTTP client now. */
  final void begins() {
    began = System.nanoTime();
    PooledConnections.Pool connections = owner.transport().pooled().to(attempt.node(), began);
    pool = connections;
    pooled = connections.take(began);
  }

  final long began() {
    return began;
  }

  /** The connections of its node; after {@link #begins}. */
  final PooledConnections.Pool pool() {
    PooledConnections.Pool known = pool;
    if (known == null) {
      throw new IllegalStateException("not begun");
    }
    return known;
  }

  /** An answer has begun. */
  final void answered() {
    answered = true;
    heard();
  }

  /** The connection has proven good or bad. */
  final void heard() {
    PooledConnections.Pool known = pool;
    if (pooled && known != null) {
      pooled = false;
      known.proven();
    }
  }

  /** What the answer's reception ended the attempt with, when it threw; mostly null. */
  final void failedWith(@Nullable Failure found) {
    failure = found;
  }

  /** Ends the attempt with what an exception means. */
  final Failure failed(Throwable e) {
    Failure known = failure;
    if (known != null) {
      return known;
    }
    Failure found = Failure.of(e, attempt, sent, owner.isGivenUp());
    excused = isExcused(e, found);
    heard();
    String reason = found.outcome().reason();
    attempt.end(
        excused ? Outcome.doubtful("perhaps a stale connection: " + reason) : found.outcome());
    failure = found;
    return found;
  }

  private boolean isExcused(Throwable e, Failure found) {
    boolean byUs = isAborted() || attempt.verdict() != null;
    if (byUs || answered || found.kind() != Failure.Kind.NO_ANSWER) {
      return false;
    }
    PooledConnections.Pool known = pool;
    return known != null && known.isExcused(e, began, System.nanoTime());
  }

  /**
   * Whether it {@link #failed} in the way of a connection that its server had closed before, which
   * is not held against the node.
   */
  final boolean isExcused() {
    return excused;
  }

  /** Ends the attempt: nobody wants it any more, and that says nothing about it; by any thread. */
  final void cancel(String reason) {
    attempt.end(Outcome.cancelled(reason));
  }
}
