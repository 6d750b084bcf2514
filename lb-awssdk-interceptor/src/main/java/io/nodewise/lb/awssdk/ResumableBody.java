package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.Abortable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;

/**
 * A download that goes on at another node when its node fails, as a stream; see {@link Resumption}.
 * Read by one thread at a time; may be aborted and closed by any.
 */
final class ResumableBody extends InputStream implements Abortable {
  /** How late at most a time-out of the SDK's is noticed in a pause. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(50);

  private final BalancedRequest request;
  private final Resumption download;
  private volatile AbortableInputStream part; // by the reader
  private volatile boolean searching; // by the reader
  private volatile boolean givenUp; // by abort() and close()
  private @Nullable IOException failed; // by the reader

  ResumableBody(BalancedRequest request, Download download, AbortableInputStream first) {
    this.request = request;
    this.download = new Resumption(request, download);
    this.part = first;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int n = read(one, 0, 1);
    return n < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int count) throws IOException {
    if (failed != null) {
      throw failed;
    }
    while (true) {
      try {
        int n = part.read(buffer, offset, count);
        if (n < 0) {
          download.ended();
        } else {
          counted(n);
        }
        return n;
      } catch (NodeFailedException broken) {
        if (download.isWhole()) {
          return -1; // nothing but the end of the connection is missing
        }
        try {
          goOn(broken);
        } catch (IOException e) {
          failed = e;
          throw e;
        }
      }
    }
  }

  private void counted(int n) throws IOException {
    try {
      download.received(n);
    } catch (IOException tooMany) {
      part.abort();
      failed = tooMany;
      throw tooMany;
    }
  }

  /** Makes another node's answer the part to read on; throws what broke if there is none. */
  private void goOn(NodeFailedException broken) throws IOException {
    RestSearch asking = download.brokeOff(broken);
    searching = true;
    try {
      while (!isGivenUp()) {
        long pause = download.pause();
        if (pause < 0 || (pause > 0 && givenUpWithin(pause))) {
          break;
        }
        if (pause > 0 && !asking.isGranted()) {
          continue;
        }
        AbortableInputStream rest = rest(asking);
        if (rest != null) {
          part = rest;
          if (isGivenUp()) {
            rest.abort();
          }
          return;
        }
      }
    } finally {
      searching = false;
    }
    throw broken;
  }

  /** What the next node answers; null if another one is to be asked. */
  private @Nullable AbortableInputStream rest(RestSearch asking) throws IOException {
    HttpExecuteRequest question = download.question();
    BalancedRequest.Rest rest;
    try {
      rest = request.resume(question, download, asking);
    } catch (IOException | RuntimeException e) {
      download.goesOnAfter(e);
      return null;
    }
    AbortableInputStream body =
        rest.response().responseBody().orElseGet(AbortableInputStream::createEmpty);
    boolean isError = rest.response().httpResponse().statusCode() >= 400;
    if (isError) {
      body.close();
    }
    try {
      return switch (download.answered(rest.node(), rest.response().httpResponse())) {
        case JOIN -> body;
        case END -> AbortableInputStream.createEmpty();
        case ASK -> null;
      };
    } catch (IOException e) {
      if (!isError) {
        body.abort();
      }
      throw e;
    }
  }

  private boolean isGivenUp() {
    return givenUp || request.isGivenUp() || Thread.currentThread().isInterrupted();
  }

  /** Waits; whether it was given up meanwhile. */
  private synchronized boolean givenUpWithin(long nanos) {
    long until = System.nanoTime() + nanos;
    try {
      for (long left = nanos; left > 0 && !isGivenUp(); left = until - System.nanoTime()) {
        // In short waits, because a time-out of the SDK's has no way to notify.
        TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, LOOK));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return isGivenUp();
  }

  private void giveUp() {
    givenUp = true;
    synchronized (this) {
      notifyAll();
    }
    if (searching) {
      request.abort(); // another node may just be asked
    }
  }

  @Override
  public int available() throws IOException {
    return part.available();
  }

  @Override
  public void close() throws IOException {
    giveUp();
    part.close();
  }

  @Override
  public void abort() {
    giveUp(); // first: a part that is taken up just now is seen to be given up, or aborted here
    part.abort();
  }
}
