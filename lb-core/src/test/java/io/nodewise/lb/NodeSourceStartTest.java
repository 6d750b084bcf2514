package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.discovery.ScriptedSource;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a set begins with whose nodes come from a source, and what may stand beside it. */
class NodeSourceStartTest {
  private final ScriptedSource source = new ScriptedSource();
  private VirtualCluster cluster;

  @AfterEach
  void close() {
    if (cluster != null) {
      cluster.balancer().close();
    }
  }

  private List<String> ids() {
    return cluster.balancer().nodes().nodes().stream().map(Node::id).toList();
  }

  @Test
  void starts_without_nodes_where_it_knows_what_requests_name() {
    source.fails("no such name").endpoint("http://s3.example:9000");
    cluster = VirtualCluster.of(builder -> builder.nodeSource(source));
    LoadBalancer balancer = cluster.balancer();
    assertThat(balancer.logicalEndpoint()).isEqualTo(URI.create("http://s3.example:9000"));
    assertThat(balancer.nodes().size()).isZero();
    assertThat(balancer.awaitReady(Duration.ZERO, 1)).isFalse();
    assertThat(cluster.refusal()).isEqualTo("no node for this read: 0/0 eligible: ");
    assertThat(balancer.snapshot().toTable()).contains("no nodes yet; failed 1 time");

    source.finds("http://10.0.0.{1...3}:9000");
    cluster.advance(5_000);
    assertThat(balancer.awaitReady(Duration.ZERO, 3)).isTrue();
    assertThat(cluster.picks(30)).contains("10.0.0.1:9000", "10.0.0.2:9000", "10.0.0.3:9000");
  }

  /** Whatever else is set, it begins empty, refuses, and serves as soon as there are nodes. */
  @Test
  void begins_empty_with_every_policy_and_setting() {
    List<BalancingPolicy> policies =
        List.of(
            BalancingPolicy.leastLoaded(),
            BalancingPolicy.roundRobin(),
            BalancingPolicy.random(),
            BalancingPolicy.rendezvous(),
            BalancingPolicy.sticky(),
            BalancingPolicy.pinUntilError(),
            BalancingPolicy.zoneAware("a"),
            BalancingPolicy.subset(2, "client"));
    for (BalancingPolicy policy : policies) {
      ScriptedSource own = new ScriptedSource().endpoint("http://s3.example:9000");
      try (VirtualCluster one =
          VirtualCluster.of(
              builder ->
                  builder
                      .nodeSource(own)
                      .policy(policy)
                      .hedging(Hedging.defaults())
                      .healthCheck(HealthCheck.minio().toBuilder().subset(2).build())
                      .limits(InFlightLimits.builder().perNode(4).total(10).build()))) {
        one.advance(10_000);
        LoadBalancer balancer = one.balancer();
        assertThat(one.refusal()).as("%s", policy).contains("0/0 eligible");
        assertThat(balancer.snapshot().nodes()).isEmpty();
        assertThat(balancer.snapshot().toTable()).contains("NODE").contains("SOURCE");
        assertThat(balancer.snapshot().panic()).isFalse();
        balancer.policy(policy);
        own.finds("http://10.0.0.{1...3}:9000");
        balancer.refresh();
        one.advance(5_000);
        assertThat(one.picks(30)).as("%s", policy).isNotEmpty();
      }
    }
  }

  @Test
  void backups_serve_until_the_source_has_found_any() {
    source.fails("no such name").endpoint("http://s3.example:9000");
    cluster =
        VirtualCluster.up(
            builder -> builder.nodeSource(source).backupNodes("http://dr{1...2}:9000"));
    assertThat(cluster.picks(20)).containsOnly("dr1:9000", "dr2:9000");
    source.finds("http://10.0.0.1:9000");
    cluster.advance(60_000);
    assertThat(cluster.picks(20)).containsOnly("10.0.0.1:9000");
    assertThatThrownBy(
            () -> LoadBalancer.builder().nodeSource(source).backupNodes("https://dr1:9000").build())
        .hasMessageContaining("logical endpoint: http://s3.example:9000 (expected: https");
  }

  @Test
  void does_not_start_where_nothing_says_what_requests_name() {
    source.fails("no such file");
    assertThatThrownBy(() -> VirtualCluster.of(builder -> builder.nodeSource(source)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "node source: script: no such file"
                + " (expected: nodes, or a logicalEndpoint to start without any)");
    assertThat(source.closed()).as("still its maker's").isZero();
  }

  @Test
  void stands_alone_but_for_backups() {
    source.finds("http://n1:9000");
    assertThatThrownBy(
            () -> LoadBalancer.builder().nodes("http://n2:9000").nodeSource(source).build())
        .hasMessage(
            "node source: script, and nodes too"
                + " (expected: one of them; backupNodes may stand beside a source)");
    assertThatThrownBy(
            () -> LoadBalancer.builder().site("a", "http://n2:9000").nodeSource(source).build())
        .hasMessageContaining("and sites too");
  }

  /** Their certificates would be held against the source's name, and no probe would succeed. */
  @Test
  void backups_do_not_stand_beside_one_certificate_name() {
    LoadBalancerBuilder builder =
        LoadBalancer.builder()
            .nodeSource(NodeSource.dns("https://s3.example:9000"))
            .discovery(Discovery.builder().firstAnswer(Duration.ZERO).build())
            .backupNodes("https://dr1.example:9000");
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("dr1.example:9000")
        .hasMessageContaining("serverName");
    builder.tls(ClusterTls.builder().serverName("s3.example").build()).build().close();
  }

  @Test
  void a_backup_is_primary_while_the_source_finds_it() {
    source.finds("http://n1:9000");
    cluster =
        VirtualCluster.up(
            builder -> builder.nodeSource(source).backupNodes("http://dr{1...2}:9000"));
    assertThat(cluster.picks(20)).containsOnly("n1:9000");
    source.finds("http://n1:9000", "http://dr1:9000");
    cluster.balancer().refresh();
    cluster.advance(60_000);
    assertThat(cluster.picks(40)).contains("n1:9000", "dr1:9000").doesNotContain("dr2:9000");
    source.finds("http://n1:9000");
    cluster.balancer().refresh();
    cluster.advance(5_000);
    assertThat(cluster.picks(20)).containsOnly("n1:9000");
    assertThat(ids()).contains("dr1:9000");
  }
}
