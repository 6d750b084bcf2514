package io.nodewise.lb.probe;

import static io.nodewise.lb.probe.ProberFixture.LOCAL;
import static io.nodewise.lb.probe.ProberFixture.exact;
import static io.nodewise.lb.probe.ProberFixture.nodes;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Node;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sets larger than the subset, and nodes that are not probed, in virtual time. */
class ProberSubsetTest {
  private static Node unprobed(Node node) {
    return node.toBuilder().probed(false).build();
  }

  // Taking turns.

  @Test
  void a_large_set_is_probed_in_turn() {
    ProberFixture fixture = new ProberFixture(exact().subset(20));
    List<Node> nodes = nodes(100);
    fixture.prober.track(nodes);
    fixture.advance(5);
    assertThat(fixture.client.sent()).as("first ones").hasSize(100);
    fixture.advance(24.9);
    assertThat(nodes).allSatisfy(node -> assertThat(fixture.gaps(node)).containsOnly(25.0));
  }

  @Test
  void the_default_takes_turns_above_a_hundred_nodes() {
    ProberFixture fixture = new ProberFixture(exact());
    List<Node> nodes = nodes(101);
    fixture.prober.track(nodes);
    fixture.advance(12);
    assertThat(fixture.gaps(nodes.get(0))).containsOnly(5.05);
    fixture.prober.track(nodes.subList(0, 100));
    fixture.advance(12);
    assertThat(fixture.gaps(nodes.get(0))).endsWith(5.0);
  }

  @Test
  void the_first_probes_of_a_thousand_nodes_are_spread_over_ten_seconds() {
    ProberFixture fixture = new ProberFixture(exact());
    fixture.prober.track(nodes(1000));
    int before = 0;
    for (int second = 1; second <= 10; second++) {
      fixture.advance(1);
      int now = fixture.client.sent().size();
      assertThat(now - before).as("in second %s", second).isBetween(70, 130);
      before = now;
    }
    assertThat(before).isEqualTo(1000);
  }

  @Test
  void nodes_nothing_is_known_about_are_not_in_doubt_yet() {
    ProberFixture fixture = new ProberFixture(exact());
    List<Node> nodes = nodes(1000);
    nodes.forEach(node -> fixture.client.answer(node.id(), LOCAL)); // no file descriptor left
    fixture.prober.track(nodes);
    fixture.advance(30);
    assertThat(fixture.client.sent()).hasSize(3000);
    nodes.forEach(node -> fixture.client.answer(node.id(), up()));
    fixture.advance(10);
    assertThat(fixture.told).as("all are known now").hasSize(1000);
  }

  @Test
  void doubts_are_not_stretched_but_a_node_that_is_down_is_asked_no_more_than_one_that_is_up() {
    ProberFixture fixture = new ProberFixture(exact().subset(1));
    List<Node> nodes = nodes(10);
    fixture.paces.put("n1:9000", Pace.FAST);
    fixture.paces.put("n2:9000", Pace.BACK_OFF);
    fixture.paces.put("n4:9000", Pace.OUTAGE);
    fixture.prober.track(nodes);
    fixture.advance(250);
    assertThat(fixture.gaps(nodes.get(1))).hasSizeGreaterThan(190).containsOnly(1.0);
    assertThat(fixture.gaps(nodes.get(2))).startsWith(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 50.0, 50.0);
    assertThat(fixture.gaps(nodes.get(4))).hasSizeGreaterThan(15).containsOnly(10.0);
    int before = fixture.sent(nodes.get(3));
    fixture.prober.probeNow(nodes.get(3));
    fixture.tasks.runDue();
    assertThat(fixture.sent(nodes.get(3))).isEqualTo(before + 1);
  }

  @Test
  void another_size_changes_the_gaps_scheduled_from_then_on() {
    ProberFixture fixture = new ProberFixture(exact().subset(1));
    Node first = nodes(1).get(0);
    fixture.prober.track(List.of(first));
    fixture.advance(7);
    fixture.prober.track(nodes(4));
    fixture.advance(40);
    assertThat(fixture.gaps(first)).startsWith(5.0, 5.0, 20.0);
    fixture.prober.track(List.of(first));
    fixture.advance(30);
    assertThat(fixture.gaps(first)).endsWith(5.0);
  }

  @Test
  void nodes_that_are_not_probed_take_no_turn() {
    ProberFixture fixture = new ProberFixture(exact().subset(1));
    List<Node> nodes = new ArrayList<>(nodes(4));
    nodes.replaceAll(node -> node.id().equals("n0:9000") ? node : unprobed(node));
    fixture.prober.track(nodes);
    fixture.advance(30);
    assertThat(fixture.gaps(nodes.get(0))).isNotEmpty().containsOnly(5.0);
  }

  // The switch of each node.

  @Test
  void a_node_that_is_not_to_be_probed_is_not_in_any_way() {
    ProberFixture fixture = new ProberFixture(exact());
    Node off = unprobed(nodes(1).get(0));
    fixture.prober.track(List.of(off));
    fixture.prober.probeNow(off);
    var checked = fixture.prober.checkNow().toCompletableFuture();
    fixture.advance(1000);
    assertThat(fixture.client.sent()).isEmpty();
    assertThat(checked).isCompleted();
  }

  @Test
  void its_switch_may_change() {
    ProberFixture fixture = new ProberFixture(exact());
    Node on = nodes(1).get(0);
    fixture.prober.track(List.of(unprobed(on)));
    fixture.advance(10);
    fixture.prober.track(List.of(on));
    fixture.advance(1);
    assertThat(fixture.told).hasSize(1);
    fixture.client.hold(on.id());
    fixture.advance(5);
    assertThat(fixture.client.held(on.id())).isEqualTo(1);
    fixture.prober.track(List.of(unprobed(on)));
    fixture.tasks.runDue();
    fixture.client.release(on.id(), up());
    fixture.client.unhold(on.id());
    fixture.advance(100);
    assertThat(fixture.told).as("what was under way is not told").hasSize(1);
    assertThat(fixture.sent(on)).isEqualTo(2);
    fixture.prober.track(List.of(on));
    fixture.advance(1);
    assertThat(fixture.told).as("it starts anew").hasSize(2);
  }
}
