package io.nodewise.lb.awssdk;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.Identity;

/** How a request was signed, so that another one of the same call can be. Immutable. */
final class Signing<T extends Identity> {
  private static final List<String> MADE_BY_SIGNING =
      List.of("Authorization", "X-Amz-Date", "x-amz-content-sha256", "X-Amz-Security-Token");

  private final HttpSigner<T> signer;
  private final SignRequest<? extends T> signed;
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
    this.isForNodes = isForNodes;
  }

  /** Whether it was a request of that call. */
  boolean isOf(String callId) {
    return callId.equals(ApiCalls.id(signed.request()));
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
    return sign(signed, bare.build(), null).request();
  }

  /** Signs a request that names its node, and its body, with the present time. */
  HttpExecuteRequest sign(HttpExecuteRequest request, SdkHttpRequest named) {
    SignedRequest done = sign(signed, named, request.contentStreamProvider().orElse(null));
    return NodeSigning.with(request, done.request(), done.payload().orElse(null));
  }

  private <I extends T> SignedRequest sign(
      SignRequest<I> as, SdkHttpRequest request, @Nullable ContentStreamProvider body) {
    return signer.sign(as.toBuilder().request(request).payload(body).build());
  }
}
