package io.nodewise.lb.awssdk;

import java.util.List;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.Identity;

/** How a request was signed, so that another one of the same call can be. Immutable. */
final class Signing<T extends Identity> {
  private static final List<String> MADE_BY_SIGNING =
      List.of("Authorization", "X-Amz-Date", "x-amz-content-sha256", "X-Amz-Security-Token");

  private final HttpSigner<T> signer;
  private final SignRequest<? extends T> signed;

  Signing(HttpSigner<T> signer, SignRequest<? extends T> signed) {
    this.signer = signer;
    this.signed = signed;
  }

  /** Whether it was a request of that call. */
  boolean isOf(String callId) {
    return callId.equals(ApiCalls.id(signed.request()));
  }

  /** Signs a request without a body as that one was, with the present time. */
  SdkHttpRequest sign(SdkHttpRequest request) {
    SdkHttpRequest.Builder bare = request.toBuilder();
    MADE_BY_SIGNING.forEach(bare::removeHeader);
    return signer.sign(with(signed, bare.build())).request();
  }

  private static <I extends Identity> SignRequest<I> with(
      SignRequest<I> signed, SdkHttpRequest request) {
    return signed.toBuilder().request(request).build();
  }
}
