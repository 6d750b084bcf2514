package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.Identity;

/** How a request was signed, so that another one of the same call can be. Immutable. */
final class Signing<T extends Identity> {
  private static final List<String> MADE_BY_SIGNING =
      List.of("Authorization", "X-Amz-Date", "x-amz-content-sha256", "X-Amz-Security-Token");

  private final HttpSigner<T> signer;
  private final @Nullable SignRequest<? extends T> signed;
  private final @Nullable AsyncSignRequest<? extends T> signedAsync; // in place of the other
  private final boolean isForNodes;

  /** Notes how a request was signed. */
  Signing(HttpSigner<T> signer, SignRequest<? extends T> signed) {
    this(signer, signed, false);
  }

  /**
   * Notes it.
   *
   * @param isForNodes whether nothing was signed yet, as each node's request is to be
   */
  Signing(HttpSigner<T> signer, SignRequest<? extends T> signed, boolean isForNodes) {
    this.signer = signer;
    this.signed = signed;
    this.signedAsync = null;
    this.isForNodes = isForNodes;
  }

  /**
   * Notes it for those who are told of answers: what is not for nodes is a request without a body,
   * for whose signature nobody has to wait.
   */
  Signing(HttpSigner<T> signer, AsyncSignRequest<? extends T> signed, boolean isForNodes) {
    this.signer = signer;
    this.signed = null;
    this.signedAsync = signed;
    this.isForNodes = isForNodes;
  }

  /** Whether it was a request of that call. */
  boolean isOf(String callId) {
    SdkHttpRequest first =
        signed == null ? Objects.requireNonNull(signedAsync).request() : signed.request();
    return callId.equals(ApiCalls.id(first));
  }

  /**
   * Signs a request without a body as that one was, with the present time; where each node's is
   * signed, that is yet to come.
   */
  SdkHttpRequest sign(SdkHttpRequest request) {
    if (isForNodes) {
      return request;
    }
    SdkHttpRequest.Builder bare = request.toBuilder();
    MADE_BY_SIGNING.forEach(bare::removeHeader);
    return signed == null
        ? sign(Objects.requireNonNull(signedAsync), bare.build())
        : sign(signed, bare.build(), null).request();
  }

  /** Signs a request that names its node, and its body, with the present time. */
  HttpExecuteRequest sign(HttpExecuteRequest request, SdkHttpRequest named) {
    SignedRequest done =
        sign(
            Objects.requireNonNull(signed, "signed by nobody who waits"),
            named,
            request.contentStreamProvider().orElse(null));
    return NodeSigning.with(request, done.request(), done.payload().orElse(null));
  }

  /**
   * The same for those who are told of answers. What has no body, or a document in memory, the SDK
   * signs for them as for those who wait.
   */
  CompletableFuture<AsyncSignedRequest> signAsync(
      SdkHttpRequest named, @Nullable Publisher<ByteBuffer> body) {
    if (signed == null) {
      return signAsync(Objects.requireNonNull(signedAsync), named, body);
    }
    SignedRequest done = sign(signed, named, signed.payload().orElse(null));
    return CompletableFuture.completedFuture(
        AsyncSignedRequest.builder()
            .request(done.request())
            .payload(done.payload().map(Signing::document).orElse(null))
            .build());
  }

  private static AsyncRequestBody document(ContentStreamProvider bytes) {
    try (InputStream in = bytes.newStream()) {
      return AsyncRequestBody.fromBytes(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e); // bytes in memory
    }
  }

  private <I extends T> CompletableFuture<AsyncSignedRequest> signAsync(
      AsyncSignRequest<I> as, SdkHttpRequest request, @Nullable Publisher<ByteBuffer> body) {
    // What the HTTP client is to send of a request without a body is a publisher of nothing.
    Publisher<ByteBuffer> payload = as.payload().isPresent() ? body : null;
    return signer.signAsync(as.toBuilder().request(request).payload(payload).build());
  }

  private <I extends T> SignedRequest sign(
      SignRequest<I> as, SdkHttpRequest request, @Nullable ContentStreamProvider body) {
    return signer.sign(as.toBuilder().request(request).payload(body).build());
  }

  private <I extends T> SdkHttpRequest sign(AsyncSignRequest<I> as, SdkHttpRequest request) {
    return signer.signAsync(as.toBuilder().request(request).build()).join().request();
  }
}
