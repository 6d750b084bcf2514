package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;

/** What can be seen of an HTTP client, by its name, to be unfit for a cluster. */
final class UnfitClient {
  private UnfitClient() {}

  /**
   * Refuses it.
   *
   * @throws IllegalArgumentException if no request of its would be right; the message says what is
   */
  static void refuse(String clientName, LoadBalancer cluster) {
    if (clientName.startsWith("UrlConnection") && cluster.hostHeader() == HostHeader.LOGICAL) {
      throw new IllegalArgumentException(
          "HTTP client: UrlConnectionHttpClient (expected: one that sends the Host header it is"
              + " given, such as ApacheHttpClient; the JDK's sends the node's own, which breaks the"
              + " signature; or LoadBalancer.builder().hostHeader(HostHeader.NODE), which signs for"
              + " that one)");
    }
    if (clientName.startsWith("AwsCommonRuntime")
        && cluster.tls().flatMap(ClusterTls::serverName).isPresent()) {
      throw new IllegalArgumentException(
          "HTTP client: AwsCrtHttpClient or AwsCrtAsyncHttpClient (expected: another one where"
              + " there is a ClusterTls.serverName, as it verifies the host of a node's URI and no"
              + " other)");
    }
  }
}
