package io.nodewise.lb.awssdk;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * The HTTP client of a balanced S3 client: picks the node, sends through a delegate. Thread-safe;
 * closed by the S3 client, and closes the delegate if that was made for it.
 */
final class BalancedTransport extends Transport implements SdkHttpClient {
  private final SdkHttpClient delegate;
  private final boolean ownsDelegate;
  private final @Nullable HedgeThreads hedges; // null where hedging is off

  BalancedTransport(
      SdkHttpClient delegate,
      boolean ownsDelegate,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable HedgeThreads hedges) {
    super(calls, confirmation);
    this.hedges = hedges;
    this.delegate = delegate;
    this.ownsDelegate = ownsDelegate;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new BalancedRequest(this, request, calls().of(request.httpRequest()));
  }

  SdkHttpClient delegate() {
    return delegate;
  }

  /** The threads for second attempts; null where nothing is sent twice. */
  @Nullable HedgeThreads hedges() {
    return hedges;
  }

  @Override
  public String clientName() {
    return delegate.clientName();
  }

  @Override
  public void close() {
    if (hedges != null) {
      hedges.close();
    }
    if (ownsDelegate) {
      close(delegate);
    }
  }
}
