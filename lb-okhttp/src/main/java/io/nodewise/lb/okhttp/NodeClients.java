package io.nodewise.lb.okhttp;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import java.net.URI;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import okhttp3.CertificatePinner;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/*
 * A client for each node, which differ in their connection pools: OkHttp's usual one keeps five idle
 * connections in all, too few for a cluster, and a pool can be emptied only as a whole. They share
 * everything else, threads included, so one costs next to nothing.
 *
 * Nobody closes an OkHttpClient. What its node leaves behind are idle connections, and those end here:
 * when it leaves the set or can't be reached at once, else after a few seconds.
 */
/** The inner clients, by node. Thread-safe. */
final class NodeClients {
  /** Kept for each node, as the S3 client's pool has it. */
  private static final int IDLE_CONNECTIONS = 50;

  /**
   * Seconds: servers keep idle connections for five or longer, and whoever closes first must be the
   * client, or it sends into a closed one.
   */
  private static final long IDLE_SECONDS = 4;

  private final LoadBalancer cluster;
  private final OkHttpClient base;
  private final ConcurrentMap<URI, OkHttpClient> clients = new ConcurrentHashMap<>();
  private volatile NodeSet known; // written under the monitor

  /** Of nodes that have left; each for as long as a call or a connection of it is there. */
  @GuardedBy("this")
  private final Set<ConnectionPool> left = Collections.newSetFromMap(new WeakHashMap<>());

  NodeClients(LoadBalancer cluster, OkHttpClient base) {
    this.cluster = cluster;
    this.base = base;
    this.known = cluster.nodes();
  }

  /** The client for the node's requests. */
  OkHttpClient to(Node node) {
    OkHttpClient client = clients.get(node.uri());
    return client != null ? client : clients.computeIfAbsent(node.uri(), uri -> client(node));
  }

  private OkHttpClient client(Node node) {
    return base.newBuilder()
        .certificatePinner(pinned(node))
        .connectionPool(new ConnectionPool(IDLE_CONNECTIONS, IDLE_SECONDS, TimeUnit.SECONDS))
        .build();
  }

  /** With the pins of the cluster's name, which is no node's: OkHttp looks at the URL's host. */
  private CertificatePinner pinned(Node node) {
    CertificatePinner given = base.certificatePinner();
    String host = HttpUrl.get(node.uri().toString()).host();
    List<CertificatePinner.Pin> ofCluster =
        given.findMatchingPins(HttpUrl.get(cluster.logicalEndpoint().toString()).host());
    if (ofCluster.isEmpty()) {
      return given;
    }
    CertificatePinner.Builder pins = new CertificatePinner.Builder();
    given.getPins().forEach(pin -> pins.add(pin.getPattern(), pin.toString()));
    ofCluster.forEach(pin -> pins.add(host, pin.toString()));
    return pins.build();
  }

  /** Lets go of the nodes that have left the set: a look, but for once after a change. */
  @SuppressWarnings("ReferenceEquality") // the same set is the same object; equals() walks it
  void forgetRemoved() {
    NodeSet now = cluster.nodes();
    if (now != known) {
      forgetAllBut(now);
    }
  }

  private synchronized void forgetAllBut(NodeSet now) {
    known = now;
    Set<URI> members = new HashSet<>();
    now.forEach(node -> members.add(node.uri()));
    for (URI uri : clients.keySet()) {
      if (!members.contains(uri)) {
        OkHttpClient client = clients.remove(uri);
        if (client != null) {
          client.connectionPool().evictAll();
          left.add(client.connectionPool());
        }
      }
    }
  }

  /** The node can't be reached or hangs: what is idle to it is of no use any more. */
  void letGo(Node node) {
    OkHttpClient client = clients.get(node.uri());
    if (client != null) {
      client.connectionPool().evictAll();
    }
  }

  /** Open connections to all nodes, and to those that have left and still answer. */
  int connections() {
    return pools().stream().mapToInt(ConnectionPool::connectionCount).sum();
  }

  /** Those of them that carry a request. */
  int busyConnections() {
    return pools().stream()
        .mapToInt(pool -> pool.connectionCount() - pool.idleConnectionCount())
        .sum();
  }

  private synchronized Set<ConnectionPool> pools() {
    Set<ConnectionPool> pools = new HashSet<>(left);
    clients.values().forEach(client -> pools.add(client.connectionPool()));
    return pools;
  }
}
