package io.nodewise.examples.demo.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.http.ContentStreamProvider;

/**
 * The body of an upload that stands still at a given byte until it is released, so that it is half
 * sent when a fault strikes. A repeated attempt reads it from the start. One thread at a time.
 */
final class HeldContent implements ContentStreamProvider {
  /** A held upload never waits longer, whatever happens to the rest of the demo. */
  private static final long MAX_HOLD_SECONDS = 10;

  private final byte[] content;
  private final int holdAt;
  private final CountDownLatch reached;
  private final CountDownLatch release;
  private final AtomicLong heldNanos = new AtomicLong();

  /**
   * @param reached counted down by the first attempt that stands still
   * @param release opened by the director of the fault
   */
  HeldContent(byte[] content, int holdAt, CountDownLatch reached, CountDownLatch release) {
    this.content = content;
    this.holdAt = holdAt;
    this.reached = reached;
    this.release = release;
  }

  /** How long it stood still. */
  AtomicLong heldNanos() {
    return heldNanos;
  }

  @Override
  public InputStream newStream() {
    return new HeldStream();
  }

  private void hold() throws InterruptedIOException {
    long start = System.nanoTime();
    try {
      reached.countDown();
      release.await(MAX_HOLD_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (InterruptedIOException) new InterruptedIOException("held upload").initCause(e);
    }
    heldNanos.addAndGet(System.nanoTime() - start);
  }

  private final class HeldStream extends InputStream {
    private int position;

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (position == content.length) {
        return -1;
      }
      if (position == holdAt) {
        hold();
      }
      int end = position < holdAt ? holdAt : content.length;
      int count = Math.min(length, end - position);
      System.arraycopy(content, position, target, offset, count);
      position += count;
      return count;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int available() {
      return content.length - position;
    }
  }
}
