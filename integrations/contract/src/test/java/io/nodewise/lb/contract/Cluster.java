package io.nodewise.lb.contract;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.Timeouts;
import java.time.Duration;

/** The four nodes of this JVM and a load balancer over them, quick enough for tests. */
final class Cluster implements AutoCloseable {
  final S3Nodes nodes;
  final LoadBalancer balancer;

  Cluster(S3Nodes nodes, HostHeader host) {
    this.nodes = nodes;
    HealthCheck probes =
        Product.ofThisRun().healthCheck().toBuilder()
            .interval(Duration.ofMillis(500))
            .fastInterval(Duration.ofMillis(100))
            .timeout(Duration.ofMillis(400))
            .build();
    balancer =
        LoadBalancer.builder()
            .nodes(nodes.urls())
            .healthCheck(probes)
            .hostHeader(host)
            .timeouts(Timeouts.builder().suspicion(Duration.ofMillis(300)).build())
            .build();
  }

  NodeSnapshot of(FaultProxy node) {
    return balancer.snapshot().nodes().stream()
        .filter(one -> one.node().id().equals(node.id()))
        .findFirst()
        .orElseThrow();
  }

  NodeState state(FaultProxy node) {
    return of(node).state();
  }

  long faults() {
    return balancer.snapshot().nodes().stream().mapToLong(NodeSnapshot::faults).sum();
  }

  /** How many nodes have been asked anything. */
  long asked() {
    return nodes.all().stream().filter(node -> !node.requests().isEmpty()).count();
  }

  /** How many requests have met a fault. */
  long struck() {
    return nodes.all().stream().mapToLong(node -> node.struck().size()).sum();
  }

  int connections() {
    return nodes.all().stream().mapToInt(FaultProxy::connections).sum();
  }

  @Override
  public void close() {
    balancer.close();
  }

  @Override
  public String toString() {
    return balancer.snapshot().toTable();
  }
}
