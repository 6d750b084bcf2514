package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;

/*
 * A body that was sent once and does not open a second time would be found out on the connection to the
 * next node: its head sent, the body missing, the connection thrown away. So it is opened before a
 * node is chosen, and kept for whichever node asks for it first.
 */
/** A request body, opened before it is asked for. Used by one thread at a time. */
final class ReopenedBody implements ContentStreamProvider, AutoCloseable {
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

  /** Closes it if nobody asked for it. */
  @Override
  public void close() {
    InputStream unused = opened;
    opened = null;
    if (unused != null) {
      try {
        unused.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
