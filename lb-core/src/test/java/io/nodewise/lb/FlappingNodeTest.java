package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ProbeResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that comes and goes: it must earn its traffic anew, and harder every time. */
class FlappingNodeTest {
  private static final String N2 = "n2:9000";

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private void kill() {
    cluster.probesOf(N2, refused());
    cluster.beginOn(N2).end(Outcome.unreachable("connection refused"));
    cluster.advance(1);
  }

  /** Lets the node answer again; returns how many good probes it took until it was up. */
  private int goodProbesUntilUp() {
    cluster.probesOf(N2, up());
    int before = cluster.probes().sent(N2).size();
    cluster.awaitState(N2, NodeState.UP, Duration.ofMinutes(2));
    return cluster.probes().sent(N2).size() - before;
  }

  private List<Integer> goodProbesOfFlaps(int flaps, long upMillis) {
    List<Integer> needed = new ArrayList<>();
    for (int i = 0; i < flaps; i++) {
      kill();
      needed.add(goodProbesUntilUp());
      cluster.advance(upMillis);
    }
    return needed;
  }

  @Test
  void needs_twice_as_many_good_probes_every_time_up_to_sixteen_times_as_many() {
    assertThat(goodProbesOfFlaps(7, 5_000)).containsExactly(2, 4, 8, 16, 32, 32, 32);
  }

  @Test
  void down_again_after_more_than_a_minute_is_not_flapping() {
    assertThat(goodProbesOfFlaps(4, 61_000)).containsOnly(2);
  }

  @Test
  void is_forgiven_after_five_good_minutes_and_not_after_four() {
    assertThat(goodProbesOfFlaps(3, 5_000)).containsExactly(2, 4, 8);
    cluster.advance(235_000);
    kill();
    assertThat(goodProbesUntilUp()).as("no flap, and not forgiven").isEqualTo(8);
    cluster.advance(301_000);
    assertThat(goodProbesOfFlaps(2, 5_000)).as("forgiven").containsExactly(2, 4);
  }

  @Test
  void one_bad_probe_between_begins_the_row_of_good_ones_anew() {
    assertThat(goodProbesOfFlaps(2, 5_000)).containsExactly(2, 4);
    kill();
    ProbeResult good = up();
    cluster.probesOf(N2, good, good, good, good, good, good, good, refused(), good);
    cluster.advance(12_000);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DOWN);
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(20));
  }

  @Test
  void it_is_the_same_for_a_node_whose_health_path_flaps() {
    List<Integer> needed = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      cluster.probesOf(N2, status(503));
      cluster.awaitState(N2, NodeState.DOWN, Duration.ofSeconds(15));
      needed.add(goodProbesUntilUp());
      cluster.advance(5_000);
    }
    assertThat(needed).containsExactly(2, 4, 8, 16);
  }

  @Test
  void gets_no_traffic_in_between_and_costs_few_requests_a_flap() {
    VirtualTraffic traffic = new VirtualTraffic(cluster, 7);
    traffic.rate(50);
    cluster.advance(5_000);
    for (int flap = 0; flap < 6; flap++) {
      cluster.probesOf(N2, refused());
      traffic.behave(N2, VirtualTraffic.unreachable(1, "connection refused"));
      traffic.cut(N2, Outcome.fault("connection reset"));
      long failedBefore = traffic.failedOn(N2);
      cluster.awaitState(N2, NodeState.DOWN, Duration.ofSeconds(5));
      cluster.advance(20);
      Duration down = cluster.tasks().elapsed();
      cluster.advance(30_000);
      traffic.behave(N2, VirtualTraffic.answers(10));
      cluster.probesOf(N2, up());
      cluster.awaitState(N2, NodeState.UP, Duration.ofMinutes(1));
      assertThat(traffic.startsSince(N2, down)).as("while it was down, flap %s", flap).isZero();
      assertThat(traffic.failedOn(N2) - failedBefore).as("lost by flap %s", flap).isBetween(0L, 3L);
      cluster.advance(5_000);
      assertThat(traffic.startsSince(N2, down)).as("it is used again").isPositive();
    }
    assertThat(traffic.failedOn(N2)).as("by all flaps").isBetween(3L, 12L);
    assertThat(traffic.withoutNode()).isZero();
    assertThat(traffic.requests()).filteredOn(one -> one.failedOn.size() > 1).isEmpty();
  }
}
