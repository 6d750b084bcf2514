package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/** What an operator does to a node, and what the node sees of it. */
class DrainIT extends OnS3Nodes {
  private LoadBalancer cluster;
  private S3Client s3;

  /** The ways to take a node out of service. */
  enum Order {
    DRAIN(NodeState.DRAINING) {
      @Override
      void give(LoadBalancer cluster, String id) {
        cluster.drain(id);
      }
    },
    DISABLE(NodeState.DISABLED) {
      @Override
      void give(LoadBalancer cluster, String id) {
        cluster.disable(id);
      }
    };

    final NodeState state;

    Order(NodeState state) {
      this.state = state;
    }

    abstract void give(LoadBalancer cluster, String id);
  }

  @BeforeEach
  void start() {
    cluster = cluster();
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    s3 = client(cluster);
  }

  /** Reads and writes by several threads; how many PUTs they were. */
  private int work() throws Exception {
    inParallel(
        4,
        40,
        i -> {
          put(s3, "work" + i, bytes(2000));
          assertThat(get(s3, "work" + i)).isEqualTo(bytes(2000));
        });
    return 40;
  }

  private void awaitTrafficAt(FaultProxy node) {
    int before = node.requests().size();
    await()
        .atMost(Duration.ofSeconds(15))
        .until(
            () -> {
              get(s3, "work0");
              return node.requests().size() > before;
            });
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void uploadsUnderWayEndWhereTheyAreAndNothingNewComes(Order order) throws Exception {
    try (UploadsUnderWay uploads = new UploadsUnderWay(s3, bucket, nodes)) {
      FaultProxy node = uploads.busiest();
      int had = node.count("PUT");
      assertThat(had).isGreaterThanOrEqualTo(2);
      int seen = node.requests().size();

      order.give(cluster, node.id());
      int others = work();

      assertThat(node(cluster, node).state()).isEqualTo(order.state);
      assertThat(node(cluster, node).inFlight()).as("uploads under way").isEqualTo(had);
      uploads.finish();
      uploads.verify();
      work();
      assertThat(node.requests()).as("nothing new").hasSize(seen);
      assertThat(nodes.count("PUT"))
          .as("none was sent twice")
          .isEqualTo(UploadsUnderWay.count() + 2 * others);
      assertThat(node(cluster, node).inFlight()).isZero();
      assertThat(faults(cluster)).isZero();
      assertThat(cluster.snapshot().failovers()).isZero();

      cluster.resume(node.id());

      assertThat(node(cluster, node).state()).isEqualTo(NodeState.UP);
      awaitTrafficAt(node);
    }
  }

  @Test
  void allButOneDrained() throws Exception {
    FaultProxy last = nodes.get(3);
    List<FaultProxy> drained = nodes.all().subList(0, 3);
    drained.forEach(node -> cluster.drain(node.id()));

    work();

    assertThat(drained).allSatisfy(node -> assertThat(node.requests()).isEmpty());
    assertThat(last.requests()).hasSize(80);

    last.kill();
    await("connections it left behind are found dead one by one, the probe finds it out at once")
        .until(() -> node(cluster, last).state() == NodeState.DOWN);
    assertThatExceptionOfType(SdkClientException.class)
        .as("an operator's word holds, whatever happens to the others")
        .isThrownBy(() -> get(s3, "work0"))
        .withMessageContaining("drained by operator");
    assertThat(drained).allSatisfy(node -> assertThat(node.requests()).isEmpty());

    cluster.resume(drained.get(1).id());

    assertThat(get(s3, "work0")).hasSize(2000);
    assertThat(drained.get(1).requests()).hasSize(1);
  }

  /** As one restarts a cluster by hand: one node after the other, under load; no call fails. */
  @Test
  void everyNodeRestartedInTurn() throws Exception {
    for (FaultProxy node : nodes.all()) {
      cluster.drain(node.id());
      await().until(() -> node(cluster, node).inFlight() == 0);
      node.kill();
      work();
      node.pass();
      cluster.resume(node.id());
      await()
          .atMost(Duration.ofSeconds(15))
          .until(() -> node(cluster, node).state() == NodeState.UP);
      work();
    }
    System.out.printf("restarted in turn: %s%n", cluster.snapshot());
    assertThat(cluster.snapshot().eligible()).isEqualTo(4);
  }
}
