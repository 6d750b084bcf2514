package io.nodewise.lb.micrometer;

import io.nodewise.lb.ClusterSnapshot;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/*
 * A scrape asks each gauge by itself, a dozen for each node. A snapshot looks at all nodes, so one is
 * kept for the others of the same scrape.
 */
/** The cluster as a scrape sees it. Thread-safe. */
final class View {
  private record Taken(ClusterSnapshot cluster, Map<String, NodeSnapshot> nodes, long at) {}

  private final LoadBalancer balancer;
  private final long maxAge;
  private volatile @Nullable Taken last; // by whoever finds it too old

  View(LoadBalancer balancer, long maxAge) {
    this.balancer = balancer;
    this.maxAge = maxAge;
  }

  ClusterSnapshot cluster() {
    return now().cluster();
  }

  /** Null if it is no member any more. */
  @Nullable NodeSnapshot node(String id) {
    return now().nodes().get(id);
  }

  private Taken now() {
    Taken known = last;
    long now = System.nanoTime();
    if (known == null || now - known.at() >= maxAge) {
      known = taken(now);
      last = known;
    }
    return known;
  }

  private Taken taken(long now) {
    ClusterSnapshot cluster = balancer.snapshot();
    Map<String, NodeSnapshot> nodes = new HashMap<>();
    for (NodeSnapshot node : cluster.nodes()) {
      nodes.put(node.node().id(), node);
    }
    return new Taken(cluster, nodes, now);
  }
}
