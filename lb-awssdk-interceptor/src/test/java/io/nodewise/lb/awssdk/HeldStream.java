package io.nodewise.lb.awssdk;

import java.io.ByteArrayInputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A source of bytes that gives none until it is let go: an upload that goes on as long as wanted.
 */
final class HeldStream extends ByteArrayInputStream {
  private final CountDownLatch gate;

  HeldStream(byte[] content, CountDownLatch gate) {
    super(content);
    this.gate = gate;
  }

  @Override
  public synchronized int read(byte[] buffer, int offset, int count) {
    try {
      if (!gate.await(60, TimeUnit.SECONDS)) {
        throw new IllegalStateException("nobody let it go");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return super.read(buffer, offset, count);
  }
}
