package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ProbeResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Probes that can't tell, because they fail on this machine, or are not sent at all. */
class BlindProbesTest {
  private static final String N2 = "n2:9000";
  private static final ProbeResult LOCAL =
      ProbeResult.down(ProbeResult.Evidence.LOCAL, "no credentials", Duration.ofMillis(1));

  @Test
  void a_node_that_refused_and_can_no_longer_be_probed_comes_back_by_trial() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.probesOf(N2, LOCAL);
      cluster.beginOn(N2).end(Outcome.unreachable("refused"));
      assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
      cluster.awaitState(N2, NodeState.TRIAL, Duration.ofSeconds(30));
      cluster.endOn(N2, Outcome.success(), 3);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
    }
  }

  @Test
  void all_of_them_too() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      for (int i = 1; i <= 4; i++) {
        cluster.probesOf("n" + i + ":9000", LOCAL);
        cluster.beginOn("n" + i + ":9000").end(Outcome.unreachable("refused"));
      }
      cluster.advance(20_000);
      assertThat(cluster.reach()).hasSize(4);
    }
  }

  @Test
  void the_next_probe_that_tells_counts_again() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.probesOf(N2, LOCAL, LOCAL, LOCAL, refused());
      cluster.advance(60_000);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
      cluster.probesOf(N2, up());
      cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(8));
    }
  }

  @Test
  void without_probes_a_whole_outage_ends_with_the_outage() {
    try (VirtualCluster cluster =
        VirtualCluster.of(b -> b.nodes("http://n{1...4}:9000").healthCheck(HealthCheck.none()))) {
      for (int minute = 0; minute < 15; minute++) {
        for (String id : cluster.reach()) {
          cluster.beginOn(id).end(Outcome.unreachable("refused"));
        }
        cluster.advance(60_000);
      }
      assertThat(cluster.reach()).as("somebody has to be asked").hasSize(4);
    }
  }
}
