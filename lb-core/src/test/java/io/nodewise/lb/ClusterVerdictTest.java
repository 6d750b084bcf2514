package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A whole cluster says what it can do: that moves requests, and is never a node's state. */
class ClusterVerdictTest {
  private static final Outcome NO_QUORUM = Outcome.fault("HTTP 503");
  private static final RequestHint READ = RequestHint.read();
  private static final RequestHint WRITE = RequestHint.write();
  private static final Set<String> A = Set.of("a1:9000", "a2:9000", "a3:9000", "a4:9000");
  private static final Set<String> B = Set.of("b1:9000", "b2:9000", "b3:9000", "b4:9000");

  private static VirtualCluster twoSites() {
    return VirtualCluster.up(
        builder ->
            builder
                .site("a", "http://a{1...4}:9000")
                .site("b", "http://b{1...4}:9000")
                .healthCheck(HealthCheck.minio()));
  }

  private static VirtualCluster oneSite() {
    return VirtualCluster.up(
        builder -> builder.nodes("http://a{1...4}:9000").healthCheck(HealthCheck.minio()));
  }

  private static VirtualCluster saying(VirtualCluster cluster, boolean write, boolean read) {
    cluster.probes().site(0, write, read);
    cluster.advance(30_000);
    return cluster;
  }

  @Test
  void a_site_that_cannot_write_gets_reads_and_the_next_one_its_writes() {
    try (VirtualCluster cluster = saying(twoSites(), false, true)) {
      assertThat(cluster.site("a").canWrite()).isFalse();
      assertThat(cluster.site("a").canRead()).isTrue();
      assertThat(Set.copyOf(cluster.picks(200, READ))).isEqualTo(A);
      assertThat(Set.copyOf(cluster.picks(200, WRITE))).isEqualTo(B);
      List<String> reach = cluster.reach(WRITE);
      assertThat(Set.copyOf(reach.subList(4, 8))).as("the last thing to try").isEqualTo(A);
      assertThat(cluster.transitions()).as("never a node's state").isEmpty();
      assertThat(cluster.siteEvents()).containsExactly("a can't write");
    }
  }

  @Test
  void a_site_that_can_neither_write_nor_read_is_asked_last() {
    try (VirtualCluster cluster = saying(twoSites(), false, false)) {
      assertThat(Set.copyOf(cluster.picks(200, READ))).isEqualTo(B);
      assertThat(Set.copyOf(cluster.picks(200, WRITE))).isEqualTo(B);
      assertThat(cluster.balancer().snapshot().eligible()).isEqualTo(8);
    }
  }

  @Test
  void a_site_that_can_again_gets_its_writes_back() {
    try (VirtualCluster cluster = saying(twoSites(), false, true)) {
      saying(cluster, true, true);
      assertThat(Set.copyOf(cluster.picks(200, WRITE))).isEqualTo(A);
      assertThat(cluster.siteEvents()).containsExactly("a can't write", "a can do all");
    }
  }

  @Test
  void with_one_site_nothing_changes() {
    try (VirtualCluster cluster = saying(oneSite(), false, false)) {
      assertThat(cluster.balancer().snapshot().sites().get(0).canWrite()).isFalse();
      assertThat(Set.copyOf(cluster.picks(200, WRITE))).isEqualTo(A);
      assertThat(Set.copyOf(cluster.picks(200, READ))).isEqualTo(A);
      assertThat(cluster.transitions()).isEmpty();
    }
  }

  @Test
  void failed_writes_are_not_charged_to_nodes_of_a_cluster_that_cannot_write() {
    try (VirtualCluster cluster = saying(oneSite(), false, true)) {
      for (int i = 0; i < 60; i++) {
        cluster.beginOn("a1:9000", true).end(NO_QUORUM);
      }
      assertThat(cluster.state("a1:9000")).isEqualTo(NodeState.UP);
      for (int i = 0; i < 5; i++) {
        cluster.beginOn("a2:9000", false).end(NO_QUORUM);
      }
      assertThat(cluster.state("a2:9000")).as("reads are").isEqualTo(NodeState.EJECTED);
    }
  }

  @Test
  void failed_writes_of_such_a_cluster_do_not_make_the_first_failed_read_the_fifth_in_a_row() {
    try (VirtualCluster cluster = saying(oneSite(), false, true)) {
      for (int i = 0; i < 60; i++) {
        cluster.beginOn("a1:9000", true).end(NO_QUORUM);
      }
      cluster.beginOn("a1:9000", false).end(NO_QUORUM);
      assertThat(cluster.state("a1:9000")).isEqualTo(NodeState.UP);
    }
  }

  @Test
  void nor_the_first_failed_write_after_it_can_write_again() {
    try (VirtualCluster cluster = saying(oneSite(), false, true)) {
      for (int i = 0; i < 60; i++) {
        cluster.beginOn("a1:9000", true).end(NO_QUORUM);
      }
      saying(cluster, true, true);
      cluster.beginOn("a1:9000", true).end(NO_QUORUM);
      assertThat(cluster.state("a1:9000")).isEqualTo(NodeState.UP);
    }
  }

  @Test
  void what_a_dead_node_does_not_say_is_asked_of_another() {
    try (VirtualCluster cluster = twoSites()) {
      for (String dead : List.of("a1:9000", "a2:9000")) {
        cluster.probesOf(dead, refused());
        cluster.endOn(dead, Outcome.unreachable("refused"), 1);
      }
      saying(cluster, false, true);
      assertThat(cluster.site("a").canWrite()).isFalse();
      assertThat(cluster.site("a").eligible()).isEqualTo(2);
    }
  }

  @Test
  void the_verdict_comes_within_half_a_minute_and_goes_as_quickly() {
    try (VirtualCluster cluster = twoSites()) {
      cluster.probes().site(0, false, true);
      Duration from = cluster.tasks().elapsed();
      assertThat(
              cluster
                  .tasks()
                  .advanceUntil(() -> !cluster.site("a").canWrite(), Duration.ofSeconds(30)))
          .isTrue();
      assertThat(cluster.tasks().elapsed().minus(from)).isLessThan(Duration.ofSeconds(15));
      cluster.advance(600_000);
      cluster.probes().site(0, true, true);
      assertThat(
              cluster
                  .tasks()
                  .advanceUntil(() -> cluster.site("a").canWrite(), Duration.ofSeconds(15)))
          .isTrue();
    }
  }
}
