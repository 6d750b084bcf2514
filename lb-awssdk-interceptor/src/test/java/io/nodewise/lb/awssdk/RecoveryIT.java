package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** Nodes that come back, and what their restart does to connections. */
class RecoveryIT extends OnS3Nodes {

  @Test
  void nodeThatComesBackTakesTrafficAgain() {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .policy(BalancingPolicy.roundRobin())
                .healthCheck(quickProbes()));
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(100));
    FaultProxy restarted = nodes.get(2);
    restarted.kill();
    await()
        .until(
            () -> {
              get(s3, "k");
              return node(cluster, restarted).state() == NodeState.DOWN;
            });
    int before = restarted.count("GET");

    restarted.pass();

    await()
        .until(
            () -> {
              get(s3, "k");
              return restarted.count("GET") > before + 3;
            });
    assertThat(node(cluster, restarted).state()).isEqualTo(NodeState.UP);
  }

  /** Also without probes: after a while the node is given one request to show itself. */
  @Test
  void nodeThatComesBackUnprobed() {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(2))
                .policy(BalancingPolicy.roundRobin())
                .healthCheck(HealthCheck.none())
                .outlierDetection(
                    OutlierDetection.builder().baseEjection(Duration.ofMillis(400)).build()));
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(100));
    nodes.get(0).kill();
    await()
        .until(
            () -> {
              get(s3, "k");
              return node(cluster, nodes.get(0)).state() == NodeState.DOWN;
            });

    nodes.get(0).pass();

    await()
        .until(
            () -> {
              get(s3, "k");
              return node(cluster, nodes.get(0)).state() == NodeState.UP;
            });
  }

  /** Right after it every connection in the pool is dead, to whatever node. */
  @Test
  void wholeClusterRestartedBetweenCalls() throws Exception {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(100));
    for (int round = 0; round < 3; round++) {
      inParallel(32, 64, i -> get(s3, "k"));
      nodes.all().forEach(FaultProxy::kill);
      nodes.all().forEach(FaultProxy::pass);

      inParallel(32, 64, i -> assertThat(get(s3, "k")).hasSize(100));
    }
  }

  /** What a restart under load looks like: every connection in the pool is dead at once. */
  @Test
  void restartUnderLoad() throws Exception {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(50_000));

    inParallel(
        16,
        800,
        i -> {
          if (i % 200 == 100) {
            nodes.get(i / 200).kill();
          }
          if (i % 200 == 199) {
            nodes.get(i / 200).pass();
          }
          if (i % 5 == 0) {
            put(s3, "k" + i, bytes(20_000));
            assertThat(get(s3, "k" + i)).isEqualTo(bytes(20_000));
          } else {
            assertThat(get(s3, "k")).hasSize(50_000);
          }
        });
    assertThat(cluster.snapshot().failovers()).isPositive();
  }
}
