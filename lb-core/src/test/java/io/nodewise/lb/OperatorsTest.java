package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** drain, disable, resume. */
class OperatorsTest {
  private static final String N1 = "n1:9000";

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...3}:9000");
  private final LoadBalancer balancer = cluster.balancer();

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void a_drained_node_ends_what_it_has_and_gets_nothing_new() {
    Attempt running = cluster.beginOn(N1);
    balancer.drain(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    assertThat(cluster.node(N1).reason()).isEqualTo("drained by operator");
    assertThat(cluster.picks(100)).doesNotContain(N1);
    cluster.advance(10_000);
    assertThat(running.verdict()).isNull();
    assertThat(cluster.node(N1).inFlight()).isEqualTo(1);
    running.end(Outcome.success());
    assertThat(cluster.node(N1).inFlight()).isZero();
  }

  @Test
  void resume_takes_it_back_at_once() {
    balancer.drain(N1);
    balancer.resume(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N1).reason()).isEqualTo("resumed by operator");
    assertThat(cluster.picks(100)).contains(N1);
    cluster.tasks().runDue();
    assertThat(cluster.transitions()).containsExactly(N1 + " UP->DRAINING", N1 + " DRAINING->UP");
  }

  @Test
  void a_disabled_node_can_be_drained_and_the_other_way_round() {
    balancer.disable(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DISABLED);
    balancer.drain(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    balancer.drain(N1);
    cluster.tasks().runDue();
    assertThat(cluster.transitions())
        .containsExactly(N1 + " UP->DISABLED", N1 + " DISABLED->DRAINING");
  }

  @Test
  void resuming_a_node_that_is_in_changes_nothing() {
    balancer.resume(N1);
    cluster.tasks().runDue();
    assertThat(cluster.transitions()).isEmpty();
    assertThat(cluster.node(N1).reason()).isEqualTo("probe succeeded");
  }

  @Test
  void what_is_known_of_a_node_outlives_its_drain() {
    cluster.probesOf(N1, refused());
    cluster.endOn(N1, Outcome.unreachable("connection refused"), 1);
    balancer.drain(N1);
    cluster.advance(1000);
    balancer.resume(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.node(N1).reason()).isEqualTo("connection refused");
    assertThat(cluster.reach()).doesNotContain(N1);
  }

  @Test
  void what_happens_to_a_node_during_its_drain_shows_when_it_is_resumed() {
    balancer.drain(N1);
    cluster.probesOf(N1, refused());
    cluster.advance(10_000);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    balancer.resume(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.node(N1).reason()).isEqualTo("probe: connection refused");
    cluster.probesOf(N1, up());
    cluster.awaitState(N1, NodeState.UP, Duration.ofSeconds(5));
    assertThat(cluster.node(N1).reason()).isEqualTo("probes succeed");
  }

  @Test
  void a_node_that_came_back_during_its_drain_starts_slowly_when_it_is_resumed() {
    cluster.probesOf(N1, refused());
    cluster.endOn(N1, Outcome.unreachable("connection refused"), 1);
    balancer.disable(N1);
    cluster.probesOf(N1, up());
    cluster.advance(10_000);
    balancer.resume(N1);
    Attempt one = cluster.beginOn(N1);
    assertThat(cluster.burst(200)).doesNotContain(N1);
    one.end(Outcome.success());
    assertThat(cluster.node(N1).weight()).isEqualTo(0.1);
  }

  @Test
  void an_ejection_goes_on_through_a_drain() {
    cluster.endOn(N1, Outcome.fault("500"), 5);
    balancer.drain(N1);
    balancer.resume(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
    assertThat(cluster.node(N1).reason()).isEqualTo("5 faults in a row: 500");
    balancer.drain(N1);
    cluster.advance(6000);
    balancer.resume(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.TRIAL);
  }

  @Test
  void faults_of_a_node_that_is_drained_do_not_eject_it() {
    Attempt[] running = new Attempt[10];
    for (int i = 0; i < running.length; i++) {
      running[i] = cluster.beginOn(N1);
    }
    balancer.drain(N1);
    for (Attempt attempt : running) {
      attempt.end(Outcome.fault("shutting down"));
    }
    balancer.resume(N1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void with_all_nodes_drained_requests_fail_and_say_why() {
    for (int i = 1; i <= 3; i++) {
      balancer.drain("n" + i + ":9000");
    }
    assertThat(cluster.refusal())
        .isEqualTo(
            "no node for this read: 0/3 eligible: n1:9000 DRAINING 0s (drained by operator),"
                + " n2:9000 DRAINING 0s (drained by operator),"
                + " n3:9000 DRAINING 0s (drained by operator)");
    assertThat(balancer.snapshot().panic()).isFalse();
  }

  @Test
  void a_node_is_known_by_any_spelling_of_its_address() {
    balancer.drain("http://N1:9000/");
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    balancer.resume("N1:9000");
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void an_unknown_node_is_answered_with_those_there_are() {
    for (Consumer<String> operation :
        java.util.List.<Consumer<String>>of(balancer::drain, balancer::disable, balancer::resume)) {
      assertThatThrownBy(() -> operation.accept("n9:9000"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("unknown node: n9:9000 (expected one of: n1:9000, n2:9000, n3:9000)");
    }
    assertThat(balancer.snapshot().eligible()).isEqualTo(3);
  }
}
