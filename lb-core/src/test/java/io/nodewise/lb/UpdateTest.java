package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Other members while requests go on. */
class UpdateTest {
  private static final String N1 = "n1:9000";
  private static final String N2 = "n2:9000";
  private static final String N4 = "n4:9000";

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...3}:9000");
  private final LoadBalancer balancer = cluster.balancer();

  @AfterEach
  void close() {
    cluster.close();
  }

  private void update(String... patterns) {
    balancer.update(NodeSet.parse(patterns));
  }

  @Test
  void nodes_that_stay_keep_their_state_and_their_counters() {
    cluster.endOn(N1, Outcome.fault("500"), 5);
    balancer.drain(N2);
    Attempt running = cluster.beginOn("n3:9000");
    cluster.endOn("n3:9000", Outcome.load("SlowDown"), 2);
    NodeSnapshot before = cluster.node("n3:9000");
    update("http://n{1...4}:9000");
    assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DRAINING);
    NodeSnapshot after = cluster.node("n3:9000");
    assertThat(after.inFlight()).isEqualTo(1);
    assertThat(after.attempts()).isEqualTo(before.attempts());
    assertThat(after.loads()).isEqualTo(2);
    assertThat(after.penalty()).isEqualTo(before.penalty());
    running.end(Outcome.success());
    assertThat(cluster.node("n3:9000").inFlight()).isZero();
    cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(6));
  }

  @Test
  void a_new_node_takes_requests_before_its_first_probe_one_at_a_time() {
    update("http://n{1...4}:9000");
    assertThat(cluster.state(N4)).isEqualTo(NodeState.UNKNOWN);
    assertThat(cluster.node(N4).reason()).isEqualTo("new");
    Attempt one = cluster.beginOn(N4);
    assertThat(cluster.burst(200)).doesNotContain(N4);
    one.end(Outcome.success());
    assertThat(cluster.state(N4)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N4).reason()).isEqualTo("request succeeded");
    assertThat(cluster.node(N4).weight()).isEqualTo(0.1);
    cluster.advance(31_000);
    assertThat(cluster.node(N4).weight()).isEqualTo(1);
  }

  @Test
  void a_new_node_is_probed_and_a_removed_one_no_more() {
    update("http://n1:9000", "http://n4:9000");
    cluster.advance(2000);
    assertThat(cluster.state(N4)).isEqualTo(NodeState.UP);
    int before = cluster.probes().sent(N2).size();
    cluster.advance(60_000);
    assertThat(cluster.probes().sent(N2)).hasSize(before);
    assertThat(cluster.probes().sent(N4)).hasSizeGreaterThan(8);
  }

  @Test
  void a_running_attempt_of_a_removed_node_ends_as_it_would() {
    Attempt success = cluster.beginOn(N2);
    Attempt fault = cluster.beginOn(N2);
    Attempt unreachable = cluster.beginOn(N2);
    update("http://n1:9000", "http://n3:9000");
    cluster.tasks().runDue();
    assertThat(cluster.reach()).containsExactlyInAnyOrder(N1, "n3:9000");
    success.end(Outcome.success());
    fault.end(Outcome.fault("500"));
    unreachable.end(Outcome.unreachable("refused"));
    cluster.advance(1000);
    assertThat(success.verdict()).isNull();
    assertThat(balancer.snapshot().inFlight()).isZero();
    assertThat(cluster.transitions()).as("nobody hears of a node that is gone").isEmpty();
  }

  @Test
  void a_removed_node_does_not_come_back_through_the_end_of_its_attempts() {
    Attempt running = cluster.beginOn(N2);
    cluster.endOn(N2, Outcome.fault("500"), 5);
    update("http://n1:9000", "http://n3:9000");
    running.end(Outcome.success());
    cluster.advance(20_000);
    assertThat(cluster.reach()).containsExactlyInAnyOrder(N1, "n3:9000");
  }

  @Test
  void a_silent_attempt_of_a_removed_node_runs_into_its_clock() {
    Attempt silent = cluster.beginOn(N2);
    update("http://n1:9000", "http://n3:9000");
    assertThat(cluster.tasks().advanceUntil(() -> silent.verdict() != null, Duration.ofSeconds(36)))
        .isTrue();
  }

  @Test
  void a_node_that_left_and_returned_is_new() {
    cluster.endOn(N1, Outcome.fault("500"), 5);
    Attempt old = cluster.beginOn(N2);
    update("http://n3:9000");
    update("http://n{1...3}:9000");
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UNKNOWN);
    assertThat(cluster.node(N1).faults()).isZero();
    old.end(Outcome.unreachable("refused"));
    assertThat(cluster.state(N2)).as("another one with its name").isEqualTo(NodeState.UNKNOWN);
    assertThat(cluster.node(N2).inFlight()).isZero();
  }

  @Test
  void the_same_id_at_another_address_is_a_new_node() {
    Node there = Node.builder("http://old:9000").id("a").build();
    Node here = Node.builder("http://new:9000").id("a").build();
    Node other = Node.of("http://n1:9000");
    try (VirtualCluster named = VirtualCluster.up(b -> b.nodes(List.of(there, other)))) {
      named.endOn("a", Outcome.fault("500"), 5);
      named.balancer().update(NodeSet.of(here, other));
      assertThat(named.state("a")).isEqualTo(NodeState.UNKNOWN);
      assertThat(named.beginOn("a").node()).isEqualTo(here);
      named.advance(2000);
      assertThat(named.probes().sent("a")).last().extracting(s -> s.node()).isEqualTo(here);
    }
  }

  @Test
  void other_attributes_of_a_node_that_stays_are_taken_over() {
    cluster.beginOn(N1).end(Outcome.load("x"));
    Node heavy = Node.builder("http://n1:9000").weight(3).build();
    Node backup = Node.builder("http://n2:9000").tier(1).build();
    balancer.update(NodeSet.of(heavy, backup));
    assertThat(cluster.node(N1).weight()).isEqualTo(3);
    assertThat(cluster.node(N1).loads()).isEqualTo(1);
    assertThat(cluster.reach()).containsExactly(N1, N2);
    balancer.update(NodeSet.of(Node.builder("http://n1:9000").weight(0).build(), backup));
    assertThat(cluster.reach()).containsExactly(N2);
  }

  @Test
  void a_softly_down_node_that_stays_can_be_used_in_panic_as_before() {
    for (int i = 1; i <= 3; i++) {
      cluster.probesOf("n" + i + ":9000", status(404));
    }
    cluster.advance(20_000);
    update("http://n{1...2}:9000");
    assertThat(cluster.reach()).containsExactlyInAnyOrder(N1, N2);
    cluster.probesOf(N1, refused());
    cluster.advance(3000);
    assertThat(cluster.reach()).containsExactly(N2);
  }

  @Test
  void the_same_members_in_another_order_change_nothing() {
    update("http://n3:9000", "http://n1:9000", "http://n2:9000");
    assertThat(balancer.nodes()).isEqualTo(NodeSet.parse("http://n{1...3}:9000"));
    assertThat(cluster.reach()).hasSize(3);
  }

  @Test
  void a_set_of_the_other_scheme_is_rejected_and_nothing_changes() {
    assertThatThrownBy(() -> update("https://n1:9000"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "logical endpoint: http://n1:9000 (expected: https, the scheme of the nodes,"
                + " because it decides how requests are signed)");
    assertThat(balancer.nodes().size()).isEqualTo(3);
  }

  @Test
  void the_logical_endpoint_stays_whoever_comes_and_goes() {
    update("http://x:9000");
    assertThat(balancer.logicalEndpoint()).hasToString("http://n1:9000");
  }
}
