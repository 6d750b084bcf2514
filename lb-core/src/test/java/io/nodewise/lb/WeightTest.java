package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Weights in the set and at run time; 0 drains. */
class WeightTest {
  private static final String N1 = "n1:9000";
  private static final String N2 = "n2:9000";
  private static final String N3 = "n3:9000";
  private static final String N4 = "n4:9000";

  private VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private static Node node(int number, double weight) {
    return Node.builder("http://n" + number + ":9000").weight(weight).build();
  }

  private static NodeSet set(double first) {
    return NodeSet.of(node(1, first), node(2, 1), node(3, 1), node(4, 1));
  }

  private double share(String id) {
    List<String> picks = cluster.burst(4000);
    return Collections.frequency(picks, id) / 4000.0;
  }

  @Test
  void twice_the_weight_at_run_time_is_twice_the_share_from_the_next_pick_on() {
    cluster.balancer().weight(N1, 2);
    assertThat(share(N1)).isBetween(0.38, 0.42);
    assertThat(cluster.node(N1).weight()).isEqualTo(2);
    cluster.balancer().weight(N1, 0.25);
    assertThat(share(N1)).isBetween(0.06, 0.09);
  }

  @Test
  void weight_0_at_run_time_drains_and_any_other_brings_it_back_at_once() {
    Attempt running = cluster.beginOn(N1);
    cluster.balancer().weight(N1, 0);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    assertThat(cluster.node(N1).reason()).isEqualTo("weight 0");
    assertThat(cluster.reach()).hasSize(3).doesNotContain(N1);
    assertThat(cluster.node(N1).inFlight()).isEqualTo(1);
    cluster.advance(10_000);
    assertThat(running.verdict()).as("what runs, ends").isNull();
    running.end(Outcome.success());
    cluster.balancer().weight(N1, 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(share(N1)).as("as after any drain").isBetween(0.23, 0.27);
  }

  @Test
  void weight_0_in_the_set_is_drained_from_the_start_and_is_probed() {
    cluster.close();
    cluster = VirtualCluster.up(b -> b.nodes(set(0).nodes()));
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    assertThat(cluster.node(N1).reason()).isEqualTo("weight 0");
    assertThat(cluster.probes().sent(N1)).isNotEmpty();
    assertThat(cluster.picks(200)).doesNotContain(N1);
    cluster.balancer().weight(N1, 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(share(N1)).isBetween(0.23, 0.27);
  }

  @Test
  void an_update_with_another_weight_than_before_is_the_newest_word() {
    cluster.balancer().weight(N1, 5);
    cluster.balancer().update(set(2));
    assertThat(cluster.node(N1).weight()).isEqualTo(2);
    cluster.balancer().update(set(0));
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    cluster.balancer().update(set(1));
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N1).weight()).isEqualTo(1);
  }

  @Test
  void an_update_that_leaves_the_weight_as_it_was_leaves_what_an_operator_said() {
    cluster.balancer().weight(N1, 0);
    cluster.balancer().update(NodeSet.parse("http://n{1...5}:9000"));
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    cluster.balancer().weight(N1, 3);
    cluster.balancer().update(NodeSet.parse("http://n{1...6}:9000"));
    assertThat(cluster.node(N1).weight()).isEqualTo(3);
  }

  @Test
  void it_takes_both_a_resume_and_a_weight_to_bring_back_a_node_without_either() {
    cluster.balancer().drain(N1);
    cluster.balancer().weight(N1, 0);
    cluster.balancer().weight(N1, 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    assertThat(cluster.node(N1).reason()).isEqualTo("drained by operator");
    cluster.balancer().weight(N1, 0);
    cluster.balancer().resume(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    assertThat(cluster.node(N1).reason()).as("why it is still out").startsWith("weight 0");
    cluster.balancer().weight(N1, 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void does_not_count_for_panic() {
    cluster.balancer().weight(N1, 0);
    cluster.balancer().weight(N2, 0);
    assertThat(cluster.balancer().snapshot().panic()).isFalse();
    cluster.probesOf(N3, status(503));
    cluster.advance(20_000);
    assertThat(cluster.state(N3)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.balancer().snapshot().panic()).as("one of two").isFalse();
    assertThat(cluster.reach()).containsExactly(N4);
  }

  @Test
  void does_not_count_for_the_cap() {
    cluster.close();
    cluster = VirtualCluster.up("http://n{1...7}:9000"); // 30 % of seven are two
    cluster.balancer().weight("n7:9000", 0); // of six one
    cluster.endOn(N1, Outcome.fault("500"), 5);
    cluster.endOn(N2, Outcome.fault("500"), 5);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
  }

  @Test
  void the_weights_of_all_nodes_0_leave_nobody_as_operators_drains_are_never_overruled() {
    for (String id : List.of(N1, N2, N3, N4)) {
      cluster.balancer().weight(id, 0);
    }
    assertThat(cluster.refusal()).contains("0/4 eligible").contains("DRAINING 0s (weight 0)");
  }

  @Test
  void a_weight_given_while_a_node_starts_slowly_is_ramped_too() {
    cluster.probesOf(N1, refused());
    cluster.endOn(N1, Outcome.unreachable("refused"), 1);
    cluster.probesOf(N1, up());
    cluster.awaitState(N1, NodeState.UP, Duration.ofSeconds(5));
    cluster.endOn(N1, Outcome.success(), 1);
    cluster.balancer().weight(N1, 4);
    assertThat(cluster.node(N1).weight()).isEqualTo(0.4);
    cluster.advance(31_000);
    assertThat(cluster.node(N1).weight()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, -0.001, Double.NaN, Double.POSITIVE_INFINITY})
  void a_weight_that_is_none_is_rejected(double weight) {
    assertThatThrownBy(() -> cluster.balancer().weight(N1, weight))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weight: " + weight + " (expected: >= 0 and finite)");
    assertThat(cluster.node(N1).weight()).isEqualTo(1);
  }

  @Test
  void an_unknown_node_is_answered_with_those_there_are() {
    assertThatThrownBy(() -> cluster.balancer().weight("n9:9000", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown node: n9:9000 (expected one of: n1:9000, ");
  }
}
