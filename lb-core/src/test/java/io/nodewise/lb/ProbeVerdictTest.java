package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.probe.ScriptedProbeClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Probes whose answers say more than up and down. */
class ProbeVerdictTest {
  private static final List<String> ALL = List.of("n1:9000", "n2:9000", "n3:9000", "n4:9000");
  private static final String N2 = "n2:9000";
  private static final RequestHint READ = RequestHint.read();
  private static final RequestHint WRITE = RequestHint.write();

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private void say(Verdict verdict, String... ids) {
    List.of(ids).forEach(id -> cluster.probesSay(id, verdict));
    cluster.advance(15_000);
  }

  private double share(String id) {
    return Collections.frequency(cluster.burst(4000), id) / 4000.0;
  }

  // Degraded.

  @Test
  void a_degraded_node_gets_its_score_of_a_share() {
    say(Verdict.degraded(0.5, "score 50"), N2);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DEGRADED);
    assertThat(cluster.node(N2).reason()).isEqualTo("probe: score 50");
    cluster.advance(40_000);
    assertThat(share(N2)).isCloseTo(0.5 / 3.5, within(0.02));
    say(Verdict.up(), N2);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
    cluster.advance(40_000);
    assertThat(share(N2)).isCloseTo(0.25, within(0.02));
  }

  @Test
  void a_score_that_swings_is_damped() {
    List<Double> weights = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      cluster.probesSay(N2, Verdict.degraded(i % 2 == 0 ? 1 : 0.2, "swings"));
      cluster.advance(5_000);
      if (i > 5) {
        weights.add(cluster.node(N2).weight());
      }
    }
    assertThat(Collections.min(weights)).as("far from 0.2").isGreaterThanOrEqualTo(0.2);
    for (int i = 1; i < weights.size(); i++) {
      assertThat(Math.abs(weights.get(i) - weights.get(i - 1))).isLessThanOrEqualTo(0.55);
    }
  }

  @Test
  void a_score_of_zero_is_a_small_share_and_never_none() {
    say(Verdict.degraded(0, "score 0"), N2);
    cluster.advance(60_000);
    assertThat(cluster.node(N2).weight()).isEqualTo(0.01);
    assertThat(cluster.picks(20_000)).as("drawn by weight now and then").contains(N2);
    say(Verdict.degraded(0, "score 0"), ALL.toArray(String[]::new));
    cluster.advance(60_000);
    assertThat(share(N2)).as("all alike").isCloseTo(0.25, within(0.02));
    assertThat(cluster.balancer().snapshot().eligible()).isEqualTo(4);
  }

  @Test
  void a_degraded_node_is_neither_panic_nor_a_lost_member_and_can_be_put_out() {
    say(Verdict.degraded(0.1, "hot"), ALL.toArray(String[]::new));
    assertThat(cluster.balancer().snapshot().panic()).isFalse();
    cluster.endOn(N2, Outcome.fault("500"), 5);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.EJECTED);
    cluster.awaitState(N2, NodeState.TRIAL, Duration.ofSeconds(6));
    cluster.endOn(N2, Outcome.success(), 3);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DEGRADED);
  }

  // Read only.

  @Test
  void a_read_only_node_gets_reads_and_no_writes() {
    say(Verdict.readOnly("no disk to write to"), N2);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.READ_ONLY);
    assertThat(cluster.picks(200, READ)).contains(N2);
    assertThat(cluster.picks(400, WRITE)).doesNotContain(N2);
    List<String> reach = cluster.reach(WRITE);
    assertThat(reach).as("the last resort").hasSize(4).endsWith(N2);
  }

  @Test
  void with_all_read_only_writes_are_still_tried() {
    say(Verdict.readOnly("ro"), ALL.toArray(String[]::new));
    assertThat(cluster.picks(200, WRITE)).containsAll(ALL);
    assertThat(cluster.picks(200, READ)).containsAll(ALL);
    assertThat(cluster.balancer().snapshot().panic()).isFalse();
  }

  @Test
  void writes_go_to_a_backup_before_they_go_to_a_read_only_node() {
    try (VirtualCluster backed =
        VirtualCluster.up(b -> b.nodes("http://n{1...2}:9000").backupNodes("http://b:9000"))) {
      backed.probesSay("n1:9000", Verdict.readOnly("ro"));
      backed.probesSay("n2:9000", Verdict.readOnly("ro"));
      backed.advance(15_000);
      assertThat(backed.picks(50, WRITE)).containsOnly("b:9000");
      assertThat(backed.picks(50, READ)).doesNotContain("b:9000");
    }
  }

  @Test
  void a_read_only_node_on_trial_is_tried_with_reads() {
    say(Verdict.readOnly("ro"), N2);
    cluster.endOn(N2, Outcome.fault("500"), 5);
    cluster.awaitState(N2, NodeState.TRIAL, Duration.ofSeconds(6));
    assertThat(cluster.picks(400, WRITE)).doesNotContain(N2);
    assertThat(cluster.reach(WRITE)).hasSize(4).endsWith(N2);
    assertThat(cluster.picks(400, READ)).contains(N2);
    cluster.endOn(N2, Outcome.success(), 3);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.READ_ONLY);
  }

  // Drain.

  @Test
  void a_node_that_drains_itself_gets_nothing_new_and_ends_what_it_has() {
    Attempt running = cluster.beginOn(N2, true);
    running.readingLocalBody();
    say(Verdict.drain("412"), N2);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DRAINING);
    assertThat(cluster.node(N2).reason()).isEqualTo("probe: 412");
    assertThat(cluster.reach()).hasSize(3).doesNotContain(N2);
    assertThat(running.verdict()).isNull();
    running.end(Outcome.success());
    assertThat(cluster.node(N2).faults()).isZero();
    assertThat(cluster.transitions()).containsExactly(N2 + " UP->DRAINING");
  }

  @Test
  void one_answer_is_enough_to_leave_and_one_to_return_slowly() {
    cluster.probesSay(N2, Verdict.drain("412"));
    cluster.awaitState(N2, NodeState.DRAINING, Duration.ofMillis(6_100));
    cluster.advance(600_000);
    cluster.probesSay(N2, Verdict.up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofMillis(6_100));
    assertThat(Collections.frequency(cluster.burst(100), N2)).as("one place").isEqualTo(1);
    cluster.endOn(N2, Outcome.success(), 1);
    assertThat(cluster.node(N2).weight()).isEqualTo(0.1);
  }

  @Test
  void a_drain_restart_and_return_is_told_step_by_step_with_its_reasons() {
    say(Verdict.drain("412"), N2);
    cluster.probesOf(N2, refused());
    cluster.awaitState(N2, NodeState.DOWN, Duration.ofSeconds(7));
    assertThat(cluster.node(N2).reason()).isEqualTo("probe: connection refused");
    cluster.probesOf(N2, ScriptedProbeClient.up(), refused());
    cluster.advance(8_000);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.node(N2).reason()).as("as long as it is down").contains("refused");
    cluster.probesSay(N2, Verdict.up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(8));
    assertThat(cluster.transitions())
        .containsExactly(N2 + " UP->DRAINING", N2 + " DRAINING->DOWN", N2 + " DOWN->UP");
  }

  @Test
  void with_one_good_answer_a_node_down_from_its_drain_still_says_why_it_is_down() {
    say(Verdict.drain("412"), N2);
    cluster.probesOf(N2, refused());
    cluster.awaitState(N2, NodeState.DOWN, Duration.ofSeconds(7));
    int before = cluster.probes().sent(N2).size();
    cluster.probesSay(N2, Verdict.up("200"));
    cluster
        .tasks()
        .advanceUntil(() -> cluster.probes().sent(N2).size() > before, Duration.ofSeconds(10));
    cluster.advance(10);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.node(N2).reason()).isEqualTo("probe: connection refused");
  }

  @Test
  void all_draining_themselves_are_still_used_as_nothing_else_is_left() {
    say(Verdict.drain("412"), ALL.toArray(String[]::new));
    assertThat(cluster.balancer().snapshot().eligible()).isZero();
    assertThat(cluster.picks(400)).containsAll(ALL);
    cluster.balancer().drain(N2);
    assertThat(cluster.picks(400)).as("an operator's drain is an order").doesNotContain(N2);
    cluster.balancer().resume(N2);
    assertThat(cluster.picks(400)).contains(N2);
  }

  @Test
  void the_last_that_does_not_drain_gets_all_and_when_it_dies_the_draining_are_used() {
    say(Verdict.drain("412"), "n1:9000", N2, "n3:9000");
    assertThat(cluster.reach()).hasSize(4).startsWith("n4:9000");
    assertThat(cluster.picks(100)).containsOnly("n4:9000");
    cluster.probesOf("n4:9000", refused());
    cluster.endOn("n4:9000", Outcome.unreachable("refused"), 1);
    assertThat(cluster.reach()).containsExactlyInAnyOrder("n1:9000", N2, "n3:9000");
  }

  @Test
  void nor_are_they_lost_when_it_is_merely_doubted() {
    say(Verdict.drain("412"), "n1:9000", N2, "n3:9000");
    cluster.probesOf("n4:9000", status(503));
    cluster.advance(20_000);
    assertThat(cluster.state("n4:9000")).isEqualTo(NodeState.DOWN);
    assertThat(cluster.reach()).containsExactlyInAnyOrderElementsOf(ALL);
  }

  @Test
  void nodes_that_drain_themselves_count_as_left_in_as_a_switch_may_have_been_forgotten() {
    say(Verdict.drain("412"), "n1:9000", N2);
    assertThat(cluster.balancer().snapshot().panic()).as("half is enough").isFalse();
    cluster.probesOf("n3:9000", status(503));
    cluster.advance(15_000);
    assertThat(cluster.balancer().snapshot().panic()).isTrue();
    assertThat(cluster.reach()).hasSize(4).startsWith("n4:9000").endsWith("n3:9000");
    cluster.endOn("n4:9000", Outcome.fault("500"), 5);
    assertThat(cluster.state("n4:9000")).as("there is somebody else").isEqualTo(NodeState.EJECTED);
  }
}
