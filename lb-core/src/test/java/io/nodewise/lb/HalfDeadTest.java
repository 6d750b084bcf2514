package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Eight nodes of which most are lost: four dead, two out on suspicion, two alive. */
class HalfDeadTest {
  private static final List<String> DEAD = ids(1, 4);
  private static final List<String> DOUBTED = ids(5, 6);
  private static final List<String> ALIVE = ids(7, 8);

  private static List<String> ids(int first, int last) {
    return IntStream.rangeClosed(first, last).mapToObj(i -> "n" + i + ":9000").toList();
  }

  private static VirtualTraffic lose(VirtualCluster cluster) {
    VirtualTraffic traffic = new VirtualTraffic(cluster, 11);
    traffic.rate(100);
    cluster.advance(5_000);
    for (String id : DEAD) {
      cluster.probesOf(id, refused());
      traffic.behave(id, VirtualTraffic.unreachable(1, "connection refused"));
      traffic.cut(id, Outcome.fault("connection reset"));
    }
    for (String id : DOUBTED) {
      cluster.probesOf(id, status(503));
    }
    cluster.advance(20_000);
    return traffic;
  }

  private static long startsSince(VirtualTraffic traffic, List<String> ids, Duration since) {
    return ids.stream().mapToLong(id -> traffic.startsSince(id, since)).sum();
  }

  @Test
  void the_living_carry_on_and_nobody_else_is_asked() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...8}:9000")) {
      VirtualTraffic traffic = lose(cluster);
      assertThat(cluster.balancer().snapshot().panic()).isTrue();
      Duration from = cluster.tasks().elapsed();
      cluster.advance(120_000);
      assertThat(startsSince(traffic, DEAD, from)).isZero();
      assertThat(startsSince(traffic, DOUBTED, from)).isZero();
      assertThat(startsSince(traffic, ALIVE, from)).isGreaterThan(11_000);
      assertThat(traffic.withoutNode()).isZero();
      assertThat(traffic.requests().subList(0, traffic.requests().size() - 20))
          .allMatch(request -> request.succeeded);
      // Requests that met a dead node before it was known to be: each node is found out by one.
      assertThat(DEAD.stream().mapToLong(traffic::failedOn).sum()).isLessThan(12);
    }
  }

  @Test
  void the_doubted_come_behind_the_living_and_the_dead_never() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...8}:9000")) {
      lose(cluster).rate(0);
      cluster.advance(1_000);
      List<String> reach = cluster.reach();
      assertThat(reach.subList(0, 2)).containsExactlyInAnyOrderElementsOf(ALIVE);
      assertThat(reach.subList(2, reach.size())).containsExactlyInAnyOrderElementsOf(DOUBTED);
    }
  }

  @Test
  void the_dead_are_still_probed_about_every_five_seconds() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...8}:9000")) {
      lose(cluster);
      cluster.advance(60_000);
      for (String id : DEAD) {
        int before = cluster.probes().sent(id).size();
        cluster.advance(60_000);
        assertThat(cluster.probes().sent(id).size() - before).as(id).isBetween(9, 16);
      }
    }
  }

  @Test
  void when_the_last_living_die_too_the_doubted_are_all_there_is() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...8}:9000")) {
      VirtualTraffic traffic = lose(cluster);
      ALIVE.forEach(id -> cluster.probesOf(id, refused()));
      ALIVE.forEach(id -> traffic.behave(id, VirtualTraffic.unreachable(1, "refused")));
      cluster.advance(1_000);
      Duration from = cluster.tasks().elapsed();
      cluster.advance(60_000);
      assertThat(startsSince(traffic, DOUBTED, from)).isGreaterThan(5_000);
      assertThat(startsSince(traffic, ALIVE, from)).isZero();
      assertThat(traffic.withoutNode()).isZero();
    }
  }
}
