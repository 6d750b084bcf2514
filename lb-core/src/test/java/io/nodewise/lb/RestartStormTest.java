package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All nodes restart, one after the other or all at once; and a node that was away for long. */
class RestartStormTest {
  private static final List<String> ALL = List.of("n1:9000", "n2:9000", "n3:9000", "n4:9000");
  private static final String N2 = "n2:9000";

  private static VirtualTraffic busy(VirtualCluster cluster, long seed) {
    VirtualTraffic traffic = new VirtualTraffic(cluster, seed);
    traffic.rate(100);
    cluster.advance(5_000);
    return traffic;
  }

  private static void stop(VirtualCluster cluster, VirtualTraffic traffic, String id) {
    cluster.probesOf(id, refused());
    traffic.behave(id, VirtualTraffic.unreachable(1, "connection refused"));
    traffic.cut(id, Outcome.fault("connection reset"));
  }

  private static void start(VirtualCluster cluster, VirtualTraffic traffic, String id) {
    cluster.probesOf(id, up());
    traffic.behave(id, VirtualTraffic.answers(10));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void one_after_the_other_no_request_is_without_a_node(long seed) {
    try (VirtualCluster cluster =
        VirtualCluster.of(seed, builder -> builder.nodes("http://n{1...4}:9000"))) {
      VirtualTraffic traffic = busy(cluster, seed);
      for (int round = 0; round < 3; round++) {
        for (String id : ALL) {
          stop(cluster, traffic, id);
          cluster.advance(4_000);
          start(cluster, traffic, id);
          cluster.awaitState(id, NodeState.UP, Duration.ofSeconds(45));
        }
      }
      cluster.advance(40_000);
      traffic.rate(0);
      cluster.advance(1_000);
      assertThat(traffic.withoutNode()).isZero();
      assertThat(traffic.requests()).allMatch(request -> request.succeeded);
      assertThat(traffic.requests()).allMatch(one -> one.took.compareTo(Duration.ofMillis(50)) < 0);
      assertThat(cluster.balancer().snapshot().nodes()).allMatch(node -> node.weight() == 1);
    }
  }

  @Test
  void three_down_at_once_leave_the_fourth_to_carry_all() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      VirtualTraffic traffic = busy(cluster, 2);
      ALL.subList(0, 3).forEach(id -> stop(cluster, traffic, id));
      cluster.advance(10_000);
      ALL.subList(0, 3).forEach(id -> start(cluster, traffic, id));
      // The fourth goes as soon as one of the others is back, with one place at first.
      assertThat(
              cluster
                  .tasks()
                  .advanceUntil(
                      () -> cluster.balancer().snapshot().eligible() > 1, Duration.ofSeconds(8)))
          .isTrue();
      cluster.advance(20);
      stop(cluster, traffic, "n4:9000");
      cluster.advance(30_000);
      assertThat(traffic.withoutNode()).isZero();
      assertThat(traffic.requests().subList(0, traffic.requests().size() - 20))
          .allMatch(request -> request.succeeded);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void all_at_once_and_away_for_an_hour_they_are_back_in_four_seconds(long seed) {
    try (VirtualCluster cluster =
        VirtualCluster.of(seed, builder -> builder.nodes("http://n{1...4}:9000"))) {
      cluster.advance(2_000);
      ALL.forEach(id -> cluster.probesOf(id, refused()));
      cluster.advance(3_600_000);
      ALL.forEach(id -> cluster.probesOf(id, up()));
      Duration from = cluster.tasks().elapsed();
      cluster.tasks().advanceUntil(() -> !cluster.reach().isEmpty(), Duration.ofSeconds(10));
      assertThat(cluster.tasks().elapsed().minus(from))
          .as("probes stay fast while nobody is eligible")
          .isLessThan(Duration.ofMillis(1_300));
      cluster
          .tasks()
          .advanceUntil(
              () -> cluster.balancer().snapshot().eligible() == 4, Duration.ofSeconds(10));
      assertThat(cluster.tasks().elapsed().minus(from)).isLessThan(Duration.ofMillis(8_000));
    }
  }

  @Test
  void all_at_once_their_work_is_shared_from_the_first_second_on() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      VirtualTraffic traffic = busy(cluster, 2);
      ALL.forEach(id -> stop(cluster, traffic, id));
      cluster.advance(10_000);
      assertThat(traffic.withoutNode()).isPositive();
      ALL.forEach(id -> start(cluster, traffic, id));
      cluster.advance(5_000);
      int lost = traffic.withoutNode();
      Duration from = cluster.tasks().elapsed();
      cluster.advance(10_000);
      assertThat(traffic.withoutNode()).isEqualTo(lost);
      for (String id : ALL) {
        assertThat(traffic.startsSince(id, from)).as("%s of 1000", id).isBetween(50, 600);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void a_node_away_for_an_hour_is_back_in_seven_seconds_and_starts_slowly(long seed) {
    try (VirtualCluster cluster =
        VirtualCluster.of(seed, builder -> builder.nodes("http://n{1...4}:9000"))) {
      VirtualTraffic traffic = busy(cluster, seed);
      stop(cluster, traffic, N2);
      cluster.advance(60_000);
      int before = cluster.probes().sent(N2).size();
      traffic.rate(0);
      cluster.advance(3_540_000);
      assertThat(cluster.probes().sent(N2).size() - before)
          .as("probes backed off to the down interval")
          .isBetween(3540 / 6, 3540 / 4);
      start(cluster, traffic, N2);
      cluster.awaitState(N2, NodeState.UP, Duration.ofMillis(7_300));
      List<Attempt> burst = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        burst.add(cluster.begin());
      }
      assertThat(burst).filteredOn(one -> one.node().id().equals(N2)).as("one place").hasSize(1);
      burst.forEach(one -> one.end(Outcome.success()));
      assertThat(cluster.node(N2).weight()).isEqualTo(0.1);
      traffic.rate(100);
      cluster.advance(31_000);
      assertThat(cluster.node(N2).weight()).isEqualTo(1);
    }
  }
}
