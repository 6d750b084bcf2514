package io.nodewise.lb.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;

/** Real processes that are killed, stopped and disabled. */
class SwiftNodesIT extends OnSwift {
  /** More than all buffers on the way take. */
  private static final int LARGE = 48 << 20;

  private static final List<Op> OPS = List.of(Op.values());

  @Test
  void healthCheckTellsTheTruth() throws Exception {
    SwiftNode killed = nodes.get(0);
    SwiftNode stopped = nodes.get(1);
    SwiftNode disabled = nodes.get(2);
    for (SwiftNode node : nodes) {
      awaitState(node, NodeState.UP);
    }

    killed.kill();
    stopped.stop();
    disabled.disable();

    awaitState(killed, NodeState.DOWN);
    awaitState(stopped, NodeState.DOWN);
    awaitState(disabled, NodeState.DRAINING);
    assertThat(of(nodes.get(3)).state()).isEqualTo(NodeState.UP);

    for (SwiftNode node : nodes) {
      node.comeBack();
    }
    for (SwiftNode node : nodes) {
      awaitState(node, NodeState.UP);
    }
  }

  /** It sends no {@code Server}, so its own path is not found by itself. */
  @Test
  void healthCheckOfTheDefaultIsUpToo() {
    try (LoadBalancer other =
        LoadBalancer.builder()
            .nodes(nodes.stream().map(SwiftNode::url).toArray(String[]::new))
            .healthCheck(HealthCheck.auto())
            .build()) {
      assertThat(other.awaitReady(Duration.ofSeconds(30), nodes.size())).isTrue();
      assertThat(other.snapshot().nodes())
          .extracting(NodeSnapshot::state)
          .containsOnly(NodeState.UP);
    }
  }

  @Test
  void nodeIsKilledUnderLoadAndComesBack() throws Exception {
    for (ContractClient client : clients) {
      Op.prepare(client);
      SwiftNode node = nodes.get(1);

      Load load = Load.of(client, OPS);
      load.during(node::kill);

      assertThat(load.failures()).as("%s", client.getClass().getSimpleName()).isEmpty();
      awaitState(node, NodeState.DOWN);

      node.comeBack();
      load = Load.of(client, OPS);
      load.run();
      assertThat(load.failures()).isEmpty();
      awaitState(node, NodeState.UP);
    }
  }

  @Test
  void nodeIsStoppedUnderLoadAndGoesOn() throws Exception {
    for (ContractClient client : clients) {
      Op.prepare(client);
      SwiftNode node = nodes.get(2);

      Load load = Load.of(client, OPS);
      load.during(node::stop);

      assertThat(load.failures()).as("%s", client.getClass().getSimpleName()).isEmpty();
      awaitState(node, NodeState.DOWN);

      node.comeBack();
      awaitState(node, NodeState.UP);
      load = Load.of(client, OPS);
      load.run();
      assertThat(load.failures()).isEmpty();
    }
  }

  @Test
  void downloadGoesOnWhereItsNodeWasKilled() throws Exception {
    byte[] content = Content.of(LARGE);
    clients.get(0).put(ContractClient.Shape.BYTES, "whole", content);
    clients.get(0).putInParts("parts", content);
    for (String key : List.of("whole", "parts")) {
      assertKilledOnTheWay(
          s3.getObject(get -> get.bucket(bucket).key(key)), key + ", S3Client", content);
      assertKilledOnTheWay(
          async
              .getObject(
                  get -> get.bucket(bucket).key(key),
                  AsyncResponseTransformer.toBlockingInputStream())
              .join(),
          key + ", S3AsyncClient",
          content);
    }
  }

  private void assertKilledOnTheWay(InputStream body, String what, byte[] content)
      throws IOException {
    long resumes = cluster.snapshot().resumes();
    ByteArrayOutputStream came = new ByteArrayOutputStream(content.length);
    try (body) {
      came.writeBytes(body.readNBytes(1 << 20));
      SwiftNode serving =
          nodes.stream().filter(node -> of(node).inFlight() > 0).findFirst().orElseThrow();
      serving.kill();
      body.transferTo(came);
      serving.comeBack();
    }
    assertThat(came.toByteArray()).as(what).isEqualTo(content);
    assertThat(cluster.snapshot().resumes() - resumes).as("%s: resumes", what).isPositive();
    for (SwiftNode node : nodes) {
      awaitState(node, NodeState.UP);
    }
  }
}
