package io.nodewise.lb.awssdk;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
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
 * An auth scheme that signs as its delegate does, and notes for downloads how they were signed; or
 * that only notes how, where each node's request is signed ({@link NodeSigning}). Thread-safe.
 */
final class NotedAuthScheme<T extends Identity> implements AuthScheme<T> {
  private final AuthScheme<T> delegate;
  private final ApiCalls calls;
  private volatile @Nullable NotedSigner last; // by whoever signs

  private NotedAuthScheme(AuthScheme<T> delegate, ApiCalls calls) {
    this.delegate = delegate;
    this.calls = calls;
  }

  /**
   * What notes for these calls alone: of a scheme that was copied from the configuration of another
   * client no more than its delegate is left, or that one would see this one's credentials.
   */
  static <I extends Identity> AuthScheme<I> of(AuthScheme<I> scheme, ApiCalls calls) {
    return new NotedAuthScheme<>(plain(scheme), calls);
  }

  /** The scheme that notes nothing. */
  static <I extends Identity> AuthScheme<I> plain(AuthScheme<I> scheme) {
    AuthScheme<I> plain = scheme;
    while (plain instanceof NotedAuthScheme<I> noted) {
      plain = noted.delegate;
    }
    return plain;
  }

  /** Whether it notes for these calls. */
  boolean isFor(ApiCalls others) {
    return calls == others;
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
    HttpSigner<T> signer = delegate.signer();
    NotedSigner known = last;
    if (known == null || known.signer != signer) {
      known = new NotedSigner(signer);
      last = known;
    }
    return known;
  }

  private final class NotedSigner implements HttpSigner<T> {
    private final HttpSigner<T> signer;

    NotedSigner(HttpSigner<T> signer) {
      this.signer = signer;
    }

    @Override
    public SignedRequest sign(SignRequest<? extends T> request) {
      if (calls.signsForNodes()) {
        calls.noteSigning(new Signing<>(signer, request, true));
        return SignedRequest.builder()
            .request(NodeSigning.toBeSigned(request.request()))
            .payload(request.payload().orElse(null))
            .build();
      }
      SignedRequest signed = signer.sign(request);
      if (request.request().method() == SdkHttpMethod.GET) {
        calls.noteSigning(new Signing<>(signer, request));
      }
      return signed;
    }

    @Override
    public CompletableFuture<AsyncSignedRequest> signAsync(AsyncSignRequest<? extends T> request) {
      if (calls.signsForNodes()) {
        calls.noteSigning(new Signing<>(signer, request, true));
        return CompletableFuture.completedFuture(
            AsyncSignedRequest.builder()
                .request(NodeSigning.toBeSigned(request.request()))
                .payload(request.payload().orElse(null))
                .build());
      }
      CompletableFuture<AsyncSignedRequest> signed = signer.signAsync(request);
      if (request.request().method() == SdkHttpMethod.GET) {
        calls.noteSigning(new Signing<>(signer, request, false));
      }
      return signed;
    }
  }
}
