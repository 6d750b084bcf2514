package io.nodewise.lb.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Tests straight on Swift's proxy servers, nothing in between. The defaults, but for the pace of
 * the probes.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class OnSwift {
  final List<SwiftNode> nodes = SwiftNode.all();
  private final NettyLoops loops = new NettyLoops();

  LoadBalancer cluster;
  S3Client s3;
  S3AsyncClient async;
  List<ContractClient> clients; // the same two, as the contract sees them
  String bucket;

  @BeforeEach
  void start() {
    bucket = Bucket.create();
    cluster =
        LoadBalancer.builder()
            .nodes(nodes.stream().map(SwiftNode::url).toArray(String[]::new))
            .healthCheck(
                HealthCheck.swift().toBuilder()
                    .interval(Duration.ofSeconds(2))
                    .fastInterval(Duration.ofMillis(200))
                    .build())
            .build();
    s3 = SyncClient.builder(cluster).build(); // over Apache's
    async = AsyncClient.builder(cluster).httpClientBuilder(loops.http()).build();
    clients =
        List.of(
            new SyncClient(s3, bucket, EnumSet.allOf(Feature.class)),
            AsyncClient.of(async, bucket));
    assertThat(cluster.awaitReady(Duration.ofSeconds(30), nodes.size())).isTrue();
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    try {
      await("nothing in flight")
          .atMost(Duration.ofSeconds(5))
          .until(() -> cluster.snapshot().inFlight() == 0);
    } finally {
      for (SwiftNode node : nodes) {
        node.comeBack();
      }
      for (ContractClient client : clients) {
        client.close();
      }
      cluster.close();
    }
  }

  @AfterAll
  void closeLoops() {
    loops.close();
  }

  NodeSnapshot of(SwiftNode node) {
    return cluster.snapshot().nodes().stream()
        .filter(one -> one.node().id().equals(node.id()))
        .findFirst()
        .orElseThrow();
  }

  void awaitState(SwiftNode node, NodeState state) {
    await(node + " " + state)
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(() -> assertThat(of(node).state()).isEqualTo(state));
  }

  long faults() {
    return cluster.snapshot().nodes().stream().mapToLong(NodeSnapshot::faults).sum();
  }
}
