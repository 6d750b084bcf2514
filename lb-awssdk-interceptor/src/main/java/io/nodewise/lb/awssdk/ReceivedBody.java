package io.nodewise.lb.awssdk;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.http.Abortable;
import software.amazon.awssdk.http.AbortableInputStream;

/**
 * The response body of one attempt, as a stream. Read by one thread at a time; may be aborted and
 * closed by any.
 */
final class ReceivedBody extends FilterInputStream implements Abortable {
  private final AbortableInputStream body;
  private final BodyRecord record;

  ReceivedBody(AbortableInputStream body, BodyRecord record) {
    super(body);
    this.body = body;
    this.record = record;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    if (record.isComplete()) {
      return -1;
    }
    record.attempt().reading();
    int n;
    try {
      n = in.read(buffer, offset, count);
    } catch (IOException e) {
      IOException told = record.broken(String.valueOf(e.getMessage()), e);
      body.abort();
      throw told;
    }
    record.attempt().idle(Math.max(n, 0));
    if (n < 0) {
      try {
        record.ended();
      } catch (IOException e) {
        body.abort();
        throw e;
      }
    } else {
      record.received(n);
    }
    return n;
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
    boolean isAnyLeft = record.closing();
    try {
      super.close();
      if (isAnyLeft) {
        record.drained();
      }
    } finally {
      record.closed();
    }
  }

  @Override
  public void abort() {
    // First the end: the reader's exception, which comes of it, must not be taken for the node's.
    record.aborted();
    body.abort();
  }
}
