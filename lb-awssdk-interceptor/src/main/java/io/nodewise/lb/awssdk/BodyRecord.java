package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * What has come of the body of one answer, held to its length: a body that ends early is an error,
 * whatever the HTTP client thinks of it. Its end, its failure, and whoever gives it up each end the
 * attempt. For one thread at a time; may be given up by any.
 */
final class BodyRecord {
  private final Attempt attempt;
  private final SdkAttempt request;
  private final PooledConnections.Pool pool;
  private final long length;
  private volatile boolean givenUp; // by whoever closes or aborts it
  private @Nullable Outcome outcome; // null until the answer's meaning is known
  private long received;
  private boolean complete;
  private boolean failed;

  /**
   * @param length its bytes; negative where the answer does not say
   */
  BodyRecord(Attempt attempt, SdkAttempt request, PooledConnections.Pool pool, long length) {
    this.attempt = attempt;
    this.request = request;
    this.pool = pool;
    this.length = length;
  }

  Attempt attempt() {
    return attempt;
  }

  /** All of it has come. */
  boolean isComplete() {
    return complete;
  }

  /**
   * What the attempt ends with when the body is read to its end or closed; ends it at once if there
   * is nothing (left) to read.
   */
  void endsWith(Outcome value) {
    outcome = value;
    if (complete || length == 0) {
      end(value);
    }
  }

  /** So many more bytes have come. */
  void received(int bytes) {
    received += bytes;
  }

  /**
   * There is no more.
   *
   * @throws IOException if there should be
   */
  void ended() throws IOException {
    if (received < length) {
      throw broken("the body ended after " + received + " of " + length + " bytes", null);
    }
    complete = true;
    pool.back(System.nanoTime());
    Outcome known = outcome;
    if (known != null) {
      end(known);
    }
  }

  /** It broke off; returns what its reader is told. The connection is the caller's to close. */
  IOException broken(String reason, @Nullable Throwable cause) {
    failed = true;
    boolean byCaller = attempt.verdict() == null && (givenUp || request.isGivenUp());
    ApiCall call = request.apiCall();
    if (byCaller) {
      end(Outcome.cancelled("aborted by the caller"));
      call.unheard();
      return cause instanceof IOException known ? known : new IOException(reason, cause);
    }
    end(Outcome.fault(reason));
    Outcome verdict = attempt.verdict();
    String why = verdict == null ? reason : verdict.reason();
    return call.lostReply(new NodeFailedException(attempt.node(), why, call, cause));
  }

  /** Nobody reads on. Returns whether there was anything left to read. */
  boolean closing() {
    boolean isOver = givenUp || complete || failed;
    givenUp = true;
    attempt.reading();
    return !isOver;
  }

  /** What was left has been read, and its connection is in the pool again. */
  void drained() {
    pool.back(System.nanoTime());
  }

  /** It is closed. */
  void closed() {
    Outcome known = outcome;
    end(known == null ? Outcome.cancelled("response closed") : known);
  }

  /** Nobody wants the rest; by any thread. The connection is the caller's to close, after that. */
  void aborted() {
    givenUp = true;
    end(Outcome.cancelled("response aborted by the caller"));
  }

  private void end(Outcome known) {
    Outcome verdict = attempt.verdict();
    attempt.end(verdict == null ? known : verdict);
    request.transport().ended(attempt);
  }
}
