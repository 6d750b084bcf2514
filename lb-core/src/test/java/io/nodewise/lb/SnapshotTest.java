package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.time.Duration;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** What people, logs and metrics see. */
class SnapshotTest {
  private static final String N1 = "n1:9000";
  private static final String N2 = "n2:9000";
  private static final RetrySnapshot NO_RETRIES = new RetrySnapshot(0, 0, 0);
  private static final HedgeSnapshot NO_HEDGES = new HedgeSnapshot(0, 0, 0, Duration.ZERO);

  @Test
  void a_new_cluster() {
    try (VirtualCluster cluster = VirtualCluster.of("http://n{1...2}:9000")) {
      ClusterSnapshot snapshot = cluster.balancer().snapshot();
      assertThat(snapshot.eligible()).isEqualTo(2);
      assertThat(snapshot.inFlight()).isZero();
      assertThat(snapshot.attempts()).isZero();
      assertThat(snapshot.failovers()).isZero();
      assertThat(snapshot.panic()).isFalse();
      NodeSnapshot node = snapshot.nodes().get(0);
      assertThat(node.state()).isEqualTo(NodeState.UNKNOWN);
      assertThat(node.reason()).isEqualTo("new");
      assertThat(node.age()).isZero();
      assertThat(node.share()).isZero();
      assertThat(node.weight()).isEqualTo(1);
      assertThat(node.firstByteP50()).isZero();
    }
  }

