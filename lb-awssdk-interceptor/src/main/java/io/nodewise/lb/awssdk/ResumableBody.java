package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.Abortable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * Below the SDK's own checks, which see one stream: its checksum is that of the joined bytes, and its
 * transformers never learn that a node failed. Each node's part is the body of an attempt of its own,
 * with its own clocks and outcome; a part that fails has been charged to its node by then.
 */
/**
 * A download that goes on at another node when its node fails. Read by one thread at a time; may be
 * aborted and closed by any.
 */
final class ResumableBody extends InputStream implements Abortable {
  private static final Logger log = LoggerFactory.getLogger(ResumableBody.class);

  /** Failures that one exception brings along; the first ones tell what there is to tell. */
  private static final int MOST_SUPPRESSED = 5;

  /** How late at most a time-out of the SDK's is noticed in a pause. */
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(50);

  private final BalancedRequest request;
  private Download download; // by the reader, as what is not volatile here
  private volatile AbortableInputStream part; // by the reader
  private volatile boolean searching; // by the reader
  private volatile boolean givenUp; // by abort() and close()
  private @Nullable Node joined; // whose part is read now, if it is not the first one
  private @Nullable RestSearch search; // made by the first break
  private @Nullable IOException failed;
  private long received;

  ResumableBody(BalancedRequest request, Download download, AbortableInputStream first) {
    this.request = request;
    this.download = download;
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
        if (joined != null) {
          requireRightLength(n, joined);
        }
        received += Math.max(n, 0);
        return n;
      } catch (NodeFailedException broken) {
        if (download.isWhole(received)) {
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

  /** The first part has the length it said; a rest has what is missing, whatever it said. */
  private void requireRightLength(int n, Node node) throws IOException {
    if (n < 0 && !download.mayEndAt(received)) {
      throw new NodeFailedException(node, "it sent less than it said", request.apiCall(), null);
    }
    if (n >= 0 && download.endsBefore(received + n)) {
      part.abort(); // which of its bytes are the object's nobody can tell
      failed = new IOException("node " + node.id() + ": it sent more than was asked for");
      throw failed;
    }
  }

  /** Makes another node's answer the part to read on; throws what broke if there is none. */
  private void goOn(NodeFailedException broken) throws IOException {
    RestSearch asking = search;
    if (asking == null) {
      asking = new RestSearch(request.transport().downloadResume(), request.apiCall());
      search = asking;
    }
    asking.brokeOff(broken.node(), received, System.nanoTime());
    searching = true;
    try {
      while (!asking.isOver(System.nanoTime()) && !isGivenUp()) {
        if (!asking.isAtOnce()) {
          long pause = asking.pause(System.nanoTime());
          if (pause < 0 || givenUpWithin(pause)) {
            break;
          }
          if (!asking.isGranted()) {
            continue;
          }
        }
        AbortableInputStream rest = rest(asking, broken);
        if (rest != null) {
          takeUp(rest);
          return;
        }
      }
    } finally {
      searching = false;
    }
    throw broken;
  }

  /** What the next node answers; null if another one is to be asked. */
  private @Nullable AbortableInputStream rest(RestSearch asking, NodeFailedException broken)
      throws IOException {
    BalancedRequest.Rest rest;
    try {
      rest = request.resume(download.rest(received), asking);
    } catch (NoNodeAvailableException e) {
      asking.nobodyFree();
      return null;
    } catch (NodeFailedException again) {
      alsoTell(broken, again);
      return null;
    } catch (IOException | RuntimeException e) {
      broken.addSuppressed(e);
      throw broken;
    }
    AbortableInputStream body =
        rest.response().responseBody().orElseGet(AbortableInputStream::createEmpty);
    SdkHttpResponse head = rest.response().httpResponse();
    if (head.statusCode() < 400) {
      AbortableInputStream right = checked(head, body, broken);
      joined = rest.node();
      return right;
    }
    body.close();
    if (download.isEnd(head, received)) {
      return AbortableInputStream.createEmpty();
    }
    return refused(asking, rest.node(), head, broken);
  }

  /** Null if another node is to be asked. */
  private @Nullable AbortableInputStream refused(
      RestSearch asking, Node node, SdkHttpResponse answer, NodeFailedException broken)
      throws IOException {
    int status = answer.statusCode();
    if (status == 412 || status == 404 || status == 416) {
      throw changed(broken);
    }
    if (status == 403 && download.namesItsVersion()) {
      download = download.ofAnyVersion(); // who may read may not be allowed to name a version
      request.apiCall().route().newRound();
      return null;
    }
    alsoTell(broken, new IOException("node " + node.id() + ": asked for the rest, " + status));
    if (status < 500 && status != 429) {
      throw broken; // the next one would say the same
    }
    if (status == 429 || status == 503) {
      asking.wantedLess(Answer.of(answer).pause());
    } else {
      asking.broughtNothing(node);
    }
    return null;
  }

  private AbortableInputStream checked(
      SdkHttpResponse answer, AbortableInputStream body, NodeFailedException broken)
      throws IOException {
    if (download.isAnother(answer)) {
      body.abort();
      throw changed(broken);
    }
    if (!download.isRest(answer, received)) {
      body.abort();
      alsoTell(broken, new IOException("a node answered with something else than asked for"));
      throw broken; // as the next one would
    }
    return body;
  }

  private static void alsoTell(NodeFailedException broken, Exception failure) {
    if (broken.getSuppressed().length < MOST_SUPPRESSED) {
      broken.addSuppressed(failure);
    }
  }

  private IOException changed(NodeFailedException broken) {
    return new IOException(
        "the object changed or was deleted while it was downloaded: "
            + received
            + " bytes of "
            + download
            + " had come, and the rest of it is no longer there",
        broken);
  }

  private void takeUp(AbortableInputStream rest) {
    log.debug("{} goes on after {} bytes", download, received);
    part = rest;
    if (isGivenUp()) {
      rest.abort();
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
