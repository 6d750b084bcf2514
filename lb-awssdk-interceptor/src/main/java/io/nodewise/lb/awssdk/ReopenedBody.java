package io.nodewise.lb.awssdk;

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
 */
/** A request body, opened before it is asked for. Used by one thread at a time. */
final class ReopenedBody implements ContentStreamProvider, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ReopenedBody.class);

  private final ContentStreamProvider source;
  private @Nullable InputStream opened; // until somebody has it

  /** Opens it. */
  ReopenedBody(ContentStreamProvider source) {
    this.source = source;
    this.opened = source.newStream();
  }

  @Override
  public InputStream newStream() {
    InputStream first = opened;
    opened = null;
    return first == null ? source.newStream() : first;
  }

  @Override
  public String name() {
    return source.name();
  }

  /**
   * Closes it if nobody asked for it. That it can't be closed is nobody's concern: the call has its
   * answer, or an exception that says more.
   */
  @Override
  public void close() {
    InputStream unused = opened;
    opened = null;
    if (unused != null) {
      try {
        unused.close();
      } catch (IOException | RuntimeException e) {
        log.debug("Closing a request body that was not sent failed: {}", e.toString(), e);
      }
    }
  }
}
