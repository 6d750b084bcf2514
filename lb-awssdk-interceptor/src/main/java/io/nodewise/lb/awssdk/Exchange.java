package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;

/*
 * The request comes signed for the logical host; to send it to a node, scheme, host and port of its
 * URI are changed and the signed Host header stays, as any HTTP proxy does it. So the same bytes are
 * valid at every node.
 */
/**
 * One attempt: a request on its way to one node, and what its answer says about the node. Run by
 * one thread; {@link #abort()} may be called by any.
 */
final class Exchange {
  /** Error documents are some hundred bytes long. */
  private static final int PEEK = 8192;

  private final BalancedRequest owner;
  private final HttpExecuteRequest request;
  private final Attempt attempt;
  private final SentBody body;
  private volatile @Nullable ExecutableHttpRequest running; // by run()
  private volatile boolean aborted; // by abort()

  Exchange(BalancedRequest owner, HttpExecuteRequest request, Attempt attempt) {
    this.owner = owner;
    this.request = request;
    this.attempt = attempt;
    this.body = SentBody.of(request);
  }

  Node node() {
    return attempt.node();
  }

  /**
   * Sends it and takes in the head of the answer, of an error the beginning of its body too. From
   * here on the body of the answer ends the attempt, or did so already.
   *
   * @throws IOException as the HTTP client did: to be told to {@link #failed}
   * @throws RuntimeException the same
   */
  HttpExecuteResponse run() throws IOException {
    try {
      return received(send());
    } catch (Error e) {
      attempt.end(Outcome.cancelled(e.toString()));
      throw e;
    }
  }

  /** Ends the attempt with what an exception of {@link #run} means. */
  Failure failed(Exception e) {
    Failure failure = Failure.of(e, attempt, body, owner.isGivenUp());
    attempt.end(failure.outcome());
    return failure;
  }

  /** Unblocks the thread in {@link #run}. */
  void abort() {
    aborted = true;
    ExecutableHttpRequest sending = running;
    if (sending != null) {
      sending.abort();
    }
  }

  private HttpExecuteResponse send() throws IOException {
    BalancedTransport transport = owner.transport();
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
    Attempt sent = attempt;
    sent.abortBy(
        () -> {
          sending.abort();
          transport.ended(sent);
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

  private HttpExecuteResponse received(HttpExecuteResponse response) throws IOException {
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
    ReceivedBody received = new ReceivedBody(stream.get(), attempt, owner, answer.contentLength());
    attempt.endWith(received);
    if (!answer.isError()) {
      owner.transport().opened(attempt);
      received.endsWith(Outcome.success());
      return HttpExecuteResponse.builder()
          .response(response.httpResponse())
          .responseBody(AbortableInputStream.create(received, received))
          .build();
    }
    // What the error means may be written in its body.
    byte[] beginning = received.readNBytes(PEEK);
    String text = new String(beginning, StandardCharsets.UTF_8);
    Outcome outcome = answer.outcome(text);
    received.endsWith(outcome);
    note(outcome);
    InputStream whole = new SequenceInputStream(new ByteArrayInputStream(beginning), received);
    return marked(response, AbortableInputStream.create(whole, received));
  }

  private void note(Outcome outcome) {
    if (outcome.isNodeFault()) {
      owner.apiCall().answeredFault();
    } else if (outcome.kind() == Outcome.Kind.LOAD) {
      owner.apiCall().answeredLoad();
    }
  }

  /** Errors carry the call's id, by which the retry strategy finds the call. */
  private HttpExecuteResponse marked(
      HttpExecuteResponse response, @Nullable AbortableInputStream stream) {
    String id = ApiCalls.id(request.httpRequest());
    return HttpExecuteResponse.builder()
        .response(
            id == null
                ? response.httpResponse()
                : response.httpResponse().toBuilder().putHeader(ApiCalls.ID_HEADER, id).build())
        .responseBody(stream)
        .build();
  }
}
