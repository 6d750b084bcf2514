package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ProbeResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What looks like a dead node and is none: nobody may be worse off for the watching. */
class FalseAlarmTest {
  private static final String N2 = "n2:9000";

  private VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private void allProbes(ProbeResult... results) {
    for (int i = 1; i <= 4; i++) {
      cluster.probesOf("n" + i + ":9000", results);
    }
  }

  @Test
  void a_network_that_stalls_for_a_while_takes_nobody_out_and_aborts_nothing() {
    List<Attempt> running = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      Attempt upload = cluster.beginOn("n" + i + ":9000", true);
      upload.sending();
      running.add(upload);
    }
    allProbes(noAnswer());
    cluster.advance(2900); // a third failure in a row would take them down as any other
    assertThat(cluster.transitions()).isEmpty();
    assertThat(running).allSatisfy(upload -> assertThat(upload.verdict()).isNull());
  }

  @Test
  void one_witness_is_enough_to_tell_a_hung_node_from_a_stalled_network() {
    allProbes(noAnswer());
    cluster.probesOf("n4:9000", up());
    Attempt silent = cluster.beginOn(N2, true);
    silent.sent();
    cluster.advance(3600); // the first witness may be one that hangs too
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.node(N2).reason()).startsWith("hung");
    assertThat(silent.verdict()).isNotNull();
  }

  @Test
  void an_upload_that_moves_on_a_node_thought_to_hang_goes_on() {
    Attempt silent = cluster.beginOn(N2, true);
    silent.sent();
    Attempt moving = cluster.beginOn(N2, true);
    cluster.probesOf(N2, noAnswer());
    for (int i = 0; i < 60; i++) {
      moving.sending();
      cluster.advance(100);
    }
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
    assertThat(silent.verdict()).isNotNull();
    assertThat(moving.verdict()).isNull();
  }

  @Test
  void the_only_node_keeps_what_runs_on_it_though_its_probes_hang() {
    cluster.close();
    cluster = VirtualCluster.up("http://only:9000");
    cluster.probesOf("only:9000", noAnswer());
    Attempt slow = cluster.begin();
    cluster.advance(20_000);
    assertThat(cluster.state("only:9000")).isEqualTo(NodeState.DOWN);
    assertThat(slow.verdict()).as("there is nowhere to go on").isNull();
    assertThat(cluster.picks(3)).containsOnly("only:9000");
  }

  @Test
  void a_closed_health_port_says_nothing_for_certain_about_the_other_one() {
    cluster.close();
    cluster =
        VirtualCluster.up(
            builder ->
                builder
                    .nodes("http://n{1...4}:9000")
                    .healthCheck(HealthCheck.http("/health").toBuilder().port(9001).build()));
    allProbes(refused());
    cluster.advance(30_000);
    assertThat(cluster.balancer().snapshot().eligible()).isZero();
    assertThat(cluster.reach()).as("panic uses them all the same").hasSize(4);
  }

  @Test
  void a_health_port_that_hangs_ends_no_upload_on_the_other_one() {
    cluster.close();
    cluster =
        VirtualCluster.up(
            builder ->
                builder
                    .nodes("http://n{1...4}:9000")
                    .healthCheck(HealthCheck.http("/health").toBuilder().port(9001).build()));
    Attempt slow = cluster.beginOn(N2, true);
    slow.sent();
    cluster.probesOf(N2, noAnswer());
    cluster.advance(15_000);
    assertThat(slow.verdict()).isNull();
  }

  @Test
  void a_certificate_only_the_probes_distrust_leaves_the_set_usable() {
    allProbes(
        ProbeResult.down(
            ProbeResult.Evidence.UNREACHABLE, "TLS: no path to a CA", Duration.ofMillis(2)));
    cluster.advance(30_000);
    assertThat(cluster.reach()).hasSize(4);
  }

  @Test
  void a_parked_download_from_before_does_not_keep_a_node_that_is_back_from_its_work() {
    Attempt parked = cluster.beginOn(N2);
    parked.firstByte();
    cluster.probesOf(N2, refused());
    cluster.beginOn(N2).end(Outcome.unreachable("connection refused"));
    cluster.probesOf(N2, up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(5));
    assertThat(cluster.burst(20)).contains(N2);
    assertThat(parked.verdict()).isNull();
  }

  @Test
  void the_first_byte_of_a_long_download_is_answer_enough_to_begin_the_ramp() {
    cluster.probesOf(N2, refused());
    cluster.beginOn(N2).end(Outcome.unreachable("connection refused"));
    cluster.probesOf(N2, up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(5));
    Attempt download = cluster.beginOn(N2);
    assertThat(cluster.burst(100)).as("one at a time").doesNotContain(N2);
    download.firstByte();
    assertThat(cluster.burst(100)).contains(N2);
  }
}
