package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that answers, and much later than the others. */
class SlowNodeTest {
  private static final String N1 = "n1:9000";
  private static final String N2 = "n2:9000";

  private static UnaryOperator<LoadBalancerBuilder> inTurn(int nodes) {
    return builder ->
        builder.nodes("http://n{1..." + nodes + "}:9000").policy(BalancingPolicy.roundRobin());
  }

  private static VirtualTraffic busy(VirtualCluster cluster, int perSecond) {
    VirtualTraffic traffic = new VirtualTraffic(cluster, 3);
    traffic.rate(perSecond);
    cluster.advance(10_000);
    return traffic;
  }

  private static long out(VirtualCluster cluster) {
    return cluster.balancer().snapshot().nodes().stream()
        .filter(node -> node.state() == NodeState.EJECTED || node.state() == NodeState.TRIAL)
        .count();
  }

  @Test
  void in_turn_it_is_put_out_within_ten_seconds_for_its_first_bytes() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = busy(cluster, 50);
      traffic.behave(N2, VirtualTraffic.answers(300));
      cluster.awaitState(N2, NodeState.EJECTED, Duration.ofSeconds(10));
      assertThat(cluster.node(N2).reason()).startsWith("slow: first byte 3").contains("others ");
      assertThat(cluster.transitions()).containsExactly(N2 + " UP->EJECTED");
      Duration out = cluster.tasks().elapsed();
      cluster.advance(2_400);
      assertThat(traffic.startsSince(N2, out)).isZero();
    }
  }

  @Test
  void least_loaded_leaves_it_alone_and_needs_nobody_put_out() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      VirtualTraffic traffic = busy(cluster, 50);
      traffic.behave(N2, VirtualTraffic.answers(300));
      Duration slowSince = cluster.tasks().elapsed();
      cluster.advance(60_000);
      assertThat(cluster.transitions()).isEmpty();
      assertThat(traffic.startsSince(N2, slowSince)).as("of 3000").isBetween(1, 60);
    }
  }

  @Test
  void quick_again_it_comes_back_by_trials_and_stays() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = busy(cluster, 50);
      traffic.behave(N2, VirtualTraffic.answers(300));
      cluster.awaitState(N2, NodeState.EJECTED, Duration.ofSeconds(10));
      traffic.behave(N2, VirtualTraffic.answers(10));
      cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(8));
      cluster.advance(120_000);
      assertThat(cluster.transitions())
          .containsExactly(N2 + " UP->EJECTED", N2 + " EJECTED->TRIAL", N2 + " TRIAL->UP");
      assertThat(cluster.node(N2).weight()).isEqualTo(1);
    }
  }

  @Test
  void still_slow_after_its_warm_up_it_is_put_out_for_longer() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = busy(cluster, 50);
      traffic.behave(N2, VirtualTraffic.answers(300));
      cluster.awaitState(N2, NodeState.EJECTED, Duration.ofSeconds(10));
      cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(9));
      Duration back = cluster.tasks().elapsed();
      cluster.awaitState(N2, NodeState.EJECTED, Duration.ofSeconds(45));
      Duration again = cluster.tasks().elapsed();
      assertThat(again.minus(back)).as("given its ramp").isGreaterThan(Duration.ofSeconds(30));
      cluster.awaitState(N2, NodeState.TRIAL, Duration.ofSeconds(11));
      assertThat(cluster.tasks().elapsed().minus(again)).isGreaterThan(Duration.ofSeconds(5));
    }
  }

  @Test
  void with_all_slow_alike_nobody_is() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = busy(cluster, 50);
      for (int i = 1; i <= 4; i++) {
        traffic.behave("n" + i + ":9000", VirtualTraffic.answers(400 + 20 * i));
      }
      cluster.advance(60_000);
      assertThat(cluster.transitions()).isEmpty();
    }
  }

  @Test
  void of_two_nodes_the_slow_one_is_put_out_and_never_the_other() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(2))) {
      VirtualTraffic traffic = busy(cluster, 50);
      traffic.behave(N2, VirtualTraffic.answers(300));
      cluster.awaitState(N2, NodeState.EJECTED, Duration.ofSeconds(10));
      cluster.advance(120_000);
      assertThat(cluster.transitions()).noneMatch(event -> event.startsWith(N1));
    }
  }

  @Test
  void many_times_slower_by_what_nobody_feels_is_not_slow_nor_is_a_little_slower_by_much() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = busy(cluster, 50);
      traffic.behave(N2, VirtualTraffic.answers(80)); // eight times, 70 ms
      cluster.advance(60_000);
      for (int i = 1; i <= 4; i++) {
        traffic.behave("n" + i + ":9000", VirtualTraffic.answers(i == 2 ? 600 : 200)); // 3 times
      }
      cluster.advance(60_000);
      assertThat(cluster.transitions()).isEmpty();
    }
  }

  @Test
  void slow_for_a_moment_is_not_slow() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = busy(cluster, 50);
      for (int i = 0; i < 10; i++) {
        traffic.behave(N2, VirtualTraffic.answers(300));
        cluster.advance(3_000);
        traffic.behave(N2, VirtualTraffic.answers(10));
        cluster.advance(6_000);
      }
      assertThat(cluster.transitions()).isEmpty();
    }
  }

  @Test
  void the_time_of_writes_says_nothing() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = new VirtualTraffic(cluster, 3, RequestHint.write());
      traffic.rate(50);
      traffic.behave(N2, VirtualTraffic.answers(2_000));
      cluster.advance(60_000);
      assertThat(cluster.transitions()).isEmpty();
    }
  }

  @Test
  void a_node_that_warms_up_is_given_time() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = busy(cluster, 50);
      cluster.probesOf(N2, refused());
      cluster.endOn(N2, Outcome.unreachable("refused"), 1);
      cluster.advance(10_000);
      traffic.behave(N2, VirtualTraffic.answers(300)); // its caches are cold
      cluster.probesOf(N2, up());
      cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(8));
      cluster.advance(25_000);
      traffic.behave(N2, VirtualTraffic.answers(10));
      cluster.advance(60_000);
      assertThat(cluster.transitions()).containsExactly(N2 + " UP->DOWN", N2 + " DOWN->UP");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4})
  void never_more_than_the_cap_are_out(int slow) {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(10))) {
      VirtualTraffic traffic = busy(cluster, 100);
      for (int i = 1; i <= slow; i++) {
        traffic.behave("n" + i + ":9000", VirtualTraffic.answers(400));
      }
      long most = 0;
      for (int i = 0; i < 600; i++) {
        cluster.advance(200);
        most = Math.max(most, out(cluster));
      }
      assertThat(most).isEqualTo(Math.min(slow, 3));
      assertThat(cluster.transitions())
          .noneMatch(event -> Integer.parseInt(event.substring(1, event.indexOf(':'))) > slow);
    }
  }

  @Test
  void half_of_the_nodes_slow_are_told_from_the_quick_half() {
    try (VirtualCluster cluster = VirtualCluster.up(inTurn(4))) {
      VirtualTraffic traffic = busy(cluster, 50);
      List.of(N1, N2).forEach(id -> traffic.behave(id, VirtualTraffic.answers(300)));
      cluster.advance(60_000);
      assertThat(cluster.transitions())
          .isNotEmpty()
          .allMatch(event -> event.startsWith("n1") || event.startsWith("n2"));
    }
  }

  @Test
  void a_factor_of_zero_puts_nobody_out() {
    OutlierDetection never = OutlierDetection.builder().slowFactor(0).build();
    try (VirtualCluster cluster =
        VirtualCluster.up(b -> inTurn(4).apply(b).outlierDetection(never))) {
      VirtualTraffic traffic = busy(cluster, 50);
      traffic.behave(N2, VirtualTraffic.answers(900));
      cluster.advance(60_000);
      assertThat(cluster.transitions()).isEmpty();
    }
  }

  @Test
  void errors_that_come_fast_make_no_node_that_serves_look_slow() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      for (int round = 0; round < 200; round++) {
        for (int i = 1; i <= 4; i++) {
          Attempt attempt = cluster.beginOn("n" + i + ":9000");
          if (i == 1) {
            cluster.advance(200);
            attempt.firstByte();
            attempt.end(Outcome.success());
          } else {
            attempt.firstByteOfError();
            attempt.end(Outcome.load("503 SlowDown"));
          }
        }
      }
      assertThat(cluster.transitions()).isEmpty();
      assertThat(cluster.node("n2:9000").firstByteP50()).isZero();
    }
  }
}
