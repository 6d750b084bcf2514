package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.ClusterTls;
import java.lang.reflect.Method;
import java.util.stream.Stream;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;

/** The HTTP client of those who bring none: Apache 4, with the cluster's TLS. */
final class DefaultHttpClient {
  private static final String SOCKET_FACTORY = "conn.socket.ConnectionSocketFactory";
  private static final String TLS_SOCKET_FACTORY = "conn.ssl.SSLConnectionSocketFactory";

  /** Names are verified, or left out, by the trust of {@link ClusterTls} itself. */
  private static final HostnameVerifier ANY_NAME = (host, session) -> true;

  private DefaultHttpClient() {}

  static SdkHttpClient.Builder<?> of(LoadBalancer cluster) {
    ApacheHttpClient.Builder builder = ApacheHttpClient.builder();
    cluster.tls().ifPresent(tls -> apply(tls, builder));
    return builder;
  }

  private static void apply(ClusterTls tls, ApacheHttpClient.Builder builder) {
    if (tls.verifiesHostNames() && tls.serverName().isEmpty()) {
      builder.tlsTrustManagersProvider(tls::trustManagers).tlsKeyManagersProvider(tls::keyManagers);
      return;
    }
    try {
      replaceSocketFactory(builder, tls.socketFactory());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this Apache client takes no socket factory for TLS", e);
    }
  }

  /*
   * The SDK leaves the host of the URI out only for those who trust everybody, so the whole factory is
   * replaced. By reflection, because its type is Apache's, which the SDK's bundle has under another
   * package: what the setter takes says which.
   */
  private static void replaceSocketFactory(ApacheHttpClient.Builder builder, SSLSocketFactory tls)
      throws ReflectiveOperationException {
    Method setter =
        Stream.of(ApacheHttpClient.Builder.class.getMethods())
            .filter(method -> method.getName().equals("socketFactory"))
            .findFirst()
            .orElseThrow(() -> new NoSuchMethodException("socketFactory"));
    Class<?> taken = setter.getParameterTypes()[0];
    Object factory =
        Class.forName(
                taken.getName().replace(SOCKET_FACTORY, TLS_SOCKET_FACTORY),
                true,
                taken.getClassLoader())
            .getConstructor(SSLSocketFactory.class, HostnameVerifier.class)
            .newInstance(tls, ANY_NAME);
    setter.invoke(builder, factory);
  }
}
