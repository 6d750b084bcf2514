package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.SiteFailover;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests leave a site that has lost too many nodes, and go back when it has been well. */
class SiteFailoverTest {
  private VirtualCluster cluster = sites(builder -> builder, "a", "b");

  @AfterEach
  void close() {
    cluster.close();
  }

  private static VirtualCluster sites(
      UnaryOperator<LoadBalancerBuilder> settings, String... names) {
    return VirtualCluster.up(
        builder -> {
          for (String name : names) {
            builder.site(name, "http://" + name + "{1...4}:9000");
          }
          return settings.apply(builder);
        });
  }

  private void restart(UnaryOperator<LoadBalancerBuilder> settings, String... names) {
    cluster.close();
    cluster = sites(settings, names);
  }

  private static UnaryOperator<LoadBalancerBuilder> failover(double threshold, int backSeconds) {
    return b -> b.siteFailover(SiteFailover.of(threshold, Duration.ofSeconds(backSeconds)));
  }

  private void kill(String site, int first, int last) {
    for (int i = first; i <= last; i++) {
      String id = site + i + ":9000";
      cluster.probesOf(id, refused());
      if (cluster.state(id).eligible()) {
        cluster.beginOn(id).end(Outcome.unreachable("refused"));
      }
    }
  }

  private void revive(String site, int first, int last) {
    for (int i = first; i <= last; i++) {
      cluster.probesOf(site + i + ":9000", up());
    }
    for (int i = first; i <= last; i++) {
      cluster.awaitState(site + i + ":9000", NodeState.UP, Duration.ofSeconds(40));
    }
  }

  /** The sites that requests go to first; one after another, so that no limit is met. */
  private Set<String> used() {
    Set<String> used = new TreeSet<>();
    cluster.picks(200).forEach(id -> used.add(id.substring(0, 1)));
    return used;
  }

  /** The sites in the order in which one request is given them. */
  private String order() {
    StringBuilder order = new StringBuilder();
    for (String id : cluster.reach()) {
      String site = id.substring(0, 1);
      if (order.indexOf(site) < 0) {
        order.append(site);
      }
    }
    return order.toString();
  }

  @Test
  void the_first_site_takes_all_as_long_as_half_of_it_can_be_used() {
    assertThat(used()).containsExactly("a");
    kill("a", 1, 2);
    assertThat(used()).containsExactly("a");
    assertThat(cluster.siteEvents()).isEmpty();
    assertThat(order()).isEqualTo("ab");
  }

  @Test
  void below_half_the_next_site_takes_all_at_once_and_what_is_left_comes_after_it() {
    kill("a", 1, 3);
    assertThat(used()).containsExactly("b");
    assertThat(order()).isEqualTo("ba");
    cluster.tasks().runDue();
    assertThat(cluster.siteEvents()).containsExactly("a->b: a 1/4 eligible");
    assertThat(cluster.site("b").first()).isTrue();
    assertThat(cluster.site("a").first()).isFalse();
  }

  @Test
  void requests_go_back_ten_seconds_after_the_first_site_holds_again() {
    kill("a", 1, 3);
    cluster.advance(60_000);
    revive("a", 1, 1);
    Duration held = cluster.tasks().elapsed();
    assertThat(used()).containsExactly("b");
    assertThat(cluster.tasks().advanceUntil(() -> order().equals("ab"), Duration.ofSeconds(20)))
        .isTrue();
    assertThat(cluster.tasks().elapsed().minus(held))
        .isBetween(Duration.ofMillis(9_900), Duration.ofMillis(10_300));
    cluster.tasks().runDue();
    assertThat(cluster.siteEvents())
        .containsExactly("a->b: a 1/4 eligible", "b->a: a 2/4 eligible");
  }

  @Test
  void a_site_on_the_edge_sends_nobody_to_and_fro() {
    kill("a", 1, 3);
    for (int i = 0; i < 5; i++) {
      revive("a", 1, 1);
      cluster.advance(5_000);
      kill("a", 1, 1);
      cluster.advance(5_000);
    }
    assertThat(cluster.siteEvents()).hasSize(1);
    assertThat(used()).containsExactly("b");
  }

  @Test
  void the_second_site_failing_meanwhile_sends_them_back_without_delay() {
    kill("a", 1, 3);
    revive("a", 1, 3);
    assertThat(used()).as("still waits").containsExactly("b");
    kill("b", 1, 3);
    assertThat(used()).containsExactly("a");
    assertThat(order()).isEqualTo("ab");
  }

  @Test
  void where_no_site_holds_all_that_is_left_is_used() {
    kill("a", 1, 3);
    kill("b", 1, 3);
    assertThat(cluster.reach()).containsExactlyInAnyOrder("a4:9000", "b4:9000");
    cluster.picks(100);
    kill("a", 4, 4);
    assertThat(cluster.reach()).containsExactly("b4:9000");
    revive("a", 1, 4);
    cluster.advance(11_000);
    assertThat(used()).containsExactly("a");
  }

