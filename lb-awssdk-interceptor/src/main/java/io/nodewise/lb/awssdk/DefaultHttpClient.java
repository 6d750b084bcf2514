package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.ClusterTls;
import org.apache.http.conn.ssl.NoopHostnameVerifier;
import org.apache.http.conn.ssl.SSLConnectionSocketFactory;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;

/** The HTTP client of those who bring none: Apache 4, with the cluster's TLS. */
final class DefaultHttpClient {
  private DefaultHttpClient() {}

  static SdkHttpClient.Builder<?> of(LoadBalancer cluster) {
    ApacheHttpClient.Builder builder = ApacheHttpClient.builder();
    cluster.tls().ifPresent(tls -> apply(tls, builder));
    return builder;
  }

  private static void apply(ClusterTls tls, ApacheHttpClient.Builder builder) {
    if (tls.verifiesHostNames()) {
      builder.tlsTrustManagersProvider(tls::trustManagers).tlsKeyManagersProvider(tls::keyManagers);
      return;
    }
    // The SDK leaves names out only for those who trust everybody, so the whole factory is
    // replaced.
    builder.socketFactory(
        new SSLConnectionSocketFactory(tls.sslContext(), NoopHostnameVerifier.INSTANCE));
  }
}
