package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.ScriptedSource;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a set does whose nodes come from a source, in virtual time. */
class NodeSourceTest {
  private final ScriptedSource source = new ScriptedSource();
  private VirtualCluster cluster;

  private void start(Discovery settings) {
    cluster = VirtualCluster.up(builder -> builder.nodeSource(source).discovery(settings));
  }

  private void start() {
    start(Discovery.builder().jitter(0).build());
  }

  @AfterEach
  void leaves_nothing() {
    if (cluster != null) {
      cluster.balancer().close();
      int asked = source.asked();
      cluster.tasks().advance(Duration.ofHours(1));
      assertThat(source.asked()).as("after close").isEqualTo(asked);
      assertThat(source.closed()).isEqualTo(1);
    }
  }

  private List<String> ids() {
    return cluster.balancer().nodes().nodes().stream().map(Node::id).toList();
  }

  private SourceSnapshot state() {
    return cluster.balancer().snapshot().source();
  }

  @Test
  void a_missing_node_goes_however_rarely_the_source_is_asked() {
    source.finds("http://n{1...3}:9000").validFor(Duration.ofHours(1));
    start(Discovery.builder().jitter(0).confirmAfter(Duration.ofMinutes(30)).build());
    source.finds("http://n{1...2}:9000");
    cluster.balancer().refresh();
    cluster.advance(1);
    assertThat(ids()).contains("n3:9000");
    cluster.advance(Duration.ofMinutes(31).toMillis());
    assertThat(ids()).containsExactly("n1:9000", "n2:9000");
  }

  @Test
  void is_asked_once_by_build_and_again_when_its_answer_holds_no_more() {
    source.finds("http://n{1...3}:9000").validFor(Duration.ofSeconds(30));
    start();
    assertThat(ids()).containsExactly("n1:9000", "n2:9000", "n3:9000");
    assertThat(cluster.balancer().logicalEndpoint()).isEqualTo(URI.create("http://n1:9000"));

    cluster.advance(27_900);
    assertThat(source.asked()).isEqualTo(1);
    cluster.advance(200);
    assertThat(source.asked()).isEqualTo(2);
  }

