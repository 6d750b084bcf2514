package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ProbeResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a probe without an answer proves, and what it does not. */
class SilentProbeTest {
  private static final String N2 = "n2:9000";
  private static final String FOUR = "http://n{1...4}:9000";

  private static Attempt upload(VirtualCluster cluster) {
    Attempt attempt = cluster.beginOn(N2, true);
    attempt.sent();
    return attempt;
  }

  private static void assertHung(Attempt attempt) {
    assertThat(attempt.verdict()).isNotNull();
    assertThat(attempt.verdict().reason()).isEqualTo("node hung");
  }

  /** Waits for the next probe of the node to be sent. */
  private static Duration awaitProbe(VirtualCluster cluster) {
    int before = cluster.probes().sent(N2).size();
    assertThat(
            cluster
                .tasks()
                .advanceUntil(
                    () -> cluster.probes().sent(N2).size() > before, Duration.ofSeconds(7)))
        .isTrue();
    return cluster.tasks().elapsed();
  }

  @Test
  void one_lost_probe_of_a_node_nobody_suspects_proves_nothing() {
    try (VirtualCluster cluster = VirtualCluster.up(FOUR)) {
      cluster.probesOf(N2, noAnswer(), up());
      cluster.advance(30_000);
      assertThat(cluster.transitions()).isEmpty();
    }
  }

  @Test
  void three_in_a_row_do() {
    try (VirtualCluster cluster = VirtualCluster.up(FOUR)) {
      cluster.probesOf(N2, noAnswer(), noAnswer(), up(), noAnswer());
      Attempt attempt = upload(cluster);
      attempt.firstByte();
      cluster.awaitState(N2, NodeState.DOWN, Duration.ofSeconds(30));
      assertThat(cluster.node(N2).reason()).isEqualTo("probe: no answer within 1000 ms");
      assertThat(cluster.probes().sent(N2)).hasSizeGreaterThanOrEqualTo(6);
    }
  }

  @Test
  void a_late_answer_to_a_probe_sent_before_does_not_clear_the_suspicion() {
    Duration nextProbe;
    try (VirtualCluster same = VirtualCluster.up(FOUR)) {
      nextProbe = awaitProbe(same);
    }
    try (VirtualCluster cluster = VirtualCluster.up(FOUR)) {
      cluster.advance(nextProbe.minus(cluster.tasks().elapsed()).toMillis() - 500);
      Attempt attempt = upload(cluster);
      // The node takes the probe that comes now, answers it after 0.9 s, and nothing else.
      cluster.probesOf(N2, ProbeResult.up("late", Duration.ofMillis(900)), noAnswer());
      assertThat(awaitProbe(cluster)).isEqualTo(nextProbe);
      cluster.advance(2400 - 500);
      assertHung(attempt);
    }
  }

  @Test
  void a_host_that_vanished_gives_up_what_runs_on_it_though_a_connect_timeout_was_first_to_tell() {
    try (VirtualCluster cluster = VirtualCluster.up(FOUR)) {
      cluster.probesOf(N2, noAnswer());
      Attempt upload = upload(cluster);
      cluster.advance(300);
      cluster.beginOn(N2).end(Outcome.connectTimedOut("connect timed out"));
      cluster.advance(2000);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
      assertHung(upload);
    }
  }

  @Test
  void a_connect_timeout_does_not_make_a_hung_node_any_less_hung() {
    try (VirtualCluster cluster = VirtualCluster.up(FOUR)) {
      Attempt reading = cluster.beginOn(N2, true);
      reading.readingLocalBody();
      Attempt connecting = cluster.beginOn(N2, true);
      connecting.readingLocalBody();
      upload(cluster);
      cluster.probesOf(N2, noAnswer());
      cluster.awaitState(N2, NodeState.DOWN, Duration.ofSeconds(3));
      connecting.end(Outcome.unreachable("connect timed out"));
      reading.sending();
      cluster.advance(1400);
      assertHung(reading);
    }
  }

  @Test
  void a_node_that_refuses_connections_and_answers_is_not_hung() {
    try (VirtualCluster cluster = VirtualCluster.up(FOUR)) {
      Attempt upload = upload(cluster);
      cluster.probesOf(N2, refused());
      cluster.beginOn(N2).end(Outcome.unreachable("refused"));
      cluster.advance(19_000);
      assertThat(upload.verdict()).as("it may be shutting down in order").isNull();
    }
  }

  @Test
  void one_lost_probe_of_a_node_used_in_panic_gives_up_nothing() {
    try (VirtualCluster cluster = VirtualCluster.up(FOUR)) {
      for (int i = 1; i <= 4; i++) {
        cluster.probesOf("n" + i + ":9000", status(404));
      }
      cluster.advance(20_000);
      assertThat(cluster.balancer().snapshot().panic()).isTrue();
      cluster.probesOf(N2, noAnswer(), status(404));
      awaitProbe(cluster);
      cluster.advance(900);
      Attempt fresh = upload(cluster);
      cluster.advance(400);
      assertThat(fresh.verdict()).isNull();
      assertThat(cluster.reach()).contains(N2);
    }
  }
}
