package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Faults of a node that can be reached: soft evidence. */
class EjectionTest {
  private static final Outcome FAULT = Outcome.fault("HTTP 500");
  private static final Outcome SUCCESS = Outcome.success();
  private static final String N1 = "n1:9000";
  private static final String N2 = "n2:9000";

  private static void eject(VirtualCluster cluster, String id) {
    cluster.endOn(id, FAULT, 5);
  }

  private static long ejected(VirtualCluster cluster) {
    return cluster.balancer().snapshot().nodes().stream()
        .filter(node -> node.state() == NodeState.EJECTED)
        .count();
  }

  @Test
  void five_faults_in_a_row_put_a_node_out() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.endOn(N1, FAULT, 4);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
      cluster.endOn(N1, FAULT, 1);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
      assertThat(cluster.node(N1).reason()).isEqualTo("5 faults in a row: HTTP 500");
      assertThat(cluster.picks(100)).doesNotContain(N1);
    }
  }

  @Test
  void a_success_between_breaks_the_row_and_neither_load_nor_cancellation_counts() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.endOn(N1, FAULT, 4);
      cluster.endOn(N1, SUCCESS, 1);
      cluster.endOn(N1, FAULT, 4);
      cluster.endOn(N1, Outcome.load("503 SlowDown"), 100);
      cluster.endOn(N1, Outcome.cancelled(), 100);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
      assertThat(cluster.node(N1).loads()).isEqualTo(100);
    }
  }

  @ParameterizedTest
  @CsvSource({"2,1", "3,1", "4,1", "6,1", "7,2", "10,3", "20,6"})
  void at_most_one_or_thirty_percent_are_out_at_a_time(int size, int most) {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1..." + size + "}:9000")) {
      for (int round = 0; round < 2; round++) {
        for (int i = 1; i <= size; i++) {
          String id = "n" + i + ":9000";
          if (cluster.state(id).eligible()) {
            eject(cluster, id);
          }
        }
      }
      assertThat(ejected(cluster)).isEqualTo(most);
    }
  }

  @Test
  void the_only_node_is_never_put_out() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      cluster.endOn(N1, FAULT, 100);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
      assertThat(cluster.picks(3)).containsOnly(N1);
    }
  }

  @Test
  void the_only_node_an_operator_left_in_is_never_put_out() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...3}:9000")) {
      cluster.balancer().drain(N2);
      cluster.balancer().disable("n3:9000");
      cluster.endOn(N1, FAULT, 100);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    }
  }

  @Test
  void nodes_that_are_down_take_no_place_under_the_cap() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.probesOf(N2, refused());
      cluster.endOn(N2, Outcome.unreachable("refused"), 1);
      eject(cluster, N1);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
    }
  }

  @Test
  void a_node_spared_by_the_cap_is_put_out_when_there_is_room_and_it_goes_on_failing() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      eject(cluster, N1);
      eject(cluster, N2);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
      cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(6));
      cluster.endOn(N1, SUCCESS, 3);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
      cluster.endOn(N2, FAULT, 4);
      assertThat(cluster.state(N2)).as("counted anew").isEqualTo(NodeState.UP);
      cluster.endOn(N2, FAULT, 1);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.EJECTED);
    }
  }

  @Test
  void a_node_spared_by_the_cap_is_not_put_out_for_one_fault_when_there_is_room() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      eject(cluster, N1);
      for (int i = 0; i < 15; i++) {
        cluster.endOn(N2, FAULT, 1);
        cluster.endOn(N2, SUCCESS, 1);
      }
      cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(6));
      cluster.endOn(N1, SUCCESS, 3);
      cluster.endOn(N2, FAULT, 1);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
    }
  }

  @Test
  void a_share_of_faults_puts_a_node_out_though_no_five_come_in_a_row() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      for (int i = 0; i < 9; i++) { // 18 outcomes, half of them faults
        cluster.endOn(N1, FAULT, 1);
        cluster.endOn(N1, SUCCESS, 1);
      }
      cluster.endOn(N1, SUCCESS, 1);
      assertThat(cluster.state(N1)).as("19 are too few to tell").isEqualTo(NodeState.UP);
      cluster.endOn(N1, FAULT, 1);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
      assertThat(cluster.node(N1).reason()).isEqualTo("too many faults: HTTP 500");
    }
  }

  @Test
  void fewer_faults_than_the_share_never_put_a_node_out() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      for (int i = 0; i < 200; i++) { // two of five
        cluster.endOn(N1, FAULT, 2);
        cluster.endOn(N1, SUCCESS, 3);
      }
      assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    }
  }

  @Test
  void settings_of_its_own_are_kept_to() {
    OutlierDetection strict =
        OutlierDetection.builder().consecutiveFaults(2).maxEjectedFraction(1).build();
    try (VirtualCluster cluster =
        VirtualCluster.up(b -> b.nodes("http://n{1...2}:9000").outlierDetection(strict))) {
      cluster.endOn(N1, FAULT, 2);
      cluster.endOn(N2, FAULT, 2);
      assertThat(ejected(cluster)).isEqualTo(2);
      assertThat(cluster.reach()).as("panic").containsExactlyInAnyOrder(N1, N2);
    }
  }

  /** How long each of so many ejections in a row lasts, every trial failing. */
  private static List<Duration> ejections(long seed, int count) {
    try (VirtualCluster cluster =
        VirtualCluster.of(seed, builder -> builder.nodes("http://n{1...4}:9000"))) {
      cluster.advance(2000);
      eject(cluster, N1);
      List<Duration> lengths = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Duration from = cluster.tasks().elapsed();
        cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(301));
        lengths.add(cluster.tasks().elapsed().minus(from));
        cluster.endOn(N1, FAULT, 1);
        assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
        assertThat(cluster.node(N1).reason()).isEqualTo("failed on trial: HTTP 500");
      }
      return lengths;
    }
  }

  @Test
  void each_ejection_in_a_row_lasts_twice_as_long_up_to_five_minutes_and_half_of_it_is_chance() {
    long[] seconds = {5, 10, 20, 40, 80, 160, 300, 300, 300};
    Set<Duration> first = new HashSet<>();
    for (long seed = 1; seed <= 20; seed++) {
      List<Duration> lengths = ejections(seed, seconds.length);
      first.add(lengths.get(0));
      for (int i = 0; i < seconds.length; i++) {
        assertThat(lengths.get(i))
            .as("ejection %s with seed %s", i, seed)
            .isBetween(
                Duration.ofMillis(seconds[i] * 500), Duration.ofMillis(seconds[i] * 1000 + 200));
      }
    }
    assertThat(first).as("clients must not come back all at once").hasSizeGreaterThan(6);
  }

  @Test
  void after_five_good_minutes_the_doubling_begins_anew() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      eject(cluster, N1);
      for (int i = 0; i < 5; i++) {
        cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(301));
        cluster.endOn(N1, FAULT, 1);
      }
      cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(301));
      cluster.endOn(N1, SUCCESS, 3);
      cluster.advance(250_000);
      eject(cluster, N1);
      cluster.advance(20_000);
      assertThat(cluster.state(N1)).as("too soon to forget").isEqualTo(NodeState.EJECTED);
      cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(301));
      cluster.endOn(N1, SUCCESS, 3);
      cluster.advance(301_000);
      eject(cluster, N1);
      cluster.awaitState(N1, NodeState.TRIAL, Duration.ofMillis(5200));
    }
  }

  @Test
  void good_probes_do_not_end_an_ejection_and_its_end_does_not_bring_back_a_node_that_is_down() {
    OutlierDetection slow = OutlierDetection.builder().baseEjection(Duration.ofSeconds(80)).build();
    try (VirtualCluster cluster =
        VirtualCluster.up(b -> b.nodes("http://n{1...4}:9000").outlierDetection(slow))) {
      eject(cluster, N1);
      int before = cluster.probes().sent(N1).size();
      cluster.advance(19_000);
      assertThat(cluster.probes().sent(N1).size()).isGreaterThanOrEqualTo(before + 5);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.EJECTED);
      cluster.probesOf(N1, refused());
      cluster.advance(90_000);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.DOWN);
      assertThat(cluster.node(N1).reason()).isEqualTo("probe: connection refused");
      cluster.probesOf(N1, up());
      cluster.awaitState(N1, NodeState.UP, Duration.ofSeconds(8));
      assertThat(cluster.transitions())
          .containsExactly(N1 + " UP->EJECTED", N1 + " EJECTED->DOWN", N1 + " DOWN->UP");
      Attempt one = cluster.beginOn(N1);
      assertThat(cluster.burst(200)).as("it starts slowly").doesNotContain(N1);
      one.close();
    }
  }

  @Test
  void back_before_its_ejection_is_over_a_node_waits_for_the_end_of_it() {
    OutlierDetection slow = OutlierDetection.builder().baseEjection(Duration.ofSeconds(40)).build();
    try (VirtualCluster cluster =
        VirtualCluster.up(b -> b.nodes("http://n{1...4}:9000").outlierDetection(slow))) {
      eject(cluster, N1);
      cluster.beginOn("n2:9000").close();
      cluster.probesOf(N1, refused(), up());
      cluster.advance(15_000);
      assertThat(cluster.transitions())
          .containsExactly(N1 + " UP->EJECTED", N1 + " EJECTED->DOWN", N1 + " DOWN->EJECTED");
      cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(30));
      cluster.endOn(N1, SUCCESS, 3);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    }
  }

  @Test
  void a_healthy_node_is_asked_for_its_outcomes_without_a_breaker() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000")) {
      cluster.endOn(N1, FAULT, 3);
      cluster.endOn(N1, SUCCESS, 50);
      cluster.advance(400);
      for (int i = 0; i < 9; i++) { // too few of 20, as what came before is forgotten
        cluster.endOn(N1, FAULT, 1);
        cluster.endOn(N1, SUCCESS, 1);
      }
      assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    }
  }
}
