package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/*
 * One attempt of the SDK is one or more attempts of ours. The request comes signed for the logical
 * host; to send it to a node, scheme, host and port of its URI are changed and the signed Host header
 * stays, as any HTTP proxy does it. So the same bytes are valid at every node, and when a node can't
 * be reached at all the next one is tried here, unseen by the SDK. "At all" means that the connection
 * was refused, timed out, failed in DNS or in TLS, and that not a byte of the body was asked for.
 *
 * Any later failure goes to the SDK, which signs anew and asks the retry strategy, which sends it
 * here again; the call's route remembers where it has been.
 */
/** One attempt of the SDK. Used by one thread, but for {@link #abort()}. */
final class BalancedRequest implements ExecutableHttpRequest {
  /** Error documents are some hundred bytes long. */
  private static final int PEEK = 8192;

  private final BalancedTransport transport;
  private final HttpExecuteRequest request;
  private final ApiCall call;
  private volatile @Nullable ExecutableHttpRequest running; // by the calling thread
  private volatile boolean aborted; // by abort()

  BalancedRequest(BalancedTransport transport, HttpExecuteRequest request, ApiCall call) {
    this.transport = transport;
    this.request = request;
    this.call = call;
  }

  @Override
  public HttpExecuteResponse call() throws IOException {
    if (call.mustNotRepeat()) {
      throw NonRetryableException.create(ApiCall.NOT_TWICE);
    }
    call.beginAttempt();
    NodeFailedException unreachable = null;
    while (true) {
      Attempt attempt = next(unreachable);
      SentBody body = SentBody.of(request);
      try {
        HttpExecuteResponse response = send(attempt, body);
        return transport.confirmation().review(call, received(attempt, response));
      } catch (IOException | RuntimeException e) {
        Failure failure = Failure.of(e, attempt, body, isGivenUp());
        attempt.end(failure.outcome());
        if (failure.nothingSent()) {
          unreachable =
              new NodeFailedException(attempt.node(), failure.outcome().reason(), call, e);
          continue;
        }
        throw failed(e, attempt.node(), failure);
      } catch (Error e) {
        attempt.end(Outcome.cancelled(e.toString()));
        throw e;
      }
    }
  }

  /** On the next node; where none is left, the exception shows them all, and the last failure. */
  private Attempt next(@Nullable NodeFailedException unreachable) throws IOException {
    try {
      return call.route().next(hasBody());
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

  private IOException failed(Exception e, Node node, Failure failure) throws IOException {
    if (e instanceof NodeFailedException known) {
      return known;
    }
    if (!failure.outcome().isNodeFault()) {
      if (isGivenUp() || Thread.currentThread().isInterrupted()) {
        call.unheard();
      }
      if (e instanceof IOException io) {
        throw io;
      }
      throw (RuntimeException) e;
    }
    return call.lostReply(new NodeFailedException(node, failure.outcome().reason(), call, e));
  }

  private HttpExecuteResponse send(Attempt attempt, SentBody body) throws IOException {
    ExecutableHttpRequest sending =
        transport
            .delegate()
            .prepareRequest(
                HttpExecuteRequest.builder()
                    .request(targeted(attempt.node()))
                    .contentStreamProvider(body.provider(attempt))
                    .metricCollector(request.metricCollector().orElse(null))
                    .build());
    running = sending;
    attempt.abortBy(
        () -> {
          sending.abort();
          transport.ended(attempt);
        });
    if (aborted) {
      sending.abort();
    }
    return sending.call();
  }

  private SdkHttpRequest targeted(Node node) {
    SdkHttpRequest signed = request.httpRequest();
    boolean hasHost = signed.firstMatchingHeader("Host").isPresent();
    if (hasHost && signed instanceof SdkHttpFullRequest full) {
      return new NodeRequest(full, node);
    }
    SdkHttpRequest.Builder targeted =
        signed.toBuilder()
            .protocol(node.scheme())
            .host(NodeRequest.urlHost(node))
            .port(node.port());
    if (!hasHost) {
      // Unsigned requests have none yet.
      targeted.putHeader("Host", authority(signed));
    }
    return targeted.build();
  }

  private static String authority(SdkHttpRequest request) {
    boolean standard =
        request.port() == ("https".equals(request.protocol()) ? 443 : 80) || request.port() < 0;
    return standard ? request.host() : request.host() + ":" + request.port();
  }

  private HttpExecuteResponse received(Attempt attempt, HttpExecuteResponse response)
      throws IOException {
    int status = response.httpResponse().statusCode();
    if (status < 500 && status != 429) {
      attempt.firstByte();
    } else {
      attempt.firstByteOfError();
    }
    Answer answer = Answer.of(response.httpResponse());
    Optional<AbortableInputStream> stream = response.responseBody();
    boolean head = request.httpRequest().method() == SdkHttpMethod.HEAD;
    if (head || stream.isEmpty()) {
      Outcome outcome = head ? answer.outcomeOfHead() : answer.outcome("");
      attempt.end(outcome);
      note(outcome);
      return answer.isError() ? marked(response, stream.orElse(null)) : response;
    }
    ReceivedBody body = new ReceivedBody(stream.get(), attempt, this, answer.contentLength());
    attempt.endWith(body);
    if (!answer.isError()) {
      transport.opened(attempt);
      body.endsWith(Outcome.success());
      return HttpExecuteResponse.builder()
          .response(response.httpResponse())
          .responseBody(AbortableInputStream.create(body, body))
          .build();
    }
    // What the error means may be written in its body.
    byte[] beginning = body.readNBytes(PEEK);
    String text = new String(beginning, StandardCharsets.UTF_8);
    Outcome outcome = answer.outcome(text);
    body.endsWith(outcome);
    note(outcome);
    InputStream whole = new SequenceInputStream(new ByteArrayInputStream(beginning), body);
    return marked(response, AbortableInputStream.create(whole, body));
  }

  private void note(Outcome outcome) {
    if (outcome.isNodeFault()) {
      call.answeredFault();
    } else if (outcome.kind() == Outcome.Kind.LOAD) {
      call.answeredLoad();
    }
  }

  /** Errors carry the call's id, by which the retry strategy finds the call. */
  private HttpExecuteResponse marked(
      HttpExecuteResponse response, @Nullable AbortableInputStream body) {
    String id = ApiCalls.id(request.httpRequest());
    return HttpExecuteResponse.builder()
        .response(
            id == null
                ? response.httpResponse()
                : response.httpResponse().toBuilder().putHeader(ApiCalls.ID_HEADER, id).build())
        .responseBody(body)
        .build();
  }

  ApiCall apiCall() {
    return call;
  }

  BalancedTransport transport() {
    return transport;
  }

  /** Whether the caller ended it: by a time-out of his own, or by closing the client. */
  boolean isGivenUp() {
    return aborted || transport.isClosed();
  }

  private boolean hasBody() {
    return request.contentStreamProvider().isPresent();
  }

  @Override
  public void abort() {
    aborted = true;
    ExecutableHttpRequest sending = running;
    if (sending != null) {
      sending.abort();
    }
  }
}
