package io.nodewise.lb.awssdk;

import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * The HTTP client of a balanced S3 client: picks the node, sends through a delegate. Thread-safe;
 * closed by the S3 client, and closes the delegate if that was made for it.
 */
final class BalancedTransport implements SdkHttpClient {
  private final SdkHttpClient delegate;
  private final boolean ownsDelegate;
  private final ApiCalls calls;
  private final Confirmation confirmation;

  BalancedTransport(
      SdkHttpClient delegate, boolean ownsDelegate, ApiCalls calls, Confirmation confirmation) {
    this.delegate = delegate;
    this.ownsDelegate = ownsDelegate;
    this.calls = calls;
    this.confirmation = confirmation;
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return new BalancedRequest(delegate, request, calls.of(request.httpRequest()), confirmation);
  }

  @Override
  public String clientName() {
    return delegate.clientName();
  }

  @Override
  public void close() {
    if (ownsDelegate) {
      delegate.close();
    }
  }
}
