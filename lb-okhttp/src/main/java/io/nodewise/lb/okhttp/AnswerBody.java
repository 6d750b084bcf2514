package io.nodewise.lb.okhttp;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Outcome;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.function.Function;
import okhttp3.MediaType;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * A response body whose end is the attempt's: its last byte, an exception, or its being closed. One
 * that is dropped unread ends its attempt too, when it is collected. Not thread-safe, as bodies
 * are.
 */
final class AnswerBody extends ResponseBody {
  private final @Nullable MediaType contentType;
  private final long contentLength;
  private final BufferedSource source;

  private AnswerBody(ResponseBody body, Source source) {
    this.contentType = body.contentType();
    this.contentLength = body.contentLength();
    this.source = Okio.buffer(source);
  }

  /**
   * @param outcome of an answer that is read to its end, or as far as anybody wants to
   * @param blame what it says about the node when the answer breaks off
   */
  static AnswerBody of(
      ResponseBody body,
      Attempt attempt,
      Outcome outcome,
      UserCall user,
      Function<IOException, Outcome> blame) {
    FromNode source = new FromNode(body, attempt, outcome, user, blame);
    // Whatever the user keeps (response, body, stream) holds the source, and nothing of ours does.
    attempt.endWith(source);
    return new AnswerBody(body, source);
  }

  @Override
  public @Nullable MediaType contentType() {
    return contentType;
  }

  @Override
  public long contentLength() {
    return contentLength;
  }

  @Override
  public BufferedSource source() {
    return source;
  }

  private static final class FromNode extends ForwardingSource {
    private final Attempt attempt;
    private final Outcome outcome;
    private final UserCall user;
    private final Function<IOException, Outcome> blame;
    private long left; // negative when unknown

    FromNode(
        ResponseBody body,
        Attempt attempt,
        Outcome outcome,
        UserCall user,
        Function<IOException, Outcome> blame) {
      super(body.source());
      this.attempt = attempt;
      this.outcome = outcome;
      this.user = user;
      this.blame = blame;
      this.left = body.contentLength();
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
      attempt.reading();
      long count;
      try {
        count = super.read(sink, byteCount);
      } catch (IOException e) {
        throw failure(e);
      }
      attempt.idle(Math.max(count, 0));
      if (count == -1) {
        attempt.end(outcome);
      } else if (left > 0) {
        left -= count;
        if (left == 0) { // not everybody reads on to the -1
          attempt.end(outcome);
        }
      }
      return count;
    }

    private IOException failure(IOException e) {
      Outcome verdict = attempt.verdict();
      boolean interrupted =
          e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
      boolean callersDoing = interrupted || user.isOver();
      attempt.end(
          callersDoing ? Outcome.cancelled("body cut: " + Answers.reason(e)) : blame.apply(e));
      return verdict == null || callersDoing
          ? e
          : new IOException(attempt.node().id() + ": " + verdict.reason(), e);
    }

    @Override
    public void close() throws IOException {
      try {
        super.close();
      } finally {
        attempt.end(outcome); // what it answered stands; to have read enough is no failure
      }
    }
  }
}