  @Test
  void counts_and_shares() throws Exception {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000")) {
      Attempt open = cluster.beginOn(N1);
      long before = cluster.balancer().snapshot().attempts();
      cluster.endOn(N1, Outcome.fault("500"), 2);
      cluster.endOn(N1, Outcome.load("SlowDown"), 3);
      cluster.endOn(N1, Outcome.cancelled(), 1);
      NodeSnapshot n1 = cluster.node(N1);
      assertThat(n1.inFlight()).isEqualTo(1);
      assertThat(n1.faults()).isEqualTo(2);
      assertThat(n1.loads()).isEqualTo(3);
      assertThat(n1.penalty()).isEqualTo(2 * 10 + 3 * 5);
      ClusterSnapshot all = cluster.balancer().snapshot();
      assertThat(all.attempts())
          .isGreaterThanOrEqualTo(before + 6)
          .isEqualTo(n1.attempts() + cluster.node(N2).attempts());
      assertThat(n1.share()).isEqualTo((double) n1.attempts() / all.attempts());
      assertThat(n1.share() + cluster.node(N2).share()).isCloseTo(1, within(1e-9));
      assertThat(all.inFlight()).isEqualTo(1);
      open.close();
    }
  }

  @Test
  void times_to_first_byte_are_those_of_reads_and_never_of_whole_requests() throws Exception {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      for (int i = 1; i <= 100; i++) {
        Attempt read = cluster.begin();
        cluster.advance(i <= 95 ? 10 : 400);
        read.firstByte();
        read.firstByte();
        cluster.advance(700);
        read.end(Outcome.success());
        Attempt write = cluster.balancer().route(RequestHint.write()).next(true);
        cluster.advance(900);
        write.sent();
        write.firstByte();
        write.end(Outcome.success());
      }
      NodeSnapshot node = cluster.node(N1);
      assertThat((double) node.firstByteP50().toNanos())
          .isCloseTo(10e6, Percentage.withPercentage(13));
      assertThat((double) node.firstByteP99().toNanos())
          .isCloseTo(400e6, Percentage.withPercentage(13));
    }
  }

  @Test
  void old_times_to_first_byte_are_forgotten() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      Attempt slow = cluster.begin();
      cluster.advance(700);
      slow.firstByte();
      slow.end(Outcome.success());
      assertThat(cluster.node(N1).firstByteP50()).isGreaterThan(Duration.ofMillis(600));
      cluster.advance(300_000);
      assertThat(cluster.node(N1).firstByteP50()).isZero();
    }
  }

  @Test
  void a_penalty_fades() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000")) {
      cluster.endOn(N1, Outcome.fault("500"), 1);
      cluster.advance(10_000);
      assertThat(cluster.node(N1).penalty()).isCloseTo(10 / Math.E, within(0.2));
      cluster.advance(30_000);
      assertThat(cluster.node(N1).penalty()).isZero();
    }
  }

  private static NodeSnapshot view(
      String uri, NodeState state, String reason, long millis, int inFlight, long attempts) {
    return new NodeSnapshot(
        Node.of(uri),
        state,
        reason,
        Duration.ofMillis(millis),
        inFlight,
        0,
        attempts,
        attempts / 100,
        0,
        attempts / 160_000.0,
        1,
        0,
        false,
        Duration.ofNanos(attempts * 1000),
        Duration.ofNanos(attempts * 10_000),
        new NodeHistory(0, 0, 0, 0),
        null);
  }

  @Test
  void the_table() {
    ClusterSnapshot snapshot =
        new ClusterSnapshot(
            List.of(
                view("http://minio1:9000", NodeState.UP, "probe succeeded", 754_000, 12, 100_000),
                view("http://minio2:9000", NodeState.DOWN, "connection refused", 3_200, 0, 52_345),
                view(
                    "http://[2001:db8::7]:9000", NodeState.TRIAL, "trial after ejection", 40, 1, 7),
                view("http://dr.example.com", NodeState.UNKNOWN, "new", 0, 0, 0)),
            List.of(),
            152_352,
            17,
            0,
            0,
            NO_RETRIES,
            NO_HEDGES,
            false,
            null);
    assertThat(snapshot.toTable())
        .isEqualTo(
            """
            NODE                STATE    SINCE  SHARE  IN FLIGHT  ATTEMPTS  FAULTS    P50    P99  REASON
            minio1:9000         UP         12m  62.5%         12    100000    1000  100ms     1s  probe succeeded
            minio2:9000         DOWN        3s  32.7%          0     52345     523   52ms  523ms  connection refused
            [2001:db8::7]:9000  TRIAL     40ms   0.0%          1         7       0  0.0ms  0.1ms  trial after ejection
            dr.example.com      UNKNOWN      -   0.0%          0         0       0      -      -  new
            """);
    assertThat(snapshot.eligible()).isEqualTo(3);
    assertThat(snapshot.inFlight()).isEqualTo(13);
  }

  @Test
  void the_table_of_a_cluster_shows_every_node_in_the_order_of_the_set() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...12}:9000")) {
      cluster.beginOn(N1);
      cluster.probesOf(N1, noAnswer());
      cluster.advance(3000);
      List<String> lines = cluster.balancer().snapshot().toTable().lines().toList();
      assertThat(lines).hasSize(13);
      assertThat(lines.get(1))
          .startsWith("n1:9000   DOWN")
          .endsWith("  hung: no answer to requests nor to a probe");
      assertThat(lines.get(12)).startsWith("n12:9000  UP");
      assertThat(lines).noneMatch(line -> line.endsWith(" "));
    }
  }

  @Test
  void a_duration_is_shown_as_shortly_as_it_can_be_read() {
    assertThat(table(Duration.ZERO, Duration.ofNanos(420_000))).contains("  -  0.4ms  ");
    assertThat(table(Duration.ofMillis(9), Duration.ofMillis(10))).contains("  9.0ms  10ms  ");
    assertThat(table(Duration.ofMillis(999), Duration.ofSeconds(1))).contains("  999ms  1s  ");
    assertThat(table(Duration.ofSeconds(119), Duration.ofSeconds(120))).contains("  119s  2m  ");
    assertThat(table(Duration.ofMinutes(119), Duration.ofDays(2))).contains("  119m  2880m  ");
  }

  private static String table(Duration p50, Duration p99) {
    NodeSnapshot node =
        new NodeSnapshot(
            Node.of("http://a:9000"),
            NodeState.UP,
            "why",
            Duration.ofSeconds(3),
            0,
            0,
            0,
            0,
            0,
            0,
            1,
            0,
            false,
            p50,
            p99,
            new NodeHistory(0, 0, 0, 0),
            null);
    String table =
        new ClusterSnapshot(
                List.of(node), List.of(), 0, 0, 0, 0, NO_RETRIES, NO_HEDGES, false, null)
            .toTable();
    return table.substring(table.indexOf('\n')).replaceAll(" {2,}", "  ");
  }

  @Test
  void the_whole_on_one_line() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...3}:9000")) {
      cluster.balancer().drain(N1);
      Attempt attempt = cluster.begin();
      assertThat(cluster.balancer().snapshot())
          .hasToString("Cluster[2/3 eligible, in flight 1, attempts 1, failovers 0]");
      assertThat(cluster.balancer())
          .hasToString(
              "LoadBalancer[http://n1:9000, "
                  + "Cluster[2/3 eligible, in flight 1, attempts 1, failovers 0]]");
      assertThat(attempt.toString()).startsWith("Attempt[n").endsWith(":9000]");
      cluster.endOn(N2, Outcome.unreachable("refused"), 1);
      cluster.endOn("n3:9000", Outcome.unreachable("refused"), 1);
      assertThat(cluster.balancer().snapshot().toString()).endsWith(", PANIC]");
    }
  }

  @Test
  void a_long_list_of_nodes_is_cut_in_messages() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...20}:9000")) {
      for (int i = 1; i <= 20; i++) {
        cluster.balancer().drain("n" + i + ":9000");
      }
      assertThat(cluster.refusal())
          .startsWith("no node for this read: 0/20 eligible: n1:9000 DRAINING 0s")
          .contains("n8:9000")
          .doesNotContain("n9:9000")
          .endsWith(", and 12 more");
    }
  }
}
