package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;

/*
 * Stands between the HTTP client and the caller's body. It opens the body only when the client asks
 * for its first byte, which no client does before it is connected: an unopened body is proof that
 * nothing of it was sent, and leaves it whole for the next node. It tells the attempt whose turn it
 * is: time spent in the caller's stream is not the node's fault. And it knows a failure of the
 * caller's stream from one of the connection.
 */
/** The request body of one attempt, as a stream. */
final class SentStream extends SentBody {
  /** Of requests without one: nothing of it will ever be asked for. */
  private static final SentStream NONE = new SentStream(null, 0);

  private final @Nullable ContentStreamProvider source;

  private SentStream(@Nullable ContentStreamProvider source, long length) {
    super(source != null, length);
    this.source = source;
  }

  static SentStream of(HttpExecuteRequest request) {
    ContentStreamProvider source = request.contentStreamProvider().orElse(null);
    return source == null ? NONE : new SentStream(source, Answer.lengthOf(request.httpRequest()));
  }

  /** What the HTTP client is to send; null if there is no body. */
  @Nullable ContentStreamProvider provider(Attempt attempt) {
    ContentStreamProvider from = source;
    return from == null ? null : () -> new Watched(from, attempt);
  }

  private final class Watched extends InputStream {
    private final ContentStreamProvider from;
    private final Attempt attempt;
    private @Nullable InputStream stream;
    private long sent;

    Watched(ContentStreamProvider from, Attempt attempt) {
      this.from = from;
      this.attempt = attempt;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      int n = read(one, 0, 1);
      return n < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      attempt.readingLocalBody();
      int n;
      try {
        n = open().read(buffer, offset, count);
      } catch (IOException | RuntimeException e) {
        failed(e);
        throw e;
      }
      if (n > 0) {
        sent += n;
        attempt.bodySent(n);
      }
      if (n < 0 || isAll(sent)) {
        attempt.sent();
      } else {
        attempt.sending();
      }
      return n;
    }

    private InputStream open() {
      InputStream opened = stream;
      if (opened == null) {
        touched();
        opened = from.newStream();
        stream = opened;
      }
      return opened;
    }

    @Override
    public int available() throws IOException {
      return stream == null ? 0 : stream.available();
    }

    @Override
    public void close() throws IOException {
      if (stream != null) {
        stream.close();
      }
    }
  }
}
