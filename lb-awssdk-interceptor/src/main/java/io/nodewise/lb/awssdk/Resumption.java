package io.nodewise.lb.awssdk;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * Below the SDK's own checks, which see one body: its checksum is that of the joined bytes, and its
 * transformers never learn that a node failed. Each node's part is the body of an attempt of its own,
 * with its own clocks and outcome; a part that fails has been charged to its node by then.
 *
 * Who does the I/O counts in what comes, and says what breaks off. Then he asks pause(), waits for so
 * long, asks isGranted(), puts question() to the next node, and says what came of it.
 */
/**
 * A download that goes on at another node when its node fails: how far it has come, and what is
 * made of the answers to the question for its rest. For one thread at a time.
 */
final class Resumption {
  private static final Logger log = LoggerFactory.getLogger(Resumption.class);

  /** Failures that one exception brings along; the first ones tell what there is to tell. */
  private static final int MOST_SUPPRESSED = 5;

  /** What is made of an answer. */
  enum Next {
    /** Its body is what is missing. */
    JOIN,
    /** Nothing was missing; its body is of no interest. */
    END,
    /** Another node is to be asked; its body is of no interest. */
    ASK
  }

  private final SdkAttempt request;
  private Download download;
  private @Nullable Node joined; // whose part it is by now, if it is not the first one
  private @Nullable RestSearch search; // made by the first break
  private @Nullable NodeFailedException broken; // the last break
  private long received;

  Resumption(SdkAttempt request, Download download) {
    this.request = request;
    this.download = download;
  }

  /**
   * So many more bytes have come. The first part has the length it said; a rest has what is
   * missing, whatever it said.
   *
   * @throws IOException if they are too many: which of them are the object's nobody can tell
   */
  void received(int bytes) throws IOException {
    Node node = joined;
    if (node != null && download.endsBefore(received + bytes)) {
      throw new IOException("node " + node.id() + ": it sent more than was asked for");
    }
    received += bytes;
  }

  /**
   * The part has come to its end.
   *
   * @throws NodeFailedException if that is not the object's
   */
  void ended() throws NodeFailedException {
    Node node = joined;
    if (node != null && !download.mayEndAt(received)) {
      throw new NodeFailedException(node, "it sent less than it said", request.apiCall(), null);
    }
  }

  /** Whether nothing but the end of the connection is missing. */
  boolean isWhole() {
    return download.isWhole(received);
  }

  /** The part broke off, and nothing is known yet of the next one. */
  RestSearch brokeOff(NodeFailedException failure) {
    RestSearch asking = search;
    if (asking == null) {
      asking = new RestSearch(request.transport().downloadResume(), request.apiCall());
      search = asking;
    }
    broken = failure;
    asking.brokeOff(failure.node(), received, System.nanoTime());
    return asking;
  }

  /** How long to wait before the next question; 0: ask at once; negative: no more questions. */
  long pause() {
    RestSearch asking = search();
    long now = System.nanoTime();
    if (asking.isOver(now)) {
      return -1;
    }
    return asking.isAtOnce() ? 0 : asking.pause(now);
  }

  /** What {@link #brokeOff} returned. */
  RestSearch search() {
    return Objects.requireNonNull(search, "nothing broke off");
  }

  /** What broke off last: what the caller is told if the search is over. */
  NodeFailedException broken() {
    return Objects.requireNonNull(broken, "nothing broke off");
  }

  /**
   * What the next node is asked.
   *
   * @throws NodeFailedException what broke off, if no server would take the question
   */
  HttpExecuteRequest question() throws NodeFailedException {
    try {
      return download.rest(received);
    } catch (IOException | RuntimeException e) {
      broken().addSuppressed(e);
      throw broken();
    }
  }

  /** The question was put to a node and something came of it, if only an error. */
  void asked() {
    request.apiCall().resumed();
  }

  /**
   * It brought nothing but an exception, which is {@link SdkAttempt#told}.
   *
   * @param wasHeard whether the node heard the question, as far as is known
   */
  void failed(Node node, boolean wasHeard) {
    if (wasHeard) {
      asked();
      search().broughtNothing(node);
    }
  }

  /**
   * Takes note of an exception, after which the next node is to be asked.
   *
   * @throws NodeFailedException what broke off, if that makes no sense
   */
  void goesOnAfter(Throwable e) throws NodeFailedException {
    if (e instanceof NoNodeAvailableException) {
      search().nobodyFree();
    } else if (e instanceof NodeFailedException) {
      alsoTell(e);
    } else {
      broken().addSuppressed(e);
      throw broken();
    }
  }

  /**
   * What is made of a node's answer.
   *
   * @throws IOException what the caller is told, if the search is over with it
   */
  Next answered(Node node, SdkHttpResponse head) throws IOException {
    if (head.statusCode() < 400) {
      requireRest(head);
      log.debug("{} goes on after {} bytes", download, received);
      joined = node;
      return Next.JOIN;
    }
    return download.isEnd(head, received) ? Next.END : refused(node, head);
  }

  private void requireRest(SdkHttpResponse head) throws IOException {
    if (download.isAnother(head)) {
      throw changed();
    }
    if (!download.isRest(head, received)) {
      alsoTell(new IOException("a node answered with something else than asked for"));
      throw broken(); // as the next one would
    }
  }

  private Next refused(Node node, SdkHttpResponse answer) throws IOException {
    int status = answer.statusCode();
    Failure error = request.apiCall().lastError();
    boolean isCallers = error.kind() == Failure.Kind.CALLERS && status < 500;
    if (isCallers && (status == 412 || status == 404 || status == 416)) {
      throw changed();
    }
    if (isCallers && status == 403 && download.namesItsVersion()) {
      download = download.ofAnyVersion(); // who may read may not be allowed to name a version
      request.apiCall().route().newRound();
      return Next.ASK;
    }
    alsoTell(new IOException("node " + node.id() + ": asked for the rest, " + status));
    if (isCallers) {
      throw broken(); // the next one would say the same
    }
    if (error.kind() == Failure.Kind.LOAD) {
      search().wantedLess(error.outcome().pause());
    } else {
      search().broughtNothing(node);
    }
    return Next.ASK;
  }

  private void alsoTell(Throwable failure) {
    if (broken().getSuppressed().length < MOST_SUPPRESSED) {
      broken().addSuppressed(failure);
    }
  }

  private IOException changed() {
    return new IOException(
        "the object changed or was deleted while it was downloaded: "
            + received
            + " bytes of "
            + download
            + " had come, and the rest of it is no longer there",
        broken());
  }
}
