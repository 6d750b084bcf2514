package io.nodewise.lb.okhttp;

import io.nodewise.lb.Attempt;
import java.io.IOException;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.Buffer;
import okio.BufferedSink;
import okio.ForwardingSink;
import okio.Okio;
import okio.Sink;
import org.jspecify.annotations.Nullable;

/**
 * A request body that tells the attempt whether it is the caller's data or the node that is waited
 * for, and an exception of the one from an exception of the other. Confined to the call's thread.
 */
final class SentBody extends RequestBody {
  private final RequestBody body;
  private final Attempt attempt;
  private boolean failedLocally;

  SentBody(RequestBody body, Attempt attempt) {
    this.body = body;
    this.attempt = attempt;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    ToNode toNode = new ToNode(sink, attempt);
    BufferedSink buffered = Okio.buffer((Sink) toNode);
    attempt.readingLocalBody();
    try {
      body.writeTo(buffered);
      buffered.emit();
    } catch (IOException e) {
      failedLocally = !toNode.failed;
      throw e;
    } finally {
      attempt.sending();
    }
  }

  /** Whether the caller's data could not be read. */
  boolean failedLocally() {
    return failedLocally;
  }

  @Override
  public @Nullable MediaType contentType() {
    return body.contentType();
  }

  @Override
  public long contentLength() throws IOException {
    try {
      return body.contentLength();
    } catch (IOException e) {
      failedLocally = true;
      throw e;
    }
  }

  @Override
  public boolean isOneShot() {
    return body.isOneShot();
  }

  private static final class ToNode extends ForwardingSink {
    private final Attempt attempt;
    private boolean failed;

    ToNode(Sink sink, Attempt attempt) {
      super(sink);
      this.attempt = attempt;
    }

    @Override
    public void write(Buffer source, long byteCount) throws IOException {
      attempt.sending();
      try {
        super.write(source, byteCount);
      } catch (IOException e) {
        failed = true;
        throw e;
      }
      attempt.bodySent(byteCount);
      attempt.readingLocalBody();
    }

    @Override
    public void flush() throws IOException {
      attempt.sending();
      try {
        super.flush();
      } catch (IOException e) {
        failed = true;
        throw e;
      }
      attempt.readingLocalBody();
    }
  }
}
