package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SubsetTest {
  private static final int SIZE = 20;
  private final FakeCandidate[] nodes = FakeCandidate.idle(100);

  private static BalancingPolicy inTurn(String client) {
    return BalancingPolicy.subset(SIZE, client, BalancingPolicy.roundRobin());
  }

  /** Whom the client uses of these nodes: each of them in turn. */
  private static Set<FakeCandidate> subset(String client, FakeCandidate... nodes) {
    return Picking.by(inTurn(client), nodes).met(nodes.length);
  }

  private static FakeCandidate[] without(FakeCandidate[] nodes, FakeCandidate gone) {
    return Arrays.stream(nodes).filter(node -> node != gone).toArray(FakeCandidate[]::new);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 20, 99})
  void a_client_uses_as_many_nodes_as_it_is_told(int size) {
    BalancingPolicy policy = BalancingPolicy.subset(size, "host1", BalancingPolicy.roundRobin());
    assertThat(Picking.by(policy, nodes).met(500)).hasSize(size);
  }

  @Test
  void the_least_loaded_of_the_subset_by_default() {
    Picking picking = Picking.by(BalancingPolicy.subset(SIZE, "host1"), nodes);
    Set<FakeCandidate> mine = subset("host1", nodes);
    assertThat(picking.met(2000)).isEqualTo(mine);
    FakeCandidate busy = mine.iterator().next();
    busy.inFlight = 1;
    assertThat(picking.met(2000)).hasSize(SIZE - 1).doesNotContain(busy);
  }

  @Test
  void the_same_client_uses_the_same_nodes_in_whatever_order_they_are_listed() {
    Set<FakeCandidate> mine = subset("host1", nodes);
    List<FakeCandidate> shuffled = new ArrayList<>(List.of(nodes));
    for (int i = 0; i < 10; i++) {
      Collections.shuffle(shuffled, new java.util.Random(i));
      assertThat(subset("host1", shuffled.toArray(new FakeCandidate[0]))).isEqualTo(mine);
    }
  }

  @Test
  void a_client_uses_these_nodes_for_ever() {
    // Of an independent implementation of the hash: who changes it moves every client's
    // connections.
    BalancingPolicy policy = BalancingPolicy.subset(3, "host1", BalancingPolicy.roundRobin());
    assertThat(Picking.by(policy, nodes).met(100))
        .extracting(node -> node.node().id())
        .containsExactlyInAnyOrder("n93:9000", "n49:9000", "n47:9000");
  }

  @Test
  void a_set_no_larger_than_the_subset_is_used_as_a_whole() {
    assertThat(subset("host1", Arrays.copyOf(nodes, SIZE))).hasSize(SIZE);
    assertThat(subset("host1", Arrays.copyOf(nodes, 3))).hasSize(3);
  }

  @Test
  void who_leaves_takes_one_place_in_the_subsets_it_was_in_and_none_in_others() {
    for (int client = 0; client < 5; client++) {
      Set<FakeCandidate> before = subset("host" + client, nodes);
      for (FakeCandidate gone : nodes) {
        Set<FakeCandidate> after = subset("host" + client, without(nodes, gone));
        Set<FakeCandidate> stayed = new HashSet<>(before);
        stayed.retainAll(after);
        assertThat(after).hasSize(SIZE);
        assertThat(stayed).hasSize(before.contains(gone) ? SIZE - 1 : SIZE);
      }
    }
  }

  @Test
  void who_comes_takes_at_most_one_place() {
    int taken = 0;
    for (int client = 0; client < 300; client++) {
      Set<FakeCandidate> before = subset("host" + client, without(nodes, nodes[50]));
      Set<FakeCandidate> after = subset("host" + client, nodes);
      taken += after.contains(nodes[50]) ? 1 : 0;
      after.removeAll(before);
      assertThat(Set.of(nodes[50])).containsAll(after);
    }
    assertThat(taken).as("of 300 clients, 60 expected").isBetween(35, 85);
  }

  @Test
  void over_many_clients_every_node_is_used_as_much() {
    // 2000 clients of 20 of 100 nodes: 400 expected, standard deviation 18.
    int[] users = new int[100];
    Picking counting = Picking.by(BalancingPolicy.random(), nodes);
    for (int client = 0; client < 2000; client++) {
      for (FakeCandidate node : subset("client-" + client + ".example.org", nodes)) {
        users[counting.indexOf(node)]++;
      }
    }
    assertThat(Arrays.stream(users).max().orElseThrow()).isLessThan(400 + 5 * 18);
    assertThat(Arrays.stream(users).min().orElseThrow()).isGreaterThan(400 - 5 * 18);
    Uniformity.assertUniform(users);
  }

  @Test
  void clients_of_like_names_share_no_more_nodes_than_chance_has_it() {
    double shared = 0;
    for (int i = 0; i < 200; i++) {
      Set<FakeCandidate> both = subset("host" + i, nodes);
      both.retainAll(subset("host" + (i + 1), nodes));
      shared += both.size();
    }
    assertThat(shared / 200).as("4 expected of 20").isBetween(3.5, 4.5);
  }

  @Test
  void the_others_come_after_the_subset() {
    Picking picking = Picking.by(inTurn("host1"), nodes);
    Set<FakeCandidate> mine = subset("host1", nodes);
    for (int i = 0; i < SIZE; i++) {
      FakeCandidate picked = picking.pick();
      assertThat(mine).contains(picked);
      picking.tried.add(picked);
    }
    Set<FakeCandidate> rest = picking.met(100 - SIZE);
    assertThat(rest).hasSize(100 - SIZE).doesNotContainAnyElementsOf(mine);
    picking.tried.clear();
    mine.forEach(node -> node.full = true);
    assertThat(picking.met(100)).doesNotContainAnyElementsOf(mine);
    mine.iterator().next().full = false;
    assertThat(picking.met(100)).containsExactly(mine.iterator().next());
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, 0})
  void a_subset_is_not_empty(int size) {
    assertThatThrownBy(() -> BalancingPolicy.subset(size, "host1"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("subset size: " + size + " (expected: >= 1)");
  }
}
