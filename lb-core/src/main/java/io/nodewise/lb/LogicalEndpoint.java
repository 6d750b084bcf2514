package io.nodewise.lb;

import io.nodewise.lb.node.NodeSet;
import java.net.URI;

/** What a logical endpoint has to be. */
final class LogicalEndpoint {
  private LogicalEndpoint() {}

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
}
