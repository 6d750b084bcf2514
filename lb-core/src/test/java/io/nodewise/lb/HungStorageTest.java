package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

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

/**
 * Requests that get no answer: from a node whose storage hangs while its health path says 200 in a
 * millisecond, and from a host that is gone.
 */
class HungStorageTest {
  private static final String N2 = "n2:9000";

  private static final UnaryOperator<LoadBalancerBuilder> IN_TURN =
      builder -> builder.nodes("http://n{1...4}:9000").policy(BalancingPolicy.roundRobin());

  private static VirtualTraffic busy(VirtualCluster cluster, long seed) {
    VirtualTraffic traffic = new VirtualTraffic(cluster, seed);
    traffic.rate(50);
    cluster.advance(5_000);
    return traffic;
  }

  @Test
  void five_reads_that_go_on_elsewhere_after_two_seconds_put_it_out() {
    try (VirtualCluster cluster = VirtualCluster.up(IN_TURN)) {
      VirtualTraffic traffic = busy(cluster, 1);
      traffic.behave(N2, VirtualTraffic.silent());
      cluster.advance(1_900);
      assertThat(cluster.transitions()).isEmpty();
      cluster.awaitState(N2, NodeState.EJECTED, Duration.ofMillis(1_100));
      assertThat(cluster.node(N2).reason()).startsWith("5 faults in a row: did not answer for 2");
      // In turn, whatever the load, a quarter of all requests is stuck there for those 2 s.
      assertThat(traffic.runningOn(N2)).isBetween(15, 40);
      traffic.rate(0);
      cluster.advance(3_000);
      assertThat(traffic.requests())
          .allMatch(one -> one.succeeded)
          .allMatch(one -> one.took.compareTo(Duration.ofMillis(2_600)) < 0);
    }
  }

  @Test
  void writes_have_the_clocks_alone_which_put_it_out_though_its_probes_clear_it_every_time() {
    try (VirtualCluster cluster = VirtualCluster.up(IN_TURN)) {
      VirtualTraffic traffic = new VirtualTraffic(cluster, 1, RequestHint.write());
      traffic.rate(50);
      cluster.advance(5_000);
      traffic.behave(N2, VirtualTraffic.silent());
      cluster.advance(34_000);
      assertThat(cluster.transitions()).as("no clock has run out").isEmpty();
      cluster.awaitState(N2, NodeState.EJECTED, Duration.ofSeconds(3));
      assertThat(cluster.node(N2).reason())
          .isEqualTo("5 faults in a row: did not answer for 35000 ms");
      // Half of what a pool of four nodes has room for; by turns alone it would be 400 and more.
      assertThat(traffic.runningOn(N2)).isBetween(90, 100);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void least_loaded_lets_few_requests_suffer_until_it_is_out(long seed) {
    for (RequestHint hint : List.of(RequestHint.read(), RequestHint.write())) {
      try (VirtualCluster cluster =
          VirtualCluster.of(seed, builder -> builder.nodes("http://n{1...4}:9000"))) {
        VirtualTraffic traffic = new VirtualTraffic(cluster, seed, hint);
        traffic.rate(50);
        cluster.advance(5_000);
        traffic.behave(N2, VirtualTraffic.silent());
        Duration from = cluster.tasks().elapsed();
        cluster.awaitState(N2, NodeState.EJECTED, Duration.ofMinutes(10));
        cluster.advance(100);
        Duration after = cluster.tasks().elapsed().minus(from);
        assertThat(traffic.startsSince(N2, from)).as("%s in %s", hint, after).isBetween(5, 10);
        assertThat(after).isLessThan(Duration.ofMinutes(5));
        assertThat(traffic.withoutNode()).isZero();
      }
    }
  }

  @Test
  void well_again_it_comes_back_by_trials() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      VirtualTraffic traffic = busy(cluster, 1);
      traffic.behave(N2, VirtualTraffic.silent());
      cluster.awaitState(N2, NodeState.EJECTED, Duration.ofMinutes(10));
      traffic.behave(N2, VirtualTraffic.answers(10));
      traffic.goOn(N2, VirtualTraffic.answers(10));
      cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(10));
      cluster.advance(31_000);
      assertThat(cluster.node(N2).weight()).isEqualTo(1);
    }
  }

  @Test
  void a_write_on_trial_that_hangs_puts_it_out_again_when_its_clock_has_run_out() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      cluster.endOn(N2, Outcome.fault("did not answer"), 5);
      cluster.awaitState(N2, NodeState.TRIAL, Duration.ofSeconds(6));
      VirtualTraffic traffic = new VirtualTraffic(cluster, 1, RequestHint.write());
      traffic.behave(N2, VirtualTraffic.silent());
      traffic.rate(50);
      cluster.advance(34_000);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.TRIAL);
      assertThat(traffic.runningOn(N2)).as("one place, and one more every 10 s").isBetween(1, 4);
      cluster.advance(3_000);
      assertThat(cluster.state(N2)).isEqualTo(NodeState.EJECTED);
      assertThat(cluster.node(N2).reason()).startsWith("failed on trial: did not answer");
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1_500, 2_500, 2_900})
  void a_stall_of_the_whole_network_ends_no_read_and_puts_nobody_out(long millis) {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      VirtualTraffic traffic = busy(cluster, 1);
      for (int i = 1; i <= 4; i++) {
        cluster.probesOf("n" + i + ":9000", noAnswer());
        traffic.behave("n" + i + ":9000", VirtualTraffic.silent());
      }
      cluster.advance(millis);
      for (int i = 1; i <= 4; i++) {
        cluster.probesOf("n" + i + ":9000", up());
        traffic.behave("n" + i + ":9000", VirtualTraffic.answers(10));
        traffic.goOn("n" + i + ":9000", VirtualTraffic.answers(10));
      }
      cluster.advance(30_000);
      assertThat(cluster.transitions()).isEmpty();
      assertThat(traffic.requests()).allMatch(request -> request.failedOn.isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_host_that_vanished_is_left_within_suspicion_and_probe_time_out(long seed) {
    try (VirtualCluster cluster =
        VirtualCluster.of(seed, builder -> builder.nodes("http://n{1...4}:9000"))) {
      VirtualTraffic traffic = busy(cluster, seed);
      cluster.probesOf(N2, noAnswer());
      traffic.behave(N2, VirtualTraffic.unreachable(2_000, "connect timed out"));
      traffic.goOn(N2, VirtualTraffic.silent());
      Duration from = cluster.tasks().elapsed();
      cluster.awaitState(N2, NodeState.DOWN, Duration.ofMillis(2_900));
      cluster.advance(200);
      Duration out = cluster.tasks().elapsed();
      cluster.advance(30_000);
      assertThat(traffic.startsSince(N2, out)).isZero();
      assertThat(traffic.runningOn(N2)).isZero();
      assertThat(traffic.startsSince(N2, from)).as("that met it").isLessThanOrEqualTo(10);
      assertThat(traffic.requests().subList(0, traffic.requests().size() - 20))
          .allMatch(request -> request.succeeded)
          .allMatch(request -> request.took.compareTo(Duration.ofMillis(2_600)) < 0);
      cluster.probesOf(N2, up());
      traffic.behave(N2, VirtualTraffic.answers(10));
      cluster.awaitState(N2, NodeState.UP, Duration.ofMillis(1_000 + 7_400));
    }
  }
}
