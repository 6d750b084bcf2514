package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.ClusterTls;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;

/**
 * The asynchronous HTTP client of those who bring none: Netty, with the cluster's TLS. An optional
 * dependency, so it may not be there.
 */
final class DefaultAsyncHttpClient {
  private DefaultAsyncHttpClient() {}

  /**
   * Its builder. A {@link ClusterTls#serverName()} is verified by the cluster's trust and not sent:
   * Netty sends the host of a node's URI, and nothing for an address.
   *
   * @throws IllegalArgumentException if Netty's client is not on the class path
   */
  static SdkAsyncHttpClient.Builder<?> of(LoadBalancer cluster) {
    try {
      return Netty.of(cluster);
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "HTTP client: none (expected: software.amazon.awssdk:netty-nio-client on the class path,"
              + " or an httpClient or httpClientBuilder of yours, such as AwsCrtAsyncHttpClient of"
              + " software.amazon.awssdk:aws-crt-client)",
          e);
    }
  }

  /** Loaded only when it is needed. */
  private static final class Netty {
    private static SdkAsyncHttpClient.Builder<?> of(LoadBalancer cluster) {
      NettyNioAsyncHttpClient.Builder builder = NettyNioAsyncHttpClient.builder();
      cluster
          .tls()
          .ifPresent(
              tls ->
                  builder
                      .tlsTrustManagersProvider(tls::trustManagers)
                      .tlsKeyManagersProvider(tls::keyManagers));
      return builder;
    }
  }
}
