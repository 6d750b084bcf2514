package io.nodewise.lb.awssdk;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.async.SdkHttpContentPublisher;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;

/*
 * The SDK signs before a node is known. So where each request names its node, the auth scheme only
 * notes how it would be signed and hands on the request as it is, body and all; it is signed here,
 * once the node is picked. The signer is the SDK's own with all that it was given, so a body in signed
 * chunks, a trailing checksum or an unsigned payload come out as they would have.
 */
/**
 * Signs requests of one call for the node that each goes to: {@link
 * io.nodewise.lb.node.HostHeader#NODE}. Holds credentials. Immutable.
 */
final class NodeSigning {
  /** On requests that come from the auth scheme; none leaves with it. */
  private static final String TO_BE_SIGNED = "x-nodewise-to-be-signed";

  private final @Nullable Signing<?> signing;

  /**
   * Signs as noted.
   *
   * @param signing null: nobody signs
   */
  NodeSigning(@Nullable Signing<?> signing) {
    this.signing = signing;
  }

  /**
   * What goes to the node of an attempt, which is ended if it can't be signed.
   *
   * @param request not signed
   */
  HttpExecuteRequest signed(HttpExecuteRequest request, Attempt attempt) {
    ContentStreamProvider body = request.contentStreamProvider().orElse(null);
    try {
      requireSigning(request.httpRequest());
      SdkHttpRequest named = named(request.httpRequest(), attempt.node());
      hashing(body, attempt);
      HttpExecuteRequest made =
          signing == null ? with(request, named, body) : signing.sign(request, named);
      hashed(body, attempt);
      return made;
    } catch (RuntimeException | Error e) {
      attempt.end(Outcome.cancelled("not signed: " + e));
      throw e;
    }
  }

  /**
   * The same for those who are told of answers: done at once, but where a body is hashed as a whole
   * before it is sent.
   */
  CompletableFuture<Signed> signed(
      SdkHttpRequest request, @Nullable SdkHttpContentPublisher body, Attempt attempt) {
    CompletableFuture<Signed> done;
    // Of nothing there is a publisher, too.
    Object hashed = body != null && body.contentLength().orElse(-1L) != 0 ? body : null;
    try {
      requireSigning(request);
      hashing(hashed, attempt);
      SdkHttpRequest named = named(request, attempt.node());
      done =
          signing == null
              ? CompletableFuture.completedFuture(new Signed(named, body))
              : signing.signAsync(named, body).thenApply(made -> Signed.of(made, body));
    } catch (RuntimeException e) {
      done = CompletableFuture.failedFuture(e);
    }
    return done.whenComplete(
        (made, e) -> {
          if (e != null) {
            attempt.end(Outcome.cancelled("not signed: " + e));
          } else {
            hashed(hashed, attempt);
          }
        });
  }

  /** A body may be read here, whole: the node has nothing to do with how long that takes. */
  private static void hashing(@Nullable Object body, Attempt attempt) {
    if (body != null) {
      attempt.readingLocalBody();
    }
  }

  private static void hashed(@Nullable Object body, Attempt attempt) {
    if (body != null) {
      attempt.sending();
    }
  }

  /** Never without a signature what was to have one. */
  private void requireSigning(SdkHttpRequest request) {
    if (signing == null && request.firstMatchingHeader(TO_BE_SIGNED).isPresent()) {
      throw new IllegalStateException("how this request is to be signed is no longer known");
    }
  }

  /** What the auth scheme hands on, to be signed here. */
  static SdkHttpRequest toBeSigned(SdkHttpRequest request) {
    return request.toBuilder().putHeader(TO_BE_SIGNED, "true").build();
  }

  /** What goes to a node. */
  record Signed(SdkHttpRequest request, @Nullable SdkHttpContentPublisher body) {

    static Signed of(AsyncSignedRequest made, @Nullable SdkHttpContentPublisher unsigned) {
      Publisher<ByteBuffer> payload = made.payload().orElse(null);
      return new Signed(
          made.request(),
          payload == null || payload == unsigned ? unsigned : new Content(made.request(), payload));
    }
  }

  /** As long as its head says. */
  private record Content(SdkHttpRequest head, Publisher<ByteBuffer> bytes)
      implements SdkHttpContentPublisher {

    @Override
    public Optional<Long> contentLength() {
      long said = Answer.lengthOf(head);
      return said < 0 ? Optional.empty() : Optional.of(said);
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
      bytes.subscribe(subscriber);
    }
  }

  /** Names its node, and nobody else. */
  static SdkHttpRequest named(SdkHttpRequest request, Node node) {
    if (request.firstMatchingHeader("Authorization").isPresent()) {
      throw new IllegalStateException(
          "a request that was signed by something else than the client's AwsV4AuthScheme (expected:"
              + " none with HostHeader.NODE, because its signature is for another host)");
    }
    SdkHttpRequest.Builder targeted =
        request.toBuilder()
            .protocol(node.scheme())
            .host(NodeRequest.urlHost(node))
            .port(node.port());
    return targeted
        .removeHeader(TO_BE_SIGNED)
        .putHeader("Host", NodeRequest.authority(targeted.build()))
        .build();
  }

  static HttpExecuteRequest with(
      HttpExecuteRequest original, SdkHttpRequest request, @Nullable ContentStreamProvider body) {
    return HttpExecuteRequest.builder()
        .request(request)
        .contentStreamProvider(body)
        .metricCollector(original.metricCollector().orElse(null))
        .build();
  }
}
