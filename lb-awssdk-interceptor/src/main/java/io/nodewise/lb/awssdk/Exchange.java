package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

/*
 * The request comes signed for the logical host; to send it to a node, scheme, host and port of its
 * URI are changed and the signed Host header stays, as any HTTP proxy does it. So the same bytes are
 * valid at every node.
 */
/**
 * One attempt: a request on its way to one node, and what its answer says about the node. Run by
 * one thread; {@link #abort()} may be called by any.
 */
final class Exchange extends AttemptState {
  private static final Logger log = LoggerFactory.getLogger(Exchange.class);

  private final BalancedRequest owner;
  private HttpExecuteRequest request; // by sign(), before it is sent
  private volatile @Nullable ExecutableHttpRequest running; // by run()
  private volatile boolean aborted; // by abort()

  Exchange(BalancedRequest owner, HttpExecuteRequest request, Attempt attempt) {
    super(owner, attempt, SentStream.of(request));
    this.owner = owner;
    this.request = request;
  }

  /**
   * Signs a hedge for its node, where requests don't come signed; before it is under way. Only what
   * has no body may be signed as late as this: what is sent of one is what was signed of it.
   *
   * @throws RuntimeException if that can't be done; the attempt has been ended then
   */
  void sign() {
    NodeSigning signing = owner.signing();
    if (signing != null) {
      request = signing.signed(request, attempt());
    }
  }

  /**
   * Sends it and takes in the head of the answer, of an error the beginning of its body too. From
   * here on the body of the answer ends the attempt, or did so already.
   *
   * @throws IOException as the HTTP client did: to be told to {@link #failed}
   * @throws RuntimeException the same
   */
  HttpExecuteResponse run() throws IOException {
    HttpExecuteResponse response = null;
    try {
      response = send();
      return received(response);
    } catch (Error e) {
      died(e, response);
      throw e;
    }
  }

  /** Ends the attempt: what happened is nobody's fault but this process's. */
  void died(Error e, @Nullable HttpExecuteResponse response) {
    cancel(e.toString());
    drop(response);
  }

  /** The answer begins: for those who take it in later. */
  void answerBegins() {
    attempt().firstByte();
  }

  /** Ends the attempt with what an error of the node means; the answer is dropped. */
  void refused(HttpExecuteResponse response) throws IOException {
    attempt().status(response.httpResponse().statusCode());
    attempt().firstByteOfError();
    attempt().end(Answer.outcome(failure(response)));
    drop(response);
  }

  /** What an error of the node means that nobody will read. */
  private @Nullable Failure failure(HttpExecuteResponse response) throws IOException {
    SdkHttpMethod method = request.httpRequest().method();
    boolean isHead = method == SdkHttpMethod.HEAD; // whose answer has no body to wait for
    AbortableInputStream stream = isHead ? null : response.responseBody().orElse(null);
    attempt().reading(); // else the sweeper takes it for a caller who does not read on
    byte[] beginning = stream == null ? new byte[0] : stream.readNBytes(Reception.PEEK);
    attempt().idle(beginning.length);
    SdkHttpResponse head = response.httpResponse();
    String code = new Document(beginning).code();
    return errors().failure(node(), method, head, Answer.of(head), code);
  }

  /** What error answers mean. */
  ErrorRules errors() {
    return owner.transport().calls().errors();
  }

  /** Nobody wants the answer, if there is one, nor the connection. */
  void drop(@Nullable HttpExecuteResponse response) {
    heard();
    if (response != null) {
      response.responseBody().ifPresent(AbortableInputStream::abort);
    }
  }

  /** Ends the attempt because another one of the request was answered first; by any thread. */
  void lost() {
    attempt().lost();
  }

  @Override
  boolean isAborted() {
    return aborted;
  }

  /** Unblocks the thread in {@link #run}. */
  void abort() {
    aborted = true;
    ExecutableHttpRequest sending = running;
    if (sending != null) {
      sending.abort();
    }
  }

  /** That it can't be aborted is told; the attempt has its verdict. */
  private void abort(ExecutableHttpRequest sending) {
    try {
      sending.abort();
    } catch (RuntimeException | Error e) {
      log.warn("Aborting an attempt on {} failed: {}", node().id(), e.toString(), e);
    }
  }

  /** The first half of {@link #run}. */
  HttpExecuteResponse send() throws IOException {
    BalancedTransport transport = owner.balanced();
    ExecutableHttpRequest sending =
        transport
            .delegate()
            .prepareRequest(
                HttpExecuteRequest.builder()
                    .request(NodeRequest.of(request.httpRequest(), node()))
                    .contentStreamProvider(
                        transport.sent(((SentStream) sent()).provider(attempt())))
                    .metricCollector(request.metricCollector().orElse(null))
                    .build());
    running = sending;
    Attempt sent = attempt();
    sent.abortBy(
        () -> {
          transport.ended(sent);
          transport.aborts().execute(() -> abort(sending));
        });
    if (aborted) {
      sending.abort();
    }
    begins();
    return sending.call();
  }

  /** The second half of {@link #run}: takes the answer in. */
  HttpExecuteResponse received(HttpExecuteResponse response) throws IOException {
    answered();
    Reception reception =
        new Reception(
            owner,
            request.httpRequest(),
            request.contentStreamProvider().isPresent(),
            attempt(),
            pool(),
            began());
    try {
      return received(response, reception);
    } finally {
      failedWith(reception.failure());
    }
  }

  private HttpExecuteResponse received(HttpExecuteResponse response, Reception reception)
      throws IOException {
    AbortableInputStream stream = response.responseBody().orElse(null);
    int ahead = reception.begins(response.httpResponse(), stream != null);
    if (ahead < 0 || stream == null) {
      return answer(reception.withoutBody(), stream);
    }
    ReceivedBody received = new ReceivedBody(stream, reception.body());
    attempt().endWith(received);
    byte[] beginning;
    try {
      beginning = ahead == 0 ? new byte[0] : received.readNBytes(ahead);
    } catch (NodeFailedException broken) {
      return answer(reception.brokeOff(broken), null);
    }
    SdkHttpResponse head = reception.judged(beginning);
    InputStream whole =
        beginning.length == 0
            ? received
            : new SequenceInputStream(new ByteArrayInputStream(beginning), received);
    return answer(head, AbortableInputStream.create(whole, received));
  }

  private static HttpExecuteResponse answer(
      SdkHttpResponse head, @Nullable AbortableInputStream body) {
    return HttpExecuteResponse.builder().response(head).responseBody(body).build();
  }
}
