package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.retry.DownloadResume;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.Abortable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * Below the SDK's own checks, which see one stream: its checksum is that of the joined bytes, and its
 * transformers never learn that a node failed. Each node's part is the body of an attempt of its own,
 * with its own clocks and outcome; a part that fails has been charged to its node by then.
 *
 * The nodes are asked in turn; when all have had their turn, there is a pause before the next round.
 */
/**
 * A download that goes on at another node when its node fails. Read by one thread at a time; may be
 * aborted by any.
 */
final class ResumableBody extends InputStream implements Abortable {
  private static final Logger log = LoggerFactory.getLogger(ResumableBody.class);

  /** Before a second round; twice as long before each further one, up to a second. */
  private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(50);

  private static final long LONGEST_PAUSE = TimeUnit.SECONDS.toNanos(1);

  private final BalancedRequest request;
  private final Download download;
  private final DownloadResume settings;
  private final CountDownLatch givenUp = new CountDownLatch(1); // by abort() and close()
  private volatile AbortableInputStream part; // by the reader
  private long received; // by the reader, as the next
  private int attempts;
  private boolean isJoined;
  private @Nullable IOException failed;

  ResumableBody(BalancedRequest request, Download download, AbortableInputStream first) {
    this.request = request;
    this.download = download;
    this.settings = request.transport().downloadResume();
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
        received += Math.max(n, 0);
        if (n < 0 && isJoined && download.isOtherwiseLong(received)) {
          throw new IOException("the rest that a node sent is not as long as it said: " + download);
        }
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

  /** Makes another node's answer the part to read on; throws what broke if there is none. */
  private void goOn(NodeFailedException broken) throws IOException {
    long until = System.nanoTime() + settings.within().toNanos();
    long pause = FIRST_PAUSE;
    while (attempts < settings.most() && !isGivenUp()) {
      try {
        AbortableInputStream rest = rest(broken);
        if (rest != null) {
          takeUp(rest);
          return;
        }
      } catch (NoNodeAvailableException allTried) {
        if (System.nanoTime() + pause > until || givenUpWithin(pause)) {
          break;
        }
        request.apiCall().route().newRound();
        pause = Math.min(LONGEST_PAUSE, 2 * pause);
      }
      if (System.nanoTime() > until) {
        break;
      }
    }
    throw broken;
  }

  /** What the next node answers; null if another one is to be asked. */
  private @Nullable AbortableInputStream rest(NodeFailedException broken) throws IOException {
    HttpExecuteResponse response;
    try {
      HttpExecuteRequest asked = download.rest(received);
      response = request.resume(asked);
    } catch (NoNodeAvailableException e) {
      throw e;
    } catch (NodeFailedException again) {
      attempts++;
      broken.addSuppressed(again);
      return null;
    } catch (IOException | RuntimeException e) {
      broken.addSuppressed(e);
      throw broken;
    }
    attempts++;
    AbortableInputStream body =
        response.responseBody().orElseGet(AbortableInputStream::createEmpty);
    int status = response.httpResponse().statusCode();
    if (status < 400) {
      return checked(response.httpResponse(), body, broken);
    }
    body.close();
    if (download.isEnd(response.httpResponse(), received)) {
      return AbortableInputStream.createEmpty();
    }
    if (status == 412 || status == 404 || status == 416) {
      throw changed(broken);
    }
    IOException refused = new IOException("asked for the rest, a node answered " + status);
    broken.addSuppressed(refused);
    if (status < 500 && status != 429) {
      throw broken; // the next one would say the same
    }
    return null;
  }

  private AbortableInputStream checked(
      SdkHttpResponse answer, AbortableInputStream body, NodeFailedException broken)
      throws IOException {
    if (!download.isSame(answer)) {
      body.abort();
      throw changed(broken);
    }
    if (!download.isRest(answer, received)) {
      body.abort();
      broken.addSuppressed(new IOException("a node answered with other bytes than asked for"));
      throw broken; // as the next one would
    }
    return body;
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
    isJoined = true;
    if (isGivenUp()) {
      rest.abort();
    }
  }

  private boolean isGivenUp() {
    return givenUp.getCount() == 0 || request.isGivenUp() || Thread.currentThread().isInterrupted();
  }

  private boolean givenUpWithin(long nanos) {
    try {
      return givenUp.await(nanos, TimeUnit.NANOSECONDS) || isGivenUp();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  @Override
  public int available() throws IOException {
    return part.available();
  }

  @Override
  public void close() throws IOException {
    givenUp.countDown();
    part.close();
  }

  @Override
  public void abort() {
    givenUp.countDown();
    part.abort();
    request.abort(); // another node may just be asked
  }
}
