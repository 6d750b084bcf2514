package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import org.jspecify.annotations.NullMarked;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * Lets the benchmarks in: the HTTP client of a balanced S3 client, without the S3 client. In the
 * adapter's package, because it is of no use to anybody else.
 */
@NullMarked
public final class TransportAlone {
  private TransportAlone() {}

  /** Sends through {@code delegate}, which stays the caller's to close. */
  public static SdkHttpClient over(LoadBalancer cluster, SdkHttpClient delegate) {
    return new BalancedTransport(delegate, false, new ApiCalls(cluster), new Confirmation(), null);
  }
}
