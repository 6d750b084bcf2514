package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Probes only of nodes in doubt: requests find the fault, probes its end. */
class OptimisticProbesTest {
  private static final String N2 = "n2:9000";

  private final VirtualCluster cluster =
      VirtualCluster.up(
          builder ->
              builder
                  .nodes("http://n{1...4}:9000")
                  .healthCheck(HealthCheck.auto().toBuilder().optimistic(true).build()));

  @AfterEach
  void close() {
    cluster.close();
  }

  private VirtualTraffic busy() {
    VirtualTraffic traffic = new VirtualTraffic(cluster, 1);
    traffic.rate(50);
    cluster.advance(5_000);
    return traffic;
  }

  @Test
  void a_healthy_cluster_is_not_probed_after_its_first_answers() {
    busy();
    int before = cluster.probes().sent().size();
    assertThat(before).isEqualTo(4);
    cluster.advance(600_000);
    assertThat(cluster.probes().sent()).hasSize(before);
  }

  @Test
  void a_dead_node_is_found_by_the_first_request_and_its_return_by_probes() {
    VirtualTraffic traffic = busy();
    cluster.probesOf(N2, refused());
    cluster.advance(10_000);
    assertThat(cluster.state(N2)).as("nobody asks").isEqualTo(NodeState.UP);
    traffic.behave(N2, VirtualTraffic.unreachable(1, "refused"));
    cluster.awaitState(N2, NodeState.DOWN, Duration.ofSeconds(2));
    assertThat(traffic.failedOn(N2)).isBetween(0L, 2L);
    cluster.advance(600_000);
    cluster.probesOf(N2, up());
    traffic.behave(N2, VirtualTraffic.answers(10));
    cluster.awaitState(N2, NodeState.UP, Duration.ofMillis(7_300));
    int sent = cluster.probes().sent(N2).size();
    cluster.advance(60_000);
    assertThat(cluster.probes().sent(N2)).as("at rest again").hasSize(sent);
    assertThat(cluster.node(N2).weight()).isEqualTo(1);
  }

  @Test
  void a_hung_node_is_found_as_soon_as_with_probes_all_the_time() {
    VirtualTraffic traffic = busy();
    cluster.probesOf(N2, noAnswer());
    traffic.behave(N2, VirtualTraffic.silent());
    cluster.awaitState(N2, NodeState.DOWN, Duration.ofMillis(2_900));
    assertThat(cluster.node(N2).reason()).startsWith("hung");
  }

  @Test
  void an_ejected_node_is_probed_until_it_is_up_again() {
    busy();
    cluster.endOn(N2, Outcome.fault("500"), 5);
    int before = cluster.probes().sent(N2).size();
    cluster.advance(2_400);
    assertThat(cluster.probes().sent(N2).size()).isGreaterThan(before);
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(10));
    cluster.advance(10_000);
    int after = cluster.probes().sent(N2).size();
    cluster.advance(60_000);
    assertThat(cluster.probes().sent(N2)).hasSize(after);
  }

  static List<Verdict> verdicts() {
    return List.of(
        Verdict.drain("412"), Verdict.readOnly("read only"), Verdict.degraded(0.1, "score 10"));
  }

  @ParameterizedTest
  @MethodSource("verdicts")
  void a_node_that_is_not_wholly_up_is_asked_until_it_is(Verdict said) {
    cluster.probesSay(N2, said);
    cluster.balancer().update(cluster.balancer().nodes());
    cluster.beginOn(N2).end(Outcome.fault("reset")); // raises a doubt, so it is asked
    cluster.advance(5_000);
    assertThat(cluster.state(N2)).isNotEqualTo(NodeState.UP);
    cluster.probesSay(N2, Verdict.up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofMillis(7_300));
  }
}
