package io.nodewise.lb.okhttp;

import io.nodewise.lb.node.ClusterTls;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;

/**
 * Puts the cluster's TLS in the place of OkHttp's default, in balanced requests. TLS of the
 * client's own stays.
 *
 * <p>OkHttp does not say whether what a client has was set. So it is compared with what a new one
 * has: the hostname verifier, the classes of socket factory and trust manager, the authorities
 * trusted. A client certificate can't be seen this way.
 */
final class NodeTls {
  /** One for all, because OkHttp shares connections only between equal ones. */
  private static final HostnameVerifier ANY_NAME = (host, session) -> true;

  private NodeTls() {}

  static void apply(ClusterTls tls, OkHttpClient client, OkHttpClient.Builder balanced) {
    if (!isDefault(client)) {
      return;
    }
    balanced.sslSocketFactory(tls.socketFactory(), tls.trustManager());
    // The one name of all nodes is verified by the trust manager, in place of the URL's host.
    if (!tls.verifiesHostNames() || tls.serverName().isPresent()) {
      balanced.hostnameVerifier(ANY_NAME);
    }
  }

  private static Set<X509Certificate> authorities(X509TrustManager trust) {
    return new HashSet<>(Arrays.asList(trust.getAcceptedIssuers()));
  }

  /** Whether the client has nothing of its own, as far as can be seen. */
  private static boolean isDefault(OkHttpClient client) {
    X509TrustManager trust = client.x509TrustManager();
    if (trust == null) {
      return false; // plain text only
    }
    OkHttpClient fresh = new OkHttpClient();
    X509TrustManager usual = fresh.x509TrustManager();
    return usual != null
        && client.hostnameVerifier().equals(fresh.hostnameVerifier())
        && client.sslSocketFactory().getClass() == fresh.sslSocketFactory().getClass()
        && trust.getClass() == usual.getClass()
        && authorities(trust).equals(authorities(usual));
  }
}
