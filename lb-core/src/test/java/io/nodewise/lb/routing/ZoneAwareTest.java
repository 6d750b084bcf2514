package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneAwareTest {
  private static final int LOCAL = 4;

  /** Four nodes in zone a, then four in zone b. */
  private final FakeCandidate[] nodes = zones(LOCAL, 4);

  private final FakeCandidate[] local = Arrays.copyOf(nodes, LOCAL);
  private final FakeCandidate[] remote = Arrays.copyOfRange(nodes, LOCAL, 8);

  private static FakeCandidate[] zones(int local, int remote) {
    return Stream.concat(
            IntStream.range(0, local).mapToObj(i -> FakeCandidate.inZone("a", "a" + i)),
            IntStream.range(0, remote).mapToObj(i -> FakeCandidate.inZone("b", "b" + i)))
        .toArray(FakeCandidate[]::new);
  }

  private static Picking of(FakeCandidate... nodes) {
    return Picking.by(BalancingPolicy.zoneAware("a"), nodes);
  }

  /** The local share of requests, of which so many are in flight and the oldest ends first. */
  private static double localShare(BalancingPolicy policy, int inFlight, FakeCandidate... nodes) {
    Picking picking = Picking.by(policy, nodes);
    Queue<FakeCandidate> running = new ArrayDeque<>();
    int local = 0;
    for (int i = 0; i < 4000; i++) {
      if (running.size() == inFlight) {
        running.remove().inFlight--;
      }
      FakeCandidate picked = picking.pick();
      picked.inFlight++;
      running.add(picked);
      local += i >= 1000 && picked.node().zone().orElseThrow().equals("a") ? 1 : 0;
    }
    running.forEach(node -> node.inFlight--);
    return local / 3000.0;
  }

  private static double localShare(int inFlight, FakeCandidate... nodes) {
    return localShare(BalancingPolicy.zoneAware("a"), inFlight, nodes);
  }

  @Test
  void idle_local_nodes_have_everything_in_equal_shares() {
    Picking picking = of(nodes);
    int[] counts = picking.counts(4000);
    assertThat(Arrays.copyOfRange(counts, 4, 8)).containsOnly(0);
    Uniformity.assertUniform(Arrays.copyOf(counts, 4));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4, 8, 16})
  void up_to_four_requests_a_node_none_leaves_the_zone(int inFlight) {
    assertThat(localShare(inFlight, nodes)).isEqualTo(1);
  }

  @Test
  void a_small_difference_spills_nothing() {
    for (FakeCandidate node : local) {
      node.inFlight = 6;
    }
    for (FakeCandidate node : remote) {
      node.inFlight = 2; // four less
    }
    assertThat(of(nodes).met(200)).isSubsetOf(local);
    for (FakeCandidate node : local) {
      node.inFlight = 20;
    }
    for (FakeCandidate node : remote) {
      node.inFlight = 10; // half
    }
    assertThat(of(nodes).met(200)).isSubsetOf(local);
  }

  @Test
  void a_large_difference_spills() {
    for (FakeCandidate node : local) {
      node.inFlight = 5;
    }
    assertThat(of(nodes).met(200)).isSubsetOf(remote);
    for (FakeCandidate node : local) {
      node.inFlight = 21;
    }
    for (FakeCandidate node : remote) {
      node.inFlight = 10;
    }
    assertThat(of(nodes).met(200)).isSubsetOf(remote);
  }

  @Test
  void under_heavy_load_the_others_take_up_to_a_third() {
    // In balance a local node has twice what a remote one has.
    assertThat(localShare(200, nodes)).isBetween(0.62, 0.72);
    assertThat(localShare(2000, nodes)).isBetween(0.62, 0.72);
  }

  @Test
  void a_zone_that_lost_half_of_its_nodes_spills_as_the_rest_fills_up() {
    FakeCandidate[] half =
        Stream.of(local[0], local[1], remote[0], remote[1], remote[2], remote[3])
            .toArray(FakeCandidate[]::new);
    assertThat(localShare(8, half)).as("few in flight").isEqualTo(1);
    assertThat(localShare(24, nodes)).as("before").isGreaterThan(0.8);
    assertThat(localShare(24, half)).as("after").isBetween(0.4, 0.75);
    assertThat(localShare(200, half))
        .as("two nodes of double load, four of single one")
        .isBetween(0.45, 0.55);
  }

  @Test
  void no_local_node_ever_has_much_more_than_twice_what_a_remote_one_has() {
    Picking picking = of(zones(2, 6));
    for (int i = 0; i < 3000; i++) {
      picking.pick().inFlight++;
      int most = Math.max(picking.nodes[0].inFlight, picking.nodes[1].inFlight);
      int least = Arrays.stream(picking.nodes).skip(2).mapToInt(n -> n.inFlight).min().orElse(0);
      assertThat(most).isLessThanOrEqualTo(Math.max(2 * least, least + 4) + 1);
    }
  }

  @Test
  void failures_count_as_load() {
    for (FakeCandidate node : local) {
      node.penalty = 10;
    }
    assertThat(of(nodes).met(200)).isSubsetOf(remote);
  }

  @Test
  void load_is_relative_to_weight() {
    for (FakeCandidate node : local) {
      node.weight = 4;
      node.inFlight = 16;
    }
    assertThat(of(nodes).met(200)).isSubsetOf(local);
    for (FakeCandidate node : local) {
      node.weight = 0.5;
      node.inFlight = 3; // a node that starts slowly, as busy as one with six
    }
    assertThat(of(nodes).met(200)).isSubsetOf(remote);
  }

  @Test
  void the_others_have_everything_only_where_nobody_is_left_here() {
    Picking picking = of(nodes);
    for (int i = 0; i < LOCAL - 1; i++) {
      local[i].full = true;
    }
    assertThat(picking.met(200)).containsExactly(local[3]);
    picking.tried.add(local[3]);
    assertThat(picking.met(200)).isSubsetOf(remote).hasSize(4);
  }

  @Test
  void where_the_others_are_closed_a_busy_local_node_has_to_do() {
    for (FakeCandidate node : nodes) {
      node.inFlight = 1000;
      node.full = node.node().zone().orElseThrow().equals("b");
    }
    assertThat(of(nodes).met(200)).isSubsetOf(local);
  }

  @Test
  void a_table_of_one_zone_is_balanced_as_any_other() {
    Uniformity.assertUniform(of(local).counts(2000));
    Uniformity.assertUniform(of(remote).counts(2000));
    Uniformity.assertUniform(of(FakeCandidate.idle(4)).counts(2000)); // of no zone at all
  }

  @Test
  void nodes_of_no_zone_are_others() {
    FakeCandidate nowhere = new FakeCandidate("n");
    assertThat(of(local[0], nowhere).met(100)).containsExactly(local[0]);
  }

  // Other policies within.

  @Test
  void within_a_zone_any_policy_chooses_and_spilling_does_not_disturb_its_turns() {
    // Every pick looks at a local node and at a remote one.
    Picking picking =
        Picking.by(BalancingPolicy.zoneAware("a", BalancingPolicy.roundRobin()), nodes);
    for (FakeCandidate node : nodes) {
      node.inFlight = 20;
    }
    assertThat(Arrays.copyOf(picking.counts(400), 4)).containsOnly(100);
    for (FakeCandidate node : remote) {
      node.inFlight = 0;
    }
    assertThat(Arrays.copyOfRange(picking.counts(400), 4, 8)).containsOnly(100);
  }

  @Test
  void a_session_stays_on_its_node_also_while_spilling_is_considered() {
    Picking picking = Picking.by(BalancingPolicy.zoneAware("a", BalancingPolicy.sticky()), nodes);
    FakeCandidate first = picking.pick("session");
    for (FakeCandidate node : nodes) {
      node.inFlight = 20;
    }
    expectOnly(first, picking);
    for (FakeCandidate node : remote) {
      node.inFlight = 0;
    }
    FakeCandidate spilled = picking.pick("session");
    assertThat(remote).contains(spilled);
    expectOnly(spilled, picking);
    for (FakeCandidate node : local) {
      node.inFlight = 0;
    }
    expectOnly(first, picking);
  }

  @Test
  void a_pinned_node_stays_pinned_also_while_spilling_is_considered() {
    Picking picking =
        Picking.by(BalancingPolicy.zoneAware("a", BalancingPolicy.pinUntilError()), nodes);
    FakeCandidate first = picking.pick();
    for (FakeCandidate node : nodes) {
      node.inFlight = 20;
    }
    assertThat(picking.met(100)).containsExactly(first);
  }

  private static void expectOnly(FakeCandidate node, Picking picking) {
    Set<FakeCandidate> met = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      met.add(picking.pick("session"));
    }
    assertThat(met).containsExactly(node);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " "})
  void a_zone_has_a_name(String zone) {
    assertThatThrownBy(() -> BalancingPolicy.zoneAware(zone))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("zone: '" + zone + "' (expected: visible characters)");
  }
}
