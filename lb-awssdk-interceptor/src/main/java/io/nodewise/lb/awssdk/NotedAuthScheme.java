package io.nodewise.lb.awssdk;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.identity.spi.Identity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/**
 * An auth scheme that signs as its delegate does, and notes for downloads how they were signed.
 * Thread-safe.
 */
final class NotedAuthScheme<T extends Identity> implements AuthScheme<T> {
  private final AuthScheme<T> delegate;
  private final ApiCalls calls;

  NotedAuthScheme(AuthScheme<T> delegate, ApiCalls calls) {
    this.delegate = delegate;
    this.calls = calls;
  }

  @Override
  public String schemeId() {
    return delegate.schemeId();
  }

  @Override
  public IdentityProvider<T> identityProvider(IdentityProviders providers) {
    return delegate.identityProvider(providers);
  }

  @Override
  public HttpSigner<T> signer() {
    return new NotedSigner(delegate.signer());
  }

  private final class NotedSigner implements HttpSigner<T> {
    private final HttpSigner<T> signer;

    NotedSigner(HttpSigner<T> signer) {
      this.signer = signer;
    }

    @Override
    public SignedRequest sign(SignRequest<? extends T> request) {
      SignedRequest signed = signer.sign(request);
      if (request.request().method() == SdkHttpMethod.GET) {
        calls.noteSigning(request.request(), new Signing<>(signer, request));
      }
      return signed;
    }

    @Override
    public CompletableFuture<AsyncSignedRequest> signAsync(AsyncSignRequest<? extends T> request) {
      return signer.signAsync(request);
    }
  }
}
