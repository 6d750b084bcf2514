package io.nodewise.lb.awssdk;

import java.io.ByteArrayInputStream;
import java.util.concurrent.TimeUnit;

/** A source of bytes that takes its time, a thousand bytes at a time. */
final class SlowStream extends ByteArrayInputStream {
  private final long millis;

  SlowStream(byte[] content, long millis) {
    super(content);
    this.millis = millis;
  }

  @Override
  public synchronized int read(byte[] buffer, int offset, int count) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return super.read(buffer, offset, Math.min(1000, count));
  }
}
