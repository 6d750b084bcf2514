package io.nodewise.lb.okhttp;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import java.util.HashSet;
import java.util.Set;
import okhttp3.HttpUrl;

/** Which URLs are the cluster's: the logical endpoint's and its members'. Thread-safe. */
final class Members {
  private record Origins(NodeSet of, Set<String> names) {}

  private final LoadBalancer cluster;
  private final String logical;
  private volatile Origins known; // by whoever sees a new set first; losing a race costs a rebuild

  Members(LoadBalancer cluster) {
    this.cluster = cluster;
    this.logical = origin(HttpUrl.get(cluster.logicalEndpoint().toString()));
    this.known = origins(cluster.nodes());
  }

  @SuppressWarnings("ReferenceEquality") // the same set is the same object; equals() walks it
  boolean contains(HttpUrl url) {
    String origin = origin(url);
    if (origin.equals(logical)) {
      return true;
    }
    NodeSet now = cluster.nodes();
    Origins origins = known;
    if (origins.of() != now) {
      origins = origins(now);
      known = origins;
    }
    return origins.names().contains(origin);
  }

  /** The same URL at the node. */
  static HttpUrl at(Node node, HttpUrl url) {
    return url.newBuilder().scheme(node.scheme()).host(node.host()).port(node.port()).build();
  }

  /** What a client would send as {@code Host} for the URL. */
  static String hostHeader(HttpUrl url) {
    String host = url.host().indexOf(':') < 0 ? url.host() : "[" + url.host() + "]";
    return url.port() == HttpUrl.defaultPort(url.scheme()) ? host : host + ":" + url.port();
  }

  private static Origins origins(NodeSet nodes) {
    Set<String> names = new HashSet<>();
    for (Node node : nodes) {
      names.add(origin(HttpUrl.get(node.uri().toString())));
    }
    return new Origins(nodes, names);
  }

  /** As OkHttp reads it, so that one address has one spelling. */
  private static String origin(HttpUrl url) {
    return url.scheme() + "://" + url.host() + ":" + url.port();
  }
}
