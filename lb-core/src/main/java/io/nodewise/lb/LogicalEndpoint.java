package io.nodewise.lb;

import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.NodeSet;
import java.net.URI;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a logical endpoint has to be. */
final class LogicalEndpoint {
  private LogicalEndpoint() {}

  /** Checks one that was given, in so far as it is known whose it is to be. */
  static void require(@Nullable URI endpoint, @Nullable NodeSet members) {
    if (endpoint != null) {
      require(endpoint);
      if (members != null) {
        requireScheme(endpoint, members);
      }
    }
  }

  static void require(URI endpoint) {
    boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    String path = endpoint.getRawPath();
    boolean bare =
        (path == null || path.isEmpty() || path.equals("/"))
            && endpoint.getRawQuery() == null
            && endpoint.getRawFragment() == null
            && endpoint.getRawUserInfo() == null;
    if (!http || endpoint.getRawAuthority() == null || !bare) {
      throw new IllegalArgumentException(
          "logical endpoint: "
              + withoutSecrets(endpoint)
              + " (expected: http(s)://host[:port] and nothing more)");
    }
  }

  private static String withoutSecrets(URI endpoint) {
    String text = endpoint.toString();
    if (endpoint.getRawUserInfo() != null) {
      text = text.replace(endpoint.getRawUserInfo() + "@", "***@");
    }
    if (endpoint.getRawQuery() != null) {
      text = text.replace("?" + endpoint.getRawQuery(), "?***");
    }
    return text;
  }

  static void requireScheme(URI endpoint, NodeSet members) {
    if (!members.scheme().equals(endpoint.getScheme())) {
      throw new IllegalArgumentException(
          "logical endpoint: "
              + endpoint
              + " (expected: "
              + members.scheme()
              + ", the scheme of the nodes, because it decides how requests are signed)");
    }
  }

  /** Who sets TLS and names http nodes would otherwise take plain text for encrypted. */
  static void requireUseOfTls(NodeSet members, HealthCheck check, @Nullable ClusterTls tls) {
    if (tls != null
        && !members.scheme().equals("https")
        && !check.scheme().orElse("").equals("https")) {
      throw new IllegalArgumentException(
          "tls: " + tls + " (expected: nodes of https, or none; the nodes are of http)");
    }
  }

  /**
   * The TLS settings with the one name that all certificates are made out to, where the source says
   * so and the user did not say otherwise.
   */
  static @Nullable ClusterTls tls(URI endpoint, NodeSource source, @Nullable ClusterTls settings) {
    Optional<String> name = source.certificateName();
    if (!endpoint.getScheme().equals("https") || name.isEmpty()) {
      return settings;
    }
    ClusterTls base = settings == null ? ClusterTls.builder().build() : settings;
    return base.serverName().isPresent() ? base : base.withServerName(name.get());
  }
}
