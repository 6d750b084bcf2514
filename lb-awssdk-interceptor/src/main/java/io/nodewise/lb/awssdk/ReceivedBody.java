package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.io.FilterInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.Abortable;
import software.amazon.awssdk.http.AbortableInputStream;

/**
 * The response body of one attempt, held to its length: a body that ends early is an error,
 * whatever the HTTP client thinks of it. Its end, its close, its abort and its failure each end the
 * attempt. Read by one thread at a time; may be aborted and closed by any.
 */
final class ReceivedBody extends FilterInputStream implements Abortable {
  private final AbortableInputStream body;
  private final Attempt attempt;
  private final BalancedRequest request;
  private final PooledConnections.Pool pool;
  private final long length;
  private volatile boolean givenUp; // by whoever closes or aborts it
  private @Nullable Outcome outcome; // null until the answer's meaning is known
  private long received;
  private boolean complete;
  private boolean failed;

  ReceivedBody(
      AbortableInputStream body,
      Attempt attempt,
      BalancedRequest request,
      PooledConnections.Pool pool,
      long length) {
    super(body);
    this.body = body;
    this.attempt = attempt;
    this.request = request;
    this.pool = pool;
    this.length = length;
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

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    if (complete) {
      return -1;
    }
    attempt.reading();
    int n;
    try {
      n = in.read(buffer, offset, count);
    } catch (IOException e) {
      throw broken(String.valueOf(e.getMessage()), e);
    }
    attempt.idle(Math.max(n, 0));
    if (n < 0) {
      if (received < length) {
        throw broken("the body ended after " + received + " of " + length + " bytes", null);
      }
      complete();
    } else {
      received += n;
    }
    return n;
  }

  private void complete() {
    complete = true;
    pool.back(System.nanoTime());
    Outcome known = outcome;
    if (known != null) {
      end(known);
    }
  }

  private void end(Outcome known) {
    Outcome verdict = attempt.verdict();
    attempt.end(verdict == null ? known : verdict);
    request.transport().ended(attempt);
  }

  private IOException broken(String reason, @Nullable IOException cause) {
    failed = true;
    boolean byCaller =
        attempt.verdict() == null
            && (givenUp || request.isGivenUp() || Thread.currentThread().isInterrupted());
    ApiCall call = request.apiCall();
    if (byCaller) {
      end(Outcome.cancelled("aborted by the caller"));
      call.unheard();
      body.abort();
      return cause == null ? new IOException(reason) : cause;
    }
    end(Outcome.fault(reason));
    body.abort();
    Outcome verdict = attempt.verdict();
    String why = verdict == null ? reason : verdict.reason();
    return call.lostReply(new NodeFailedException(attempt.node(), why, call, cause));
  }

  @Override
  public long skip(long count) throws IOException {
    byte[] buffer = new byte[(int) Math.min(8192, Math.max(1, count))];
    long skipped = 0;
    while (skipped < count) {
      int n = read(buffer, 0, (int) Math.min(buffer.length, count - skipped));
      if (n < 0) {
        break;
      }
      skipped += n;
    }
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }

  /** HTTP clients read on to the end here, to keep the connection: the clocks go on. */
  @Override
  public void close() throws IOException {
    boolean isOver = givenUp || complete || failed;
    givenUp = true;
    attempt.reading();
    try {
      super.close();
      if (!isOver) {
        pool.back(System.nanoTime());
      }
    } finally {
      Outcome known = outcome;
      end(known == null ? Outcome.cancelled("response closed") : known);
    }
  }

  @Override
  public void abort() {
    givenUp = true;
    // First the end: the reader's exception, which comes of it, must not be taken for the node's.
    end(Outcome.cancelled("response aborted by the caller"));
    body.abort();
  }
}
