package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What may push a request to the next group of the table, and what may not. */
class GroupOrderTest {

  private static VirtualCluster sites() {
    return VirtualCluster.up(
        b -> b.site("a", "http://a{1...2}:9000").site("b", "http://b{1...4}:9000"));
  }

  private static void kill(VirtualCluster cluster, String id) {
    cluster.probesOf(id, refused());
    cluster.beginOn(id).end(Outcome.unreachable("refused"));
  }

  @Test
  void a_site_that_starts_slowly_keeps_its_burst() {
    try (VirtualCluster cluster = sites()) {
      kill(cluster, "a1:9000");
      kill(cluster, "a2:9000");
      cluster.advance(60_000);
      cluster.probesOf("a1:9000", up());
      cluster.probesOf("a2:9000", up());
      cluster.awaitState("a1:9000", NodeState.UP, Duration.ofSeconds(10));
      cluster.awaitState("a2:9000", NodeState.UP, Duration.ofSeconds(10));
      cluster.advance(11_000);
      assertThat(cluster.burst(40)).as("one site, not two").allMatch(id -> id.startsWith("a"));
    }
  }

  @Test
  void a_pause_of_most_nodes_does_not_put_everything_on_the_rest() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      for (int i = 1; i <= 3; i++) {
        cluster
            .beginOn("n" + i + ":9000")
            .end(Outcome.load("503 SlowDown", Duration.ofSeconds(20)));
      }
      List<String> burst = cluster.burst(100);
      assertThat(burst.stream().filter("n4:9000"::equals).count()).isLessThan(60);
      assertThat(burst).contains("n1:9000", "n2:9000", "n3:9000");
    }
  }

  @Test
  void a_pause_of_one_node_does_put_it_behind_the_others() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.beginOn("n2:9000").end(Outcome.load("503 SlowDown", Duration.ofSeconds(20)));
      assertThat(cluster.burst(100)).doesNotContain("n2:9000");
      cluster.advance(20_300);
      assertThat(cluster.burst(100)).contains("n2:9000");
    }
  }

  @Test
  void the_ejections_of_one_site_are_not_counted_in_another() {
    try (VirtualCluster cluster = sites()) {
      kill(cluster, "a1:9000");
      kill(cluster, "a2:9000");
      cluster.endOn("b1:9000", Outcome.fault("500"), 5);
      assertThat(cluster.state("b1:9000")).isEqualTo(NodeState.EJECTED);
      cluster.probesOf("a1:9000", up());
      cluster.probesOf("a2:9000", up());
      cluster.advance(120_000);
      assertThat(cluster.state("b1:9000")).as("nobody tries it").isEqualTo(NodeState.TRIAL);
      cluster.endOn("a1:9000", Outcome.fault("500"), 5);
      assertThat(cluster.state("a1:9000")).isEqualTo(NodeState.EJECTED);
    }
  }

  @Test
  void a_site_is_not_lost_to_soft_evidence() {
    try (VirtualCluster cluster =
        VirtualCluster.up(
            b ->
                b.site("a", "http://a{1...4}:9000")
                    .site("b", "http://b{1...4}:9000")
                    .site("c", "http://c{1...4}:9000"))) {
      for (int i = 1; i <= 4; i++) {
        cluster.endOn("a" + i + ":9000", Outcome.fault("500"), 5);
      }
      assertThat(cluster.picks(100)).allMatch(id -> id.startsWith("a"));
    }
  }

  @Test
  void reads_in_progress_are_not_ended_where_there_is_nowhere_to_go_on() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      List<Attempt> reads = new ArrayList<>();
      for (int i = 1; i <= 4; i++) {
        reads.add(cluster.beginOn("n" + i + ":9000"));
      }
      for (int i = 1; i <= 4; i++) {
        kill(cluster, "n" + i + ":9000");
      }
      cluster.advance(5000);
      assertThat(reads).allSatisfy(read -> assertThat(read.verdict()).isNull());
    }
  }

  @Test
  void the_nodes_down_first_are_asked_again_at_once_when_the_last_one_goes() {
    try (VirtualCluster cluster =
        VirtualCluster.up(
            b ->
                b.nodes("http://n{1...2}:9000")
                    .healthCheck(
                        io.nodewise.lb.health.HealthCheck.auto().toBuilder()
                            .downInterval(Duration.ofMinutes(10))
                            .build()))) {
      kill(cluster, "n1:9000");
      cluster.advance(1_200_000);
      cluster.probesOf("n1:9000", up());
      kill(cluster, "n2:9000");
      cluster.advance(50);
      assertThat(cluster.reach()).as("it has answered once").containsExactly("n1:9000");
      cluster.awaitState("n1:9000", NodeState.UP, Duration.ofSeconds(3));
    }
  }

  @Test
  void sites_are_not_merged_by_an_update_that_names_none() {
    try (VirtualCluster cluster = sites()) {
      NodeSet flat = NodeSet.parse("http://a{1...2}:9000 http://b{1...4}:9000");
      assertThatThrownBy(() -> cluster.balancer().update(flat))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "node a1:9000: no site (expected: a site and its tier, as this is a set of sites)");
      cluster.balancer().update(cluster.balancer().nodes());
    }
  }
}
