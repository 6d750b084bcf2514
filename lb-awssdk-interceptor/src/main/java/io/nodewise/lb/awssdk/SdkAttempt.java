package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.observe.RequestDescription;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * One attempt of the SDK is one or more attempts of ours: when a node can't be reached at all the next
 * one is tried, unseen by the SDK. "At all" means that the connection was refused, timed out, failed
 * in DNS or in TLS, and that not a byte of the body was asked for.
 *
 * Any later failure goes to the SDK, which signs anew and asks the retry strategy, which sends it
 * here again; the call's route remembers where it has been.
 */
/** One attempt of the SDK, as far as it is the same for both kinds of client. */
abstract class SdkAttempt {
  private final Transport transport;
  private final ApiCall call;
  private final @Nullable NodeSigning signing;

  SdkAttempt(Transport transport, ApiCall call) {
    this.transport = transport;
    this.call = call;
    this.signing = transport.calls().signsForNodes() ? new NodeSigning(call.signing()) : null;
  }

  /** What signs its requests, each for its node; null where they come signed. */
  final @Nullable NodeSigning signing() {
    return signing;
  }

  final ApiCall apiCall() {
    return call;
  }

  final Transport transport() {
    return transport;
  }

  /** As the SDK made it. */
  abstract SdkHttpRequest request();

  /** Whether the caller ended it: by a time-out or interrupt, or by closing the client. */
  abstract boolean isGivenUp();

  /**
   * Begins an attempt on the next node; may wait for a place. Where none is left, the exception
   * shows them all, and the last failure.
   */
  final Attempt next(boolean hasBody, @Nullable NodeFailedException unreachable)
      throws NoNodeAvailableException {
    describe();
    try {
      return call.route().next(hasBody);
    } catch (NoNodeAvailableException e) {
      if (unreachable == null) {
        throw e;
      }
      NoNodeAvailableException all =
          new NoNodeAvailableException(e.getMessage() + "; at last " + unreachable.getMessage());
      all.addSuppressed(unreachable);
      throw all;
    }
  }

  /** Says what the request is, if anybody wants to know. */
  private void describe() {
    if (call.route().isObserved()) {
      SdkHttpRequest request = request();
      // What is signed for its node names the node.
      String host = signing == null ? NodeRequest.hostHeader(request) : null;
      call.route()
          .about(
              new RequestDescription(
                  request.method().name(), call.operation().name(), host, request.encodedPath()));
    }
  }

  /** Begins an attempt that asks for the rest of a download; may wait for a place. */
  final Attempt nextForRest(RestSearch search) throws NoNodeAvailableException {
    Attempt attempt = call.route().resume();
    return search.isBlamed(attempt.node()) ? new UnblamedAttempt(attempt) : attempt;
  }

  /** What the caller gets to hear of a failure, of which the call takes note. */
  final Throwable told(Throwable e, Node node, Failure failure) {
    if (e instanceof NodeFailedException known) {
      return known;
    }
    if (!failure.outcome().isNodeFault()) {
      if (isGivenUp()) {
        call.unheard();
      }
      return e;
    }
    return call.lostReply(new NodeFailedException(node, failure.outcome().reason(), call, e));
  }

  /** A download that does not end with its node; null if the answer begins none. */
  final @Nullable Download download(SdkHttpRequest request, SdkHttpResponse answer) {
    return transport.downloadResume().isOn() ? Download.of(call, request, answer) : null;
  }
}
