package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes of a lower tier. */
class BackupNodesTest {
  private static final String P1 = "p1:9000";
  private static final String P2 = "p2:9000";
  private static final String B1 = "b1:9000";
  private static final String B2 = "b2:9000";

  private final VirtualCluster cluster =
      VirtualCluster.up(
          builder -> builder.nodes("http://p{1...2}:9000").backupNodes("http://b{1...2}:9000"));

  @AfterEach
  void close() {
    cluster.close();
  }

  private void kill(String... ids) {
    for (String id : ids) {
      cluster.probesOf(id, refused());
      cluster.endOn(id, Outcome.unreachable("refused"), 1);
    }
  }

  @Test
  void get_nothing_as_long_as_one_primary_node_can_take_a_request() {
    assertThat(cluster.picks(200)).containsOnly(P1, P2);
    kill(P1);
    assertThat(cluster.picks(200)).containsOnly(P2);
    List<Attempt> busy = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      busy.add(cluster.begin());
    }
    assertThat(busy).extracting(attempt -> attempt.node().id()).containsOnly(P2);
  }

  @Test
  void take_over_when_no_primary_node_is_left() {
    kill(P1, P2);
    assertThat(cluster.picks(200)).containsOnly(B1, B2);
  }

  @Test
  void are_where_a_request_goes_that_failed_on_every_primary_node() {
    List<String> reach = cluster.reach();
    assertThat(reach.subList(0, 2)).containsExactlyInAnyOrder(P1, P2);
    assertThat(reach.subList(2, 4)).containsExactlyInAnyOrder(B1, B2);
  }

  @Test
  void come_before_primary_nodes_that_only_panic_would_use() {
    cluster.probesOf(P1, status(503));
    cluster.probesOf(P2, status(503));
    cluster.probesOf(B2, status(503));
    cluster.advance(20_000);
    assertThat(cluster.balancer().snapshot().panic()).isTrue();
    assertThat(cluster.picks(100)).containsOnly(B1);
    assertThat(cluster.reach()).hasSize(4).startsWith(B1);
  }

  @Test
  void help_out_while_the_first_primary_node_to_return_starts_slowly() {
    kill(P1, P2);
    cluster.probesOf(P1, up());
    cluster.awaitState(P1, NodeState.UP, Duration.ofSeconds(5));
    Attempt first = cluster.begin();
    assertThat(first.node().id()).isEqualTo(P1);
    assertThat(cluster.picks(50)).containsOnly(B1, B2);
    first.end(Outcome.success());
    assertThat(cluster.picks(50)).containsOnly(P1);
  }

  @Test
  void a_backup_of_the_backup_comes_last() {
    try (VirtualCluster three =
        VirtualCluster.up(
            builder ->
                builder
                    .nodes("http://p:9000")
                    .backupNodes("http://b:9000")
                    .nodes(
                        List.of(
                            io.nodewise.lb.node.Node.builder("http://c:9000").tier(2).build())))) {
      assertThat(three.reach()).containsExactly("p:9000", "b:9000", "c:9000");
    }
  }
}