  @Test
  void processes_that_started_together_do_not_ask_together() {
    source.finds("http://n1:9000").validFor(Duration.ofSeconds(30));
    List<Integer> asked = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      ScriptedSource own = new ScriptedSource().finds("http://n1:9000");
      try (VirtualCluster one = VirtualCluster.of(seed, builder -> builder.nodeSource(own))) {
        one.advance(31_500);
        asked.add(own.asked());
        one.advance(1_600);
        assertThat(own.asked()).as("no later than a tenth").isEqualTo(2);
      }
    }
    assertThat(asked).contains(1, 2);
  }

  @Test
  void the_same_answer_in_another_order_changes_nothing() {
    List<Node> nodes = new ArrayList<>(NodeSet.parse("http://n{1...9}:9000").nodes());
    source.finds(List.copyOf(nodes));
    start();
    NodeSet before = cluster.balancer().nodes();
    Collections.reverse(nodes);
    source.finds(List.copyOf(nodes));
    cluster.advance(31_000);
    assertThat(source.asked()).isEqualTo(2);
    assertThat(cluster.balancer().nodes()).isSameAs(before);
  }

  @Test
  void new_nodes_come_at_once_and_start_slowly_and_survivors_keep_all() {
    source.finds("http://n{1...2}:9000");
    start();
    cluster.endOn("n1:9000", Outcome.success(), 7);
    source.finds("http://n{1...4}:9000");
    cluster.balancer().refresh();
    cluster.tasks().runDue();
    assertThat(ids()).hasSize(4);
    assertThat(cluster.node("n1:9000").attempts()).isEqualTo(7);
    assertThat(cluster.state("n1:9000")).isEqualTo(NodeState.UP);
    assertThat(cluster.state("n3:9000")).isEqualTo(NodeState.UNKNOWN);
    assertThat(cluster.burst(40).stream().filter("n3:9000"::equals))
        .as("one at a time until it has answered")
        .hasSize(1);
  }

  @Test
  void a_missing_node_stays_until_a_second_answer_is_missing_it_too() {
    source.finds("http://n{1...4}:9000");
    start();
    source.finds("http://n{1...3}:9000");
    cluster.balancer().refresh();
    cluster.tasks().runDue();
    assertThat(ids()).as("at first").hasSize(4);
    cluster.advance(1_900);
    assertThat(ids()).hasSize(4);
    cluster.advance(200);
    assertThat(source.asked()).isEqualTo(3);
    assertThat(ids()).as("two seconds later").hasSize(3);
  }

  @Test
  void more_than_half_at_once_takes_a_third_answer_and_never_keeps_the_new_ones_waiting() {
    source.finds("http://old{1...4}:9000");
    start();
    source.finds("http://new{1...4}:9000");
    cluster.balancer().refresh();
    cluster.tasks().runDue();
    assertThat(ids()).hasSize(8).contains("new1:9000", "old1:9000");
    cluster.advance(2_100);
    assertThat(ids()).hasSize(8);
    cluster.advance(2_000);
    assertThat(ids()).containsExactly("new1:9000", "new2:9000", "new3:9000", "new4:9000");
  }

  @Test
  void an_answer_cut_short_once_changes_nothing() {
    source.finds("http://n{1...30}:9000");
    start();
    NodeSet before = cluster.balancer().nodes();
    source.once("http://n1:9000");
    cluster.balancer().refresh();
    cluster.advance(60_000);
    assertThat(cluster.balancer().nodes()).isSameAs(before);
  }

  @Test
  void two_servers_that_answer_in_turn_and_disagree_take_nobody_out() {
    source.finds("http://n{1...4}:9000").validFor(Duration.ofSeconds(5));
    start();
    for (int i = 0; i < 20; i++) {
      source.finds(i % 2 == 0 ? "http://n{1...2}:9000" : "http://n{3...4}:9000");
      cluster.balancer().refresh();
      cluster.tasks().runDue();
      assertThat(ids()).hasSize(4);
    }
  }

  @Test
  void a_server_that_hands_out_a_few_addresses_in_turn_is_learnt_as_a_whole() {
    int[] turn = {0};
    source
        .answers(() -> NodeSet.parse("http://n" + (1 + turn[0]++ % 6) + ":9000").nodes())
        .validFor(Duration.ofSeconds(5));
    start();
    cluster.advance(10 * 60_000);
    int changes = 0;
    NodeSet before = cluster.balancer().nodes();
    for (int i = 0; i < 200; i++) {
      cluster.advance(5_000);
      changes += cluster.balancer().nodes() == before ? 0 : 1;
      before = cluster.balancer().nodes();
    }
    assertThat(ids()).hasSize(6);
    assertThat(changes).isZero();
  }

  @Test
  void nothing_found_or_a_failure_empties_nothing_and_is_asked_again_less_and_less() {
    source.finds("http://n{1...3}:9000");
    start();
    for (Runnable trouble : List.<Runnable>of(source::finds, () -> source.fails("SERVFAIL"))) {
      source.finds("http://n{1...3}:9000");
      cluster.balancer().refresh();
      cluster.tasks().runDue();
      trouble.run();
      cluster.balancer().refresh();
      cluster.tasks().runDue();
      int asked = source.asked();
      cluster.advance(1_000);
      assertThat(source.asked()).as("after a second").isEqualTo(asked + 1);
      cluster.advance(60_000);
      assertThat(source.asked() - asked).as("in the next minute").isBetween(4, 9);
      assertThat(ids()).hasSize(3);
    }
    assertThat(state().failure()).isEqualTo("SERVFAIL");
    assertThat(state().failures()).isGreaterThan(5);
    assertThat(state().age()).isEqualTo(Duration.ofSeconds(61));
    assertThat(cluster.balancer().snapshot().toTable())
        .contains("SOURCE  script: 3 nodes 61s ago; failed")
        .endsWith("SERVFAIL\n");

    source.finds("http://n{1...5}:9000");
    cluster.advance(31_000);
    assertThat(ids()).hasSize(5);
    assertThat(state().failure()).isNull();
  }

  @Test
  void an_answer_that_makes_no_set_is_refused_as_a_whole() {
    source.finds("http://n1:9000");
    start();
    source.finds(
        List.of(Node.of("http://n2:9000"), Node.builder("http://n3:9000").id("n2:9000").build()));
    cluster.balancer().refresh();
    cluster.tasks().runDue();
    assertThat(ids()).containsExactly("n1:9000");
    assertThat(state().failure()).contains("n2:9000");

    source.finds("https://n2:9000");
    cluster.balancer().refresh();
    cluster.tasks().runDue();
    assertThat(ids()).containsExactly("n1:9000");
    assertThat(state().failure())
        .isEqualTo("found https://n2:9000 (expected: http, as the logical endpoint has)");
  }

  @Test
  void whatever_it_throws_it_is_asked_again() {
    source.finds("http://n1:9000");
    start();
    source.answers(
        () -> {
          throw new StackOverflowError();
        });
    cluster.balancer().refresh();
    cluster.tasks().runDue();
    assertThat(state().failure()).isEqualTo("StackOverflowError");
    source.finds("http://n{1...2}:9000");
    cluster.advance(1_000);
    assertThat(ids()).hasSize(2);
  }

  @Test
  void members_are_its_own_business() {
    source.finds("http://n1:9000");
    start();
    assertThatThrownBy(() -> cluster.balancer().update(NodeSet.parse("http://n2:9000")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the nodes come from script (expected: refresh(), to ask it now)");
    try (VirtualCluster given = VirtualCluster.of("http://n1:9000")) {
      assertThatThrownBy(() -> given.balancer().refresh())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("there is no node source (expected: update(), with nodes)");
      assertThatThrownBy(() -> given.balancer().update(NodeSet.none("http")))
          .hasMessageContaining("no nodes");
      assertThat(given.balancer().snapshot().source()).isNull();
    }
  }

  @Test
  void refreshing_in_a_row_is_one_question() {
    source.finds("http://n1:9000");
    start();
    for (int i = 0; i < 50; i++) {
      cluster.balancer().refresh();
    }
    cluster.tasks().runDue();
    assertThat(source.asked()).isEqualTo(2);
    cluster.advance(29_000);
    assertThat(source.asked()).as("and puts off the next").isEqualTo(2);
  }

  @Test
  void what_it_says_of_certificates_is_verified_unless_told_otherwise() {
    source.finds("https://10.0.0.1:9000").certificateName("s3.example");
    start();
    assertThat(cluster.balancer().tls().orElseThrow().serverName()).contains("s3.example");
  }
}
