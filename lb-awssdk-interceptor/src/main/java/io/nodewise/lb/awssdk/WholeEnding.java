package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/*
 * An S3 upload ends with an empty chunk and a checksum behind it. A server may take the chunk for the
 * end, answer, and close the connection on what comes then (S3Proxy, where that is late by a moment).
 * Other HTTP clients have sent it by then, as they write through a buffer, or read the answer all the
 * same; the JDK's writes what each read of the body gives, and on a connection that is closed it never
 * looks for an answer. So it is given the end in one piece.
 */
/**
 * A request body whose last {@link #END} bytes come with one read, if that one has room for them.
 * Reads ahead; for one thread.
 */
final class WholeEnding extends InputStream {
  /** More than the last chunk, a checksum and the signatures of both take. */
  static final int END = 1024;

  /** As much as the client asks for at once. */
  static final int BLOCK = 8192;

  private final InputStream body;
  private final byte[] ahead = new byte[BLOCK + END];
  private int from;
  private int to;
  private boolean ended;

  WholeEnding(InputStream body) {
    this.body = body;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    Objects.checkFromIndexSize(offset, count, buffer.length);
    if (count == 0) {
      return 0;
    }
    fill();
    int left = to - from;
    if (left == 0) {
      return -1;
    }
    int n = ended && left <= count ? left : Math.min(count, Math.max(1, left - END));
    System.arraycopy(ahead, from, buffer, offset, n);
    from += n;
    return n;
  }

  private void fill() throws IOException {
    System.arraycopy(ahead, from, ahead, 0, to - from);
    to -= from;
    from = 0;
    while (!ended && to < ahead.length) {
      int n = body.read(ahead, to, ahead.length - to);
      ended = n < 0;
      to += Math.max(n, 0);
    }
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