  @Test
  void with_threshold_0_one_node_is_enough() {
    restart(failover(0, 10), "a", "b");
    kill("a", 1, 3);
    assertThat(used()).containsExactly("a");
    kill("a", 4, 4);
    assertThat(used()).containsExactly("b");
  }

  @Test
  void with_threshold_1_one_lost_node_moves_all() {
    restart(failover(1, 0), "a", "b");
    kill("a", 1, 1);
    assertThat(used()).containsExactly("b");
    revive("a", 1, 1);
    cluster.advance(300);
    assertThat(order()).as("no delay asked for").isEqualTo("ab");
  }

  @Test
  void of_three_sites_the_next_one_that_holds_is_first_and_each_return_is_to_the_best() {
    restart(builder -> builder, "a", "b", "c");
    kill("a", 1, 3);
    assertThat(order()).isEqualTo("bac");
    kill("b", 1, 3);
    assertThat(used()).containsExactly("c");
    assertThat(order()).isEqualTo("cab");
    revive("b", 1, 3);
    cluster.advance(11_000);
    assertThat(used()).containsExactly("b");
    revive("a", 1, 3);
    cluster.advance(11_000);
    assertThat(order()).isEqualTo("abc");
    assertThat(cluster.siteEvents()).hasSize(4);
  }

  @Test
  void drained_nodes_are_no_loss_to_a_site() {
    cluster.balancer().drain("a1:9000");
    cluster.balancer().drain("a2:9000");
    kill("a", 3, 3);
    assertThat(used()).as("one of two").containsExactly("a");
    cluster.balancer().drain("a3:9000");
    cluster.balancer().drain("a4:9000");
    assertThat(used()).as("a whole site in maintenance").containsExactly("b");
  }

  @Test
  void a_request_that_failed_everywhere_in_one_site_goes_on_in_the_next() {
    List<String> reach = cluster.reach();
    assertThat(reach.subList(0, 4)).allMatch(id -> id.startsWith("a"));
    assertThat(reach.subList(4, 8)).allMatch(id -> id.startsWith("b"));
  }

  @Test
  void while_the_first_site_comes_back_node_by_node_no_request_is_without_a_node() {
    VirtualTraffic traffic = new VirtualTraffic(cluster, 4);
    traffic.rate(100);
    cluster.advance(5_000);
    for (int i = 1; i <= 4; i++) {
      traffic.behave("a" + i + ":9000", VirtualTraffic.unreachable(1, "refused"));
      cluster.probesOf("a" + i + ":9000", refused());
    }
    cluster.advance(60_000);
    for (int i = 1; i <= 4; i++) {
      traffic.behave("a" + i + ":9000", VirtualTraffic.answers(10));
    }
    revive("a", 1, 4);
    cluster.advance(60_000);
    traffic.rate(0);
    cluster.advance(1_000);
    assertThat(traffic.withoutNode()).isZero();
    assertThat(traffic.requests()).allMatch(request -> request.succeeded);
    assertThat(used()).containsExactly("a");
  }

  @Test
  void a_site_that_an_update_puts_in_anothers_place_is_shown_by_its_own_name() {
    List<Node> nodes = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      nodes.add(Node.builder("http://c" + i + ":9000").site("c").tier(0).build());
      nodes.add(Node.builder("http://b" + i + ":9000").site("b").tier(1).build());
    }
    cluster.balancer().update(NodeSet.of(nodes));
    assertThat(cluster.balancer().snapshot().sites())
        .extracting(SiteSnapshot::name)
        .containsExactly("c", "b");
  }

  @Test
  void of_the_backups_only_the_first_that_can_is_used_where_so_set() {
    for (Backups backups : Backups.values()) {
      try (VirtualCluster backed =
          VirtualCluster.up(
              b -> b.nodes("http://p:9000").backupNodes("http://b{1...3}:9000").backups(backups))) {
        backed.probesOf("p:9000", refused());
        backed.endOn("p:9000", Outcome.unreachable("refused"), 1);
        assertThat(Set.copyOf(backed.picks(100)))
            .isEqualTo(
                backups == Backups.ALL
                    ? Set.of("b1:9000", "b2:9000", "b3:9000")
                    : Set.of("b1:9000"));
        assertThat(backed.reach()).as("the others are there to go on at").hasSize(3);
        backed.probesOf("b1:9000", refused());
        backed.endOn("b1:9000", Outcome.unreachable("refused"), 1);
        assertThat(backed.reach()).containsExactlyInAnyOrder("b2:9000", "b3:9000");
        if (backups == Backups.FIRST) {
          assertThat(backed.picks(100)).containsOnly("b2:9000");
          backed.probesOf("b1:9000", up());
          backed.awaitState("b1:9000", NodeState.UP, Duration.ofSeconds(8));
          assertThat(backed.picks(10)).containsOnly("b1:9000");
        }
      }
    }
  }
}
