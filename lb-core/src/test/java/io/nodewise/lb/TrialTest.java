package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ScriptedProbeClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node must show when its ejection is over. */
class TrialTest {
  private static final Outcome FAULT = Outcome.fault("HTTP 500");
  private static final Outcome SUCCESS = Outcome.success();
  private static final String N1 = "n1:9000";

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private void toTrial() {
    cluster.endOn(N1, FAULT, 5);
    cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(6));
  }

  @Test
  void one_request_at_a_time() {
    toTrial();
    for (int i = 0; i < 2; i++) {
      Attempt trial = cluster.beginOn(N1);
      assertThat(cluster.burst(200)).doesNotContain(N1);
      trial.end(SUCCESS);
    }
    assertThat(cluster.state(N1)).isEqualTo(NodeState.TRIAL);
  }

  @Test
  void three_successes_end_it_and_a_slow_start_follows() {
    toTrial();
    cluster.endOn(N1, SUCCESS, 2);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.TRIAL);
    cluster.endOn(N1, SUCCESS, 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N1).reason()).isEqualTo("trials succeeded");
    assertThat(cluster.node(N1).weight()).isEqualTo(0.1);
    List<Attempt> two = List.of(cluster.beginOn(N1), cluster.beginOn(N1));
    two.forEach(Attempt::close);
    cluster.advance(31_000);
    assertThat(cluster.node(N1).weight()).isEqualTo(1);
  }

  @Test
  void one_fault_ejects_it_again_for_longer() {
    toTrial();
    cluster.endOn(N1, SUCCESS, 2);
    cluster.endOn(N1, FAULT, 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
    assertThat(cluster.node(N1).reason()).isEqualTo("failed on trial: HTTP 500");
    cluster.advance(4900);
    assertThat(cluster.state(N1)).as("twice 5 s, half of it chance").isEqualTo(NodeState.EJECTED);
    cluster.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(5400));
  }

  @Test
  void each_trial_needs_three_successes_of_its_own() {
    toTrial();
    cluster.endOn(N1, SUCCESS, 2);
    cluster.endOn(N1, FAULT, 1);
    cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(11));
    cluster.endOn(N1, SUCCESS, 2);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.TRIAL);
    cluster.endOn(N1, SUCCESS, 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void load_and_cancellation_decide_nothing() {
    toTrial();
    cluster.endOn(N1, Outcome.load("503 SlowDown"), 5);
    cluster.endOn(N1, Outcome.cancelled(), 5);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.TRIAL);
    cluster.endOn(N1, SUCCESS, 3);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void refused_on_trial_is_down_and_needs_probes_to_come_back() {
    toTrial();
    cluster.endOn(N1, SUCCESS, 2);
    cluster.probesOf(N1, ScriptedProbeClient.refused());
    cluster.endOn(N1, Outcome.unreachable("refused"), 1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.DOWN);
    cluster.probesOf(N1, ScriptedProbeClient.up());
    cluster.awaitState(N1, NodeState.UP, Duration.ofSeconds(5));
    cluster.endOn(N1, FAULT, 4);
    assertThat(cluster.state(N1)).as("no trial any more").isEqualTo(NodeState.UP);
  }

  @Test
  void what_began_before_the_ejection_proves_nothing_for_the_node() {
    List<Attempt> old = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      old.add(cluster.beginOn(N1));
    }
    toTrial();
    old.forEach(attempt -> attempt.end(SUCCESS));
    assertThat(cluster.state(N1)).isEqualTo(NodeState.TRIAL);
    cluster.endOn(N1, SUCCESS, 3);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void what_began_before_the_ejection_proves_nothing_against_the_node() {
    List<Attempt> old = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      old.add(cluster.beginOn(N1));
    }
    toTrial();
    old.forEach(attempt -> attempt.end(FAULT));
    assertThat(cluster.state(N1)).isEqualTo(NodeState.TRIAL);
    cluster.endOn(N1, SUCCESS, 3);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N1).faults()).as("they are counted, of course").isEqualTo(15);
  }

  @Test
  void what_ends_while_the_node_is_out_moves_nothing() {
    List<Attempt> old = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      old.add(cluster.beginOn(N1));
    }
    cluster.endOn(N1, FAULT, 5);
    Duration ejectedAt = cluster.tasks().elapsed();
    for (int i = 0; i < 40; i++) {
      old.get(i).end(i % 2 == 0 ? SUCCESS : FAULT);
      cluster.advance(50);
    }
    assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
    cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(6));
    assertThat(cluster.tasks().elapsed().minus(ejectedAt)).isLessThan(Duration.ofMillis(5300));
  }

  @Test
  void a_node_on_trial_keeps_its_place_under_the_cap() {
    toTrial();
    cluster.endOn("n2:9000", FAULT, 5);
    assertThat(cluster.state("n2:9000")).isEqualTo(NodeState.UP);
  }

  @Test
  void without_probes_a_refused_node_comes_back_by_trial() {
    try (VirtualCluster blind =
        VirtualCluster.up(b -> b.nodes("http://n{1...3}:9000").healthCheck(HealthCheck.none()))) {
      blind.endOn(N1, Outcome.unreachable("refused"), 1);
      assertThat(blind.state(N1)).isEqualTo(NodeState.DOWN);
      assertThat(blind.reach()).doesNotContain(N1);
      blind.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(5200));
      assertThat(blind.node(N1).reason()).startsWith("trial after");
      Attempt one = blind.beginOn(N1);
      assertThat(blind.burst(200)).doesNotContain(N1);
      one.end(SUCCESS);
      blind.endOn(N1, SUCCESS, 2);
      assertThat(blind.state(N1)).isEqualTo(NodeState.UP);
      assertThat(blind.node(N1).weight()).isEqualTo(0.1);
    }
  }

  @Test
  void without_probes_a_node_refused_again_waits_twice_as_long() {
    try (VirtualCluster blind =
        VirtualCluster.up(b -> b.nodes("http://n{1...3}:9000").healthCheck(HealthCheck.none()))) {
      for (long seconds : new long[] {5, 10, 20}) {
        blind.endOn(N1, Outcome.unreachable("refused"), 1);
        blind.advance(seconds * 500 - 200);
        assertThat(blind.state(N1)).isEqualTo(NodeState.DOWN);
        blind.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(seconds * 500 + 600));
      }
    }
  }

  @Test
  void without_probes_fifty_requests_refused_together_count_once() {
    try (VirtualCluster blind =
        VirtualCluster.up(b -> b.nodes("http://n{1...3}:9000").healthCheck(HealthCheck.none()))) {
      List<Attempt> together = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        together.add(blind.beginOn(N1));
      }
      together.forEach(attempt -> attempt.end(Outcome.unreachable("refused")));
      blind.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(5200));
    }
  }

  @Test
  void without_probes_an_interrupted_trial_starts_from_nothing() {
    try (VirtualCluster blind =
        VirtualCluster.up(b -> b.nodes("http://n{1...3}:9000").healthCheck(HealthCheck.none()))) {
      blind.endOn(N1, Outcome.unreachable("refused"), 1);
      blind.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(5200));
      blind.endOn(N1, SUCCESS, 2);
      blind.endOn(N1, Outcome.unreachable("refused"), 1);
      blind.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(10_200));
      blind.endOn(N1, SUCCESS, 2);
      assertThat(blind.state(N1)).isEqualTo(NodeState.TRIAL);
      blind.endOn(N1, SUCCESS, 1);
      assertThat(blind.state(N1)).isEqualTo(NodeState.UP);
    }
  }
}
