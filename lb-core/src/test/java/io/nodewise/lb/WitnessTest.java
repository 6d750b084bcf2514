package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who must answer before a silent node is called hung, whatever chance has to say. */
class WitnessTest {
  private static final String N2 = "n2:9000";

  private static VirtualCluster cluster(long seed, int nodes) {
    VirtualCluster cluster =
        VirtualCluster.of(seed, b -> b.nodes("http://n{1..." + nodes + "}:9000"));
    cluster.advance(2000);
    return cluster;
  }

  private static Attempt silentOn(VirtualCluster cluster, String id) {
    Attempt attempt = cluster.beginOn(id, true);
    attempt.sent();
    return attempt;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void dead_nodes_are_not_asked_so_one_living_node_is_found_at_once(long seed) {
    try (VirtualCluster cluster = cluster(seed, 5)) {
      for (String dead : new String[] {"n3:9000", "n4:9000", "n5:9000"}) {
        cluster.probesOf(dead, refused());
        cluster.beginOn(dead).end(Outcome.unreachable("refused"));
      }
      Attempt silent = silentOn(cluster, N2);
      cluster.probesOf(N2, noAnswer());
      cluster.advance(2400);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
      assertThat(silent.verdict()).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void with_three_of_four_hung_the_second_round_of_probes_finds_the_living_one(long seed) {
    try (VirtualCluster cluster = cluster(seed, 4)) {
      Attempt silent = silentOn(cluster, N2);
      for (String hung : new String[] {N2, "n3:9000", "n4:9000"}) {
        cluster.probesOf(hung, noAnswer());
      }
      cluster.advance(2400 + 1000 + 250);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
      assertThat(cluster.node(N2).reason()).startsWith("hung");
      assertThat(silent.verdict()).isNotNull();
    }
  }

  @Test
  void a_node_is_no_witness_against_itself() {
    Duration nextProbe;
    try (VirtualCluster same = cluster(1, 2)) {
      same.balancer().drain("n1:9000");
      int before = same.probes().sent(N2).size();
      assertThat(
              same.tasks()
                  .advanceUntil(
                      () -> same.probes().sent(N2).size() > before, Duration.ofSeconds(7)))
          .isTrue();
      nextProbe = same.tasks().elapsed();
    }
    try (VirtualCluster cluster = cluster(1, 2)) {
      cluster.balancer().drain("n1:9000"); // so there is nobody to go on at
      cluster.advance(nextProbe.minus(cluster.tasks().elapsed()).toMillis() - 999);
      silentOn(cluster, N2);
      cluster.probesOf(N2, up(), noAnswer()); // well a moment before it hangs
      cluster.advance(999 + 200 + 1000 + 200);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
      cluster.advance(5000);
      assertThat(cluster.state(N2)).as("three are enough").isEqualTo(NodeState.DOWN);
    }
  }

  @Test
  void a_place_that_an_upload_holds_for_long_is_made_up_for() {
    try (VirtualCluster cluster = cluster(1, 4)) {
      cluster.probesOf(N2, refused());
      cluster.beginOn(N2).end(Outcome.unreachable("refused"));
      cluster.probesOf(N2, up());
      cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(5));
      Attempt upload = cluster.beginOn(N2, true);
      for (int second = 0; second < 9; second++) {
        upload.sending();
        cluster.advance(1000);
      }
      assertThat(cluster.burst(100)).doesNotContain(N2);
      upload.sending();
      cluster.advance(2000);
      assertThat(cluster.burst(100)).containsOnlyOnce(N2);
    }
  }
}
