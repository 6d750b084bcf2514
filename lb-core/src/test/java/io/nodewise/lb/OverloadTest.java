package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Nodes that ask for less: they get less, and are never put out for it. */
class OverloadTest {
  private static final List<String> ALL = List.of("n1:9000", "n2:9000", "n3:9000", "n4:9000");
  private static final String N2 = "n2:9000";
  private static final Outcome SLOW_DOWN = Outcome.load("503 SlowDown");
  private static final Outcome IN_TWO_MINUTES =
      Outcome.load("503 SlowDown", Duration.ofSeconds(120));

  private static VirtualTraffic busy(VirtualCluster cluster) {
    VirtualTraffic traffic = new VirtualTraffic(cluster, 5);
    traffic.rate(50);
    cluster.advance(5_000);
    return traffic;
  }

  @Test
  void a_node_that_asks_for_less_in_a_millisecond_gets_less_and_stays_in() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      VirtualTraffic traffic = busy(cluster);
      Duration from = cluster.tasks().elapsed();
      traffic.behave(N2, VirtualTraffic.answers(1, SLOW_DOWN));
      cluster.advance(60_000);
      assertThat(cluster.transitions()).isEmpty();
      assertThat(traffic.startsSince(N2, from)).as("of 3000").isBetween(1, 60);
      assertThat(traffic.withoutNode()).isZero();
    }
  }

  @Test
  void a_node_that_fails_in_a_millisecond_is_out_after_five_and_then_gets_trials_only() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      VirtualTraffic traffic = busy(cluster);
      traffic.behave(N2, VirtualTraffic.answers(1, Outcome.fault("HTTP 500")));
      cluster.advance(180_000);
      assertThat(cluster.transitions()).first().isEqualTo(N2 + " UP->EJECTED");
      // Five, then one per trial: 5, 10, 20, 40, 80 s apart, at least half of that.
      assertThat(traffic.failedOn(N2)).isBetween(8L, 12L);
      assertThat(traffic.requests()).filteredOn(one -> !one.succeeded).hasSizeLessThan(2);
    }
  }

  @Test
  void every_node_overloaded_puts_nobody_out_and_all_are_still_used() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      VirtualTraffic traffic = busy(cluster);
      ALL.forEach(id -> traffic.behave(id, VirtualTraffic.answers(1, IN_TWO_MINUTES)));
      cluster.advance(10_000);
      Duration from = cluster.tasks().elapsed();
      cluster.advance(60_000);
      assertThat(cluster.transitions()).isEmpty();
      assertThat(cluster.balancer().snapshot().eligible()).isEqualTo(4);
      assertThat(cluster.balancer().snapshot().nodes()).allMatch(NodeSnapshot::paused);
      for (String id : ALL) {
        assertThat(traffic.startsSince(id, from)).as(id).isGreaterThan(1000);
      }
      ALL.forEach(id -> traffic.behave(id, VirtualTraffic.answers(10)));
      cluster.advance(100);
      long failed = ALL.stream().mapToLong(traffic::failedOn).sum();
      cluster.advance(29_700);
      assertThat(ALL.stream().mapToLong(traffic::failedOn).sum()).isEqualTo(failed);
      cluster.advance(500);
      assertThat(cluster.balancer().snapshot().nodes()).noneMatch(NodeSnapshot::paused);
    }
  }

  @Test
  void a_pause_is_that_nodes_alone_at_most_thirty_seconds_and_ends_by_itself() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.endOn(N2, IN_TWO_MINUTES, 1);
      assertThat(cluster.node(N2).paused()).isTrue();
      assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
      assertThat(cluster.burst(300)).doesNotContain(N2);
      assertThat(cluster.reach()).as("last, and not lost").hasSize(4).endsWith(N2);
      cluster.advance(29_700);
      assertThat(cluster.node(N2).paused()).isTrue();
      cluster.advance(600);
      assertThat(cluster.node(N2).paused()).isFalse();
      cluster.advance(30_000); // and what it was penalised for
      assertThat(cluster.burst(40)).contains(N2);
      assertThat(cluster.transitions()).isEmpty();
    }
  }

  @Test
  void a_shorter_pause_does_not_end_a_longer_one_and_the_setting_is_kept_to() {
    OutlierDetection atMostTen =
        OutlierDetection.builder().maxPause(Duration.ofSeconds(10)).build();
    try (VirtualCluster cluster =
        VirtualCluster.up(b -> b.nodes("http://n{1...4}:9000").outlierDetection(atMostTen))) {
      cluster.endOn(N2, IN_TWO_MINUTES, 1);
      cluster.endOn(N2, Outcome.load("503 SlowDown", Duration.ofSeconds(1)), 1);
      cluster.advance(9_700);
      assertThat(cluster.node(N2).paused()).isTrue();
      cluster.advance(600);
      assertThat(cluster.node(N2).paused()).isFalse();
    }
  }

  @Test
  void a_pause_of_zero_ignores_what_nodes_ask_for() {
    OutlierDetection never = OutlierDetection.builder().maxPause(Duration.ZERO).build();
    try (VirtualCluster cluster =
        VirtualCluster.up(b -> b.nodes("http://n{1...4}:9000").outlierDetection(never))) {
      cluster.endOn(N2, IN_TWO_MINUTES, 1);
      assertThat(cluster.node(N2).paused()).isFalse();
    }
  }

  @Test
  void a_pause_asked_for_before_a_node_came_back_is_not_its_pause_now() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      Attempt old = cluster.beginOn(N2);
      cluster.endOn(N2, Outcome.fault("500"), 5);
      cluster.awaitState(N2, NodeState.TRIAL, Duration.ofSeconds(6));
      old.end(IN_TWO_MINUTES);
      assertThat(cluster.node(N2).paused()).isFalse();
    }
  }

  @Test
  void paused_nodes_of_the_first_tier_still_come_before_backups() {
    try (VirtualCluster cluster =
        VirtualCluster.up(b -> b.nodes("http://n{1...4}:9000").backupNodes("http://b:9000"))) {
      ALL.forEach(id -> cluster.endOn(id, IN_TWO_MINUTES, 1));
      assertThat(cluster.picks(100)).doesNotContain("b:9000").containsAll(ALL);
    }
  }
}
