package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes that are not probed, and probes switched off and on while requests go on. */
class ProbeSwitchTest {
  private static final String N1 = "n1:9000";

  private VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private static List<Node> nodes(boolean firstIsProbed) {
    List<Node> nodes = new ArrayList<>();
    nodes.add(Node.builder("http://n1:9000").probed(firstIsProbed).build());
    nodes.addAll(NodeSet.parse("http://n{2...4}:9000").nodes());
    return nodes;
  }

  private void probed(boolean value) {
    cluster.balancer().update(NodeSet.of(nodes(value)));
  }

  private void restartUnprobed() {
    cluster.close();
    cluster = VirtualCluster.up(builder -> builder.nodes(nodes(false)));
  }

  @Test
  void a_node_that_is_not_probed_gets_no_probe_whatever_happens_to_it() {
    restartUnprobed();
    VirtualTraffic traffic = new VirtualTraffic(cluster, 1);
    traffic.behave(N1, VirtualTraffic.silent());
    traffic.rate(50);
    cluster.endOn(N1, Outcome.unreachable("refused"), 1);
    cluster.advance(60_000);
    assertThat(cluster.probes().sent(N1)).isEmpty();
    assertThat(cluster.probes().sent("n2:9000")).isNotEmpty();
  }

  @Test
  void refused_it_comes_back_by_trial_and_starts_slowly() {
    restartUnprobed();
    cluster.endOn(N1, Outcome.unreachable("refused"), 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.picks(100)).doesNotContain(N1);
    cluster.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(5_200));
    Attempt one = cluster.beginOn(N1);
    assertThat(cluster.burst(100)).doesNotContain(N1);
    one.end(Outcome.success());
    cluster.endOn(N1, Outcome.success(), 2);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N1).weight()).isEqualTo(0.1);
  }

  @Test
  void switched_off_while_it_is_down_it_comes_back_by_trial() {
    cluster.probesOf(N1, refused());
    cluster.endOn(N1, Outcome.unreachable("refused"), 1);
    cluster.advance(60_000);
    probed(false);
    int before = cluster.probes().sent(N1).size();
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DOWN);
    cluster.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(5_200));
    cluster.endOn(N1, Outcome.success(), 3);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(cluster.probes().sent(N1)).hasSize(before);
  }

  static List<Verdict> verdicts() {
    return List.of(
        Verdict.drain("412"), Verdict.readOnly("read only"), Verdict.degraded(0.1, "score 10"));
  }

  @ParameterizedTest
  @MethodSource("verdicts")
  void what_its_last_probe_said_does_not_hold_for_ever_once_nobody_asks_any_more(Verdict said) {
    cluster.probesSay(N1, said);
    cluster.advance(30_000);
    assertThat(cluster.state(N1)).isNotEqualTo(NodeState.UP);
    probed(false);
    VirtualTraffic traffic = new VirtualTraffic(cluster, 1);
    traffic.rate(50);
    cluster.advance(60_000);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N1).weight()).isEqualTo(1);
  }

  @Test
  void switched_off_and_on_while_it_is_down_its_probes_bring_it_back() {
    cluster.probesOf(N1, refused());
    cluster.endOn(N1, Outcome.unreachable("refused"), 1);
    probed(false);
    cluster.advance(1_000);
    probed(true);
    cluster.advance(20_000);
    assertThat(cluster.state(N1)).as("no trial, as it is probed").isEqualTo(NodeState.DOWN);
    cluster.probesOf(N1, up());
    cluster.awaitState(N1, NodeState.UP, Duration.ofMillis(7_300));
  }

  @Test
  void switched_on_after_a_trial_brought_it_back_its_probes_count() {
    restartUnprobed();
    cluster.endOn(N1, Outcome.unreachable("refused"), 1);
    cluster.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(5_200));
    cluster.endOn(N1, Outcome.success(), 3);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    cluster.probesOf(N1, status(503));
    probed(true);
    cluster.awaitState(N1, NodeState.DOWN, Duration.ofSeconds(10));
    cluster.probesOf(N1, up());
    cluster.awaitState(N1, NodeState.UP, Duration.ofSeconds(10));
  }

  @Test
  void an_answer_to_a_probe_sent_before_the_switch_changes_nothing() {
    cluster.probes().hold(N1);
    cluster.advance(7_000);
    assertThat(cluster.probes().held(N1)).isEqualTo(1);
    probed(false);
    cluster.probes().release(N1, refused());
    cluster.advance(100);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void a_new_node_that_is_not_probed_is_used_and_up_with_its_first_answer() {
    restartUnprobed();
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UNKNOWN);
    assertThat(cluster.picks(100)).contains(N1);
    cluster.endOn(N1, Outcome.success(), 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void a_set_of_which_nobody_is_probed_lives_by_its_requests() {
    cluster.close();
    cluster =
        VirtualCluster.up(
            builder ->
                builder.nodes(
                    NodeSet.parse("http://n{1...4}:9000").nodes().stream()
                        .map(node -> node.toBuilder().probed(false).build())
                        .toList()));
    VirtualTraffic traffic = new VirtualTraffic(cluster, 1);
    traffic.rate(50);
    cluster.advance(5_000);
    traffic.behave(N1, VirtualTraffic.unreachable(1, "refused"));
    cluster.advance(60_000);
    assertThat(traffic.failedOn(N1)).isBetween(2L, 6L);
    traffic.behave(N1, VirtualTraffic.answers(10));
    cluster.awaitState(N1, NodeState.UP, Duration.ofSeconds(90));
    assertThat(traffic.withoutNode()).isZero();
    assertThat(cluster.probes().sent()).isEmpty();
  }
}
