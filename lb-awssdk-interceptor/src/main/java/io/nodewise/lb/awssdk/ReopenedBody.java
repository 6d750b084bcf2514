package io.nodewise.lb.awssdk;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.ContentStreamProvider;

/*
 * A body that was sent once and does not open a second time would be found out on the connection to the
 * next node: its head sent, the body missing, the connection thrown away. So it is opened before a
 * node is chosen, and kept for whichever node asks for it first.
 *
 * To ask is not to read: the SDK's signers open what they sign in chunks, for a node that may then not
 * be reached. So it is given out again until somebody has read of it.
 */
/** A request body, opened before it is asked for. Used by one thread at a time. */
final class ReopenedBody implements ContentStreamProvider, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReopenedBody.class);

  private final ContentStreamProvider source;
  private @Nullable Unread unread; // until somebody reads

  /** Opens it. */
  ReopenedBody(ContentStreamProvider source) {
    this.source = source;
    this.unread = new Unread(source.newStream());
  }

  @Override
  public InputStream newStream() {
    Unread whole = unread;
    if (whole == null) {
      whole = new Unread(source.newStream());
      unread = whole;
    }
    return whole;
  }

  @Override
  public String name() {
    return source.name();
  }

  /**
   * Closes it if nobody read of it. That it can't be closed is nobody's concern: the call has its
   * answer, or an exception that says more.
   */
  @Override
  public void close() {
    Unread left = unread;
    unread = null;
    if (left != null) {
      try {
        left.close();
      } catch (IOException | RuntimeException e) {
        log.debug("Closing a request body that was not sent failed: {}", e.toString(), e);
      }
    }
  }

  /** Whoever reads of it owns it from then on. */
  private final class Unread extends FilterInputStream {

    Unread(InputStream in) {
      super(in);
    }

    private void taken() {
      if (unread == this) {
        unread = null;
      }
    }

    @Override
    public int read() throws IOException {
      taken();
      return in.read();
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      taken();
      return in.read(buffer, offset, count);
    }

    @Override
    public long skip(long count) throws IOException {
      taken();
      return in.skip(count);
    }

    @Override
    public void close() throws IOException {
      if (unread != this) {
        in.close();
      }
    }
  }
}
