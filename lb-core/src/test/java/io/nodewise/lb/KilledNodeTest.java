package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that refuses connections, and its return. */
class KilledNodeTest {
  private static final String N2 = "n2:9000";

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private void kill() {
    cluster.probesOf(N2, refused());
    cluster.beginOn(N2).end(Outcome.unreachable("connection refused"));
  }

  private void restart() {
    cluster.probesOf(N2, up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(5));
  }

  @Test
  void refused_once_is_down_at_once_and_the_very_next_pick_avoids_it() {
    kill();
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.node(N2).reason()).isEqualTo("connection refused");
    assertThat(cluster.picks(200)).doesNotContain(N2);
    assertThat(cluster.reach()).hasSize(3).doesNotContain(N2);
  }

  @Test
  void the_request_that_found_it_goes_on_at_another_node() throws NoNodeAvailableException {
    Route route = cluster.balancer().route(RequestHint.read());
    Attempt first = route.next(false);
    first.end(Outcome.unreachable("connection refused"));
    assertThat(route.hasUntried()).isTrue();
    try (Attempt second = route.next(false)) {
      assertThat(second.node()).isNotEqualTo(first.node());
    }
    assertThat(route.attempts()).isEqualTo(2);
    assertThat(cluster.balancer().snapshot().failovers()).isEqualTo(1);
  }

  @Test
  void it_is_probed_at_once_and_a_refused_probe_alone_takes_a_node_out_too() {
    int before = cluster.probes().sent(N2).size();
    kill();
    cluster.tasks().runDue();
    assertThat(cluster.probes().sent(N2)).hasSize(before + 1);
    cluster.probesOf("n3:9000", refused());
    cluster.advance(7000); // at the latest
    assertThat(cluster.state("n3:9000")).isEqualTo(NodeState.DOWN);
    assertThat(cluster.node("n3:9000").reason()).isEqualTo("probe: connection refused");
  }

  @Test
  void a_health_port_that_refuses_is_no_proof_that_the_node_does() {
    HealthCheck otherPort = HealthCheck.auto().toBuilder().port(9001).build();
    try (VirtualCluster apart =
        VirtualCluster.up(b -> b.nodes("http://n{1...4}:9000").healthCheck(otherPort))) {
      apart.probesOf(N2, refused());
      int before = apart.probes().sent(N2).size();
      apart.awaitState(N2, NodeState.DOWN, Duration.ofSeconds(20));
      assertThat(apart.probes().sent(N2).size() - before).as("as any other failure").isEqualTo(3);
    }
  }

  @Test
  void stays_down_as_long_as_probes_fail() {
    kill();
    cluster.advance(600_000);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
    assertThat(cluster.transitions()).containsExactly(N2 + " UP->DOWN");
    assertThat(cluster.node(N2).age()).isEqualTo(Duration.ofMinutes(10));
  }

  @Test
  void two_good_probes_in_a_row_bring_it_back() {
    kill();
    cluster.probesOf(N2, refused(), up(), refused(), up(), up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(30));
    assertThat(cluster.probes().sent(N2).size()).isGreaterThanOrEqualTo(5);
    assertThat(cluster.transitions()).containsExactly(N2 + " UP->DOWN", N2 + " DOWN->UP");
    assertThat(cluster.node(N2).reason()).isEqualTo("probes succeed");
    assertThat(cluster.tasks().elapsed()).as("fast probes").isLessThan(Duration.ofSeconds(8));
  }

  @Test
  void one_good_probe_is_not_enough() {
    kill();
    cluster.probesOf(N2, up(), refused(), up(), refused());
    cluster.advance(20_000);
    assertThat(cluster.transitions()).containsExactly(N2 + " UP->DOWN");
  }

  @Test
  void after_its_return_it_gets_one_request_at_a_time_until_the_first_success() {
    kill();
    restart();
    Attempt first = cluster.beginOn(N2);
    assertThat(cluster.burst(200)).doesNotContain(N2);
    first.end(Outcome.cancelled());
    Attempt second = cluster.beginOn(N2);
    assertThat(cluster.burst(200)).doesNotContain(N2);
    second.end(Outcome.success());
    List<Attempt> many = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      many.add(cluster.beginOn(N2));
    }
    assertThat(cluster.node(N2).inFlight()).isEqualTo(10);
    many.forEach(Attempt::close);
  }

  @Test
  void its_share_then_grows_for_thirty_seconds() {
    kill();
    restart();
    cluster.endOn(N2, Outcome.success(), 1);
    assertThat(cluster.node(N2).weight()).isEqualTo(0.1);
    cluster.advance(15_000);
    assertThat(cluster.node(N2).weight()).isCloseTo(0.5, within(0.01));
    cluster.advance(16_000);
    assertThat(cluster.node(N2).weight()).isEqualTo(1);
    assertThat(cluster.node("n1:9000").weight()).as("the others never changed").isEqualTo(1);
  }

  @Test
  void the_ramp_waits_for_the_first_success() {
    kill();
    restart();
    cluster.advance(60_000);
    cluster.endOn(N2, Outcome.success(), 1);
    assertThat(cluster.node(N2).weight()).isEqualTo(0.1);
  }

  @Test
  void a_success_that_began_before_the_fall_is_not_the_first_success_after_it() {
    Attempt longDownload = cluster.beginOn(N2);
    kill();
    restart();
    longDownload.firstByte();
    longDownload.end(Outcome.success());
    Attempt one = cluster.beginOn(N2);
    assertThat(cluster.burst(200)).doesNotContain(N2);
    one.close();
  }

  @Test
  void requests_that_fail_while_it_is_down_are_not_held_against_it_when_it_is_back() {
    List<Attempt> running = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      running.add(cluster.beginOn(N2));
    }
    kill();
    running.subList(0, 30).forEach(attempt -> attempt.end(Outcome.fault("reset")));
    restart();
    running.subList(30, 60).forEach(attempt -> attempt.end(Outcome.fault("reset")));
    assertThat(cluster.state(N2)).as("late ends").isEqualTo(NodeState.UP);
    cluster.endOn(N2, Outcome.fault("500"), 4);
    assertThat(cluster.state(N2)).as("four faults of its own").isEqualTo(NodeState.UP);
    cluster.endOn(N2, Outcome.fault("500"), 1);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.EJECTED);
  }

  @Test
  void faults_from_before_it_fell_are_not_held_against_it_when_it_is_back() {
    for (int i = 0; i < 9; i++) {
      cluster.endOn(N2, Outcome.fault("500"), 1);
      cluster.endOn(N2, Outcome.success(), 1);
    }
    kill();
    restart();
    cluster.endOn(N2, Outcome.fault("500"), 2);
    assertThat(cluster.state(N2)).as("two outcomes, not twenty").isEqualTo(NodeState.UP);
  }

  @Test
  void all_refuse_and_the_message_says_so_on_one_line() {
    for (int i = 1; i <= 4; i++) {
      cluster.beginOn("n" + i + ":9000").end(Outcome.unreachable("connection\nrefused\r\n\tby x"));
    }
    cluster.tasks().advance(Duration.ofMillis(0));
    assertThat(cluster.refusal())
        .isEqualTo(
            "no node for this read: 0/4 eligible: n1:9000 DOWN 0s (connection refused by x),"
                + " n2:9000 DOWN 0s (connection refused by x),"
                + " n3:9000 DOWN 0s (connection refused by x),"
                + " n4:9000 DOWN 0s (connection refused by x)");
    assertThat(cluster.reach()).isEmpty();
  }

  @Test
  void a_request_that_was_everywhere_is_told_how_many_it_tried() throws Exception {
    Route route = cluster.balancer().route(RequestHint.write());
    for (int i = 0; i < 4; i++) {
      route.next(true).end(Outcome.fault("500"));
    }
    assertThat(route.hasUntried()).isFalse();
    assertThatRefused(route, "no node for this write (4 tried): 4/4 eligible: n1:9000 UP ");
    route.newRound();
    assertThat(route.hasUntried()).isTrue();
    route.next(true).close();
    assertThat(route.attempts()).isEqualTo(5);
    assertThat(cluster.balancer().snapshot().failovers()).isEqualTo(3);
  }

  private static void assertThatRefused(Route route, String start) {
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> route.next(true))
        .isInstanceOf(NoNodeAvailableException.class)
        .isInstanceOf(java.io.IOException.class)
        .hasMessageStartingWith(start);
  }

  @Test
  void a_node_shutting_down_finishes_its_writes_but_a_silent_read_is_asked_of_another() {
    Attempt read = cluster.beginOn(N2);
    Attempt write = cluster.beginOn(N2, true);
    write.sent();
    Attempt download = cluster.beginOn(N2);
    download.firstByte();
    download.reading();
    kill(); // it takes no connections any more
    cluster.advance(900);
    assertThat(read.verdict()).isNull();
    cluster.advance(600);
    assertThat(read.verdict()).isNotNull();
    assertThat(read.verdict().reason()).isEqualTo("node stopped");
    cluster.advance(5000);
    assertThat(write.verdict()).isNull();
    assertThat(download.verdict()).isNull();
  }

  @Test
  void a_reset_is_reason_enough_to_probe_at_once_and_find_the_node_dead() {
    cluster.probesOf(N2, refused());
    cluster.beginOn(N2).end(Outcome.fault("Connection reset"));
    cluster.advance(10);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
  }

  @Test
  void a_doubtful_end_is_no_fault_and_has_the_node_probed_at_once() {
    cluster.probesOf(N2, refused());
    Attempt attempt = cluster.beginOn(N2);
    attempt.end(Outcome.doubtful("perhaps a stale connection"));
    assertThat(cluster.node(N2).faults()).isZero();
    assertThat(cluster.node(N2).penalty()).isZero();
    cluster.advance(100);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
  }
}
