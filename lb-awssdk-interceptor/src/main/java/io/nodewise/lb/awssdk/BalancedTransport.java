package io.nodewise.lb.awssdk;

import io.nodewise.lb.hedge.HedgeThreads;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.ContentStreamProvider;
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
  private final AbortThreads aborts;

  BalancedTransport(
      SdkHttpClient delegate,
      boolean ownsDelegate,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable HedgeThreads hedges) {
    super(calls, confirmation, PooledConnections.of(isOfJdk(delegate)));
    this.hedges = hedges;
    this.aborts = new AbortThreads(calls.name());
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

  private static boolean isOfJdk(SdkHttpClient delegate) {
    return delegate.clientName().startsWith("UrlConnection");
  }

  /** A request's body as the delegate should get it. */
  @Nullable ContentStreamProvider sent(@Nullable ContentStreamProvider body) {
    return body == null || !isOfJdk(delegate) ? body : () -> new WholeEnding(body.newStream());
  }

  /** The threads for what the balancer's clocks give up. */
  AbortThreads aborts() {
    return aborts;
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
    aborts.close();
  }
}
