package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A set of one node: there is nobody else to ask, so no verdict empties it. */
class SingleNodeTest {
  private static final String N1 = "n1:9000";

  static List<Consumer<VirtualCluster>> verdicts() {
    return List.of(
        cluster -> cluster.probesOf(N1, refused()),
        cluster -> cluster.probesOf(N1, noAnswer()),
        cluster -> cluster.probesOf(N1, status(503)),
        cluster -> cluster.probesSay(N1, Verdict.drain("412")),
        cluster -> cluster.probesSay(N1, Verdict.readOnly("read only")),
        cluster -> cluster.probesSay(N1, Verdict.degraded(0, "score 0")),
        cluster -> cluster.probesSay(N1, Verdict.down("offline")),
        cluster -> cluster.endOn(N1, Outcome.fault("500"), 100),
        cluster -> cluster.endOn(N1, Outcome.unreachable("refused"), 100),
        cluster -> cluster.endOn(N1, Outcome.load("503", Duration.ofMinutes(10)), 100));
  }

  private static void assertUsed(VirtualCluster cluster) {
    for (RequestHint hint : List.of(RequestHint.read(), RequestHint.write())) {
      assertThat(cluster.reach(hint)).as("%s of\n%s", hint, cluster).containsExactly(N1);
      assertThat(cluster.picks(3, hint)).containsOnly(N1);
    }
  }

  @ParameterizedTest
  @MethodSource("verdicts")
  void is_never_emptied_by_a_verdict(Consumer<VirtualCluster> verdict) {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      verdict.accept(cluster);
      for (int i = 0; i < 60; i++) {
        assertUsed(cluster);
        cluster.advance(500);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("verdicts")
  void nor_by_one_from_the_first_probe_on(Consumer<VirtualCluster> verdict) {
    try (VirtualCluster cluster = VirtualCluster.of("http://n1:9000")) {
      verdict.accept(cluster);
      for (int i = 0; i < 30; i++) {
        assertUsed(cluster);
        cluster.advance(700);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("verdicts")
  void nor_without_probes_panic_or_a_cap(Consumer<VirtualCluster> verdict) {
    OutlierDetection strict =
        OutlierDetection.builder()
            .consecutiveFaults(1)
            .maxEjectedFraction(1)
            .panicThreshold(0)
            .build();
    for (HealthCheck check : List.of(HealthCheck.none(), HealthCheck.auto())) {
      try (VirtualCluster cluster =
          VirtualCluster.up(
              b -> b.nodes("http://n1:9000").outlierDetection(strict).healthCheck(check))) {
        verdict.accept(cluster);
        for (int i = 0; i < 30; i++) {
          assertUsed(cluster);
          cluster.advance(700);
        }
      }
    }
  }

  @Test
  void hung_it_keeps_what_runs_until_its_clock_runs_out() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      Attempt attempt = cluster.begin();
      cluster.probesOf(N1, noAnswer());
      cluster.advance(34_500);
      assertThat(attempt.verdict()).isNull();
      cluster.advance(1_000);
      assertThat(attempt.verdict()).hasToString("FAULT (did not answer for 35000 ms)");
    }
  }

  @Test
  void back_from_the_dead_it_takes_all_there_is_at_once() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      cluster.probesOf(N1, refused());
      cluster.endOn(N1, Outcome.unreachable("refused"), 1);
      cluster.advance(600_000);
      cluster.probesOf(N1, up());
      cluster.awaitState(N1, NodeState.UP, Duration.ofSeconds(4));
      assertThat(cluster.burst(500)).hasSize(500).containsOnly(N1);
    }
  }
}
