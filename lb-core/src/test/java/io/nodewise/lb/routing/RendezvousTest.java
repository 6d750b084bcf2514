package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who has which key. */
class RendezvousTest {
  private static final int KEYS = 20_000;

  private final Picking picking = of(FakeCandidate.idle(10));

  private static Picking of(FakeCandidate... nodes) {
    return Picking.by(BalancingPolicy.rendezvous(), nodes);
  }

  @Test
  void a_key_always_has_the_same_node_in_every_client() {
    int[] owners = picking.owners(KEYS);
    assertThat(picking.owners(KEYS)).isEqualTo(owners);
    assertThat(of(FakeCandidate.idle(10)).owners(KEYS)).isEqualTo(owners);
    List<FakeCandidate> shuffled = new ArrayList<>(List.of(picking.nodes));
    Collections.shuffle(shuffled, new Random(1));
    picking.among(shuffled.toArray(new FakeCandidate[0]));
    assertThat(picking.owners(KEYS)).as("whatever their order").isEqualTo(owners);
  }

  @ParameterizedTest
  @CsvSource({
    "bucket/a, n9, n5, n9",
    "bucket/b, n3, n5, n3",
    "logs/2026/01/01.parquet, n7, n2, n7",
    "é€𝄞, n0, n3, n0",
    "'', n0, n3, n6"
  })
  void a_key_has_this_node_for_ever(String key, String owner, String second, String ownerByWeight) {
    // Of an independent implementation. Who changes a hash empties the caches of every cluster.
    FakeCandidate first = picking.pick(key);
    assertThat(first).hasToString(owner);
    picking.tried.add(first);
    assertThat(picking.pick(key)).hasToString(second);
    picking.tried.clear();
    for (int i = 0; i < 10; i++) {
      picking.nodes[i].weight = i + 1;
    }
    assertThat(picking.pick(key)).hasToString(ownerByWeight);
  }

  @Test
  void every_node_has_its_share_of_the_keys() {
    Uniformity.assertUniform(picking.tally(picking.owners(KEYS)));
  }

  @Test
  void keys_are_shared_by_weight() {
    double[] weights = {1, 2, 3, 4, 0.5, 10};
    Picking weighted = of(FakeCandidate.weighing(weights));
    Uniformity.assertInProportion(weights, weighted.tally(weighted.owners(KEYS)));
  }

  @Test
  void when_a_node_goes_its_own_keys_move_to_all_others_and_no_other_key_does() {
    int[] before = picking.owners(KEYS);
    picking.among(picking.without(picking.nodes[3]));
    int[] after = picking.owners(KEYS);
    int[] gained = new int[10];
    for (int key = 0; key < KEYS; key++) {
      if (before[key] == 3) {
        gained[after[key]]++;
      } else {
        assertThat(after[key]).isEqualTo(before[key]);
      }
    }
    assertThat(Arrays.stream(gained).sum()).as("moved, 2000 expected").isBetween(1790, 2210);
    assertThat(gained[3]).isZero();
    Uniformity.assertUniform(
        IntStream.range(0, 10).filter(i -> i != 3).map(i -> gained[i]).toArray());
    picking.among(picking.nodes);
    assertThat(picking.owners(KEYS)).as("when it is back").isEqualTo(before);
  }

  @Test
  void when_a_weight_changes_keys_move_from_that_node_or_to_it_only() {
    int[] before = picking.owners(KEYS);
    picking.nodes[5].weight = 0.5; // it starts slowly, or is degraded
    int[] lighter = picking.owners(KEYS);
    picking.nodes[5].weight = 3;
    int[] heavier = picking.owners(KEYS);
    for (int key = 0; key < KEYS; key++) {
      assertThat(lighter[key] == before[key] || before[key] == 5).isTrue();
      assertThat(heavier[key] == before[key] || heavier[key] == 5).isTrue();
    }
    assertThat(picking.tally(lighter)[5]).as("a nineteenth").isBetween(890, 1220);
    assertThat(picking.tally(heavier)[5]).as("a quarter").isBetween(4690, 5310);
  }

  @Test
  void where_its_node_is_closed_a_key_has_a_second_one_and_always_the_same() {
    Map<String, FakeCandidate> second = new HashMap<>();
    int[] seconds = new int[10];
    for (int i = 0; i < 500; i++) {
      String key = "key" + i;
      FakeCandidate first = picking.pick(key);
      first.full = true;
      second.put(key, picking.pick(key));
      first.full = false;
      seconds[picking.indexOf(second.get(key))]++;
      picking.tried.add(first);
      assertThat(picking.pick(key)).as("tried").isSameAs(second.get(key)).isNotSameAs(first);
      picking.tried.clear();
      first.weight = 0;
      assertThat(picking.pick(key)).as("drained").isSameAs(second.get(key));
      first.weight = 1;
      picking.among(picking.without(first));
      assertThat(picking.pick(key)).as("gone").isSameAs(second.get(key));
      picking.among(picking.nodes);
      assertThat(picking.pick(key)).as("back").isSameAs(first);
    }
    assertThat(Arrays.stream(seconds).min().orElse(0)).isGreaterThan(25);
  }

  @Test
  void a_request_without_a_key_goes_to_the_least_loaded() {
    for (FakeCandidate node : picking.nodes) {
      node.inFlight = 3;
    }
    picking.nodes[4].inFlight = 2;
    assertThat(picking.met(50)).containsExactly(picking.nodes[4]);
  }

  // The bound.

  private static double cap(double bound, FakeCandidate node, FakeCandidate... nodes) {
    double weights = Arrays.stream(nodes).mapToDouble(n -> n.weight).sum();
    int inFlight = 1 + Arrays.stream(nodes).mapToInt(n -> n.inFlight).sum();
    return Math.ceil(bound * Math.max(inFlight, 3 * nodes.length) * node.weight / weights);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.01, 1.25, 2, 100})
  void no_node_has_more_than_its_share_times_the_bound_while_another_has_less(double bound) {
    FakeCandidate[] nodes = FakeCandidate.weighing(1, 1, 2, 2, 0.3, 5, 1, 1);
    Picking bounded = Picking.by(BalancingPolicy.rendezvous(bound), nodes);
    Random random = new Random(4);
    List<FakeCandidate> running = new ArrayList<>();
    for (int i = 0; i < 6000; i++) {
      // Half of the requests are for three keys, and some nodes are closed for a while.
      String key = "key" + (random.nextBoolean() ? random.nextInt(3) : random.nextInt(1000));
      nodes[random.nextInt(8)].full = random.nextInt(4) == 0;
      FakeCandidate picked = bounded.pick(key);
      if (picked != null) {
        boolean anyUnder =
            Arrays.stream(nodes).anyMatch(n -> !n.full && n.inFlight + 1 <= cap(bound, n, nodes));
        if (anyUnder) {
          assertThat(picked.inFlight + 1.0).isLessThanOrEqualTo(cap(bound, picked, nodes));
        }
        picked.inFlight++;
        running.add(picked);
      }
      while (running.size() > 60 || (running.size() > 5 && random.nextInt(50) == 0)) {
        running.remove(random.nextInt(running.size())).inFlight--;
      }
    }
  }

  @Test
  void a_key_in_demand_is_passed_on_to_its_next_nodes_in_order_and_comes_back() {
    List<FakeCandidate> order = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      FakeCandidate next = picking.pick("hot");
      order.add(next);
      picking.tried.add(next);
    }
    picking.tried.clear();
    for (FakeCandidate node : picking.nodes) {
      node.inFlight = 10; // some hundred with this request: each may have 13
    }
    order.get(0).inFlight = 12;
    assertThat(picking.pick("hot")).isSameAs(order.get(0));
    order.get(0).inFlight = 13;
    assertThat(picking.pick("hot")).isSameAs(order.get(1));
    order.get(0).inFlight = order.get(1).inFlight = 20; // and now 16
    assertThat(picking.pick("hot")).isSameAs(order.get(2));
    order.get(0).inFlight = 11;
    assertThat(picking.pick("hot")).isSameAs(order.get(0));
  }

  @Test
  void with_a_few_in_flight_no_node_has_too_much_to_do() {
    FakeCandidate own = picking.pick("key");
    own.inFlight = 3; // and nothing anywhere else
    assertThat(picking.pick("key")).isSameAs(own);
    own.inFlight = 4;
    assertThat(picking.pick("key")).isNotSameAs(own);
  }

  @Test
  void where_all_open_nodes_have_too_much_to_do_the_key_stays_with_its_own() {
    FakeCandidate own = picking.pick("key");
    FakeCandidate other = picking.nodes[own == picking.nodes[0] ? 1 : 0];
    for (FakeCandidate node : picking.nodes) {
      node.full = node != own && node != other;
    }
    own.inFlight = other.inFlight = 100;
    assertThat(picking.pick("key")).isSameAs(own);
  }

  @Test
  void keys_in_even_demand_stay_put_under_load() {
    // The bound is for the few: with a hundred in flight on each, all but a few keys stay.
    int[] before = picking.owners(2000);
    for (FakeCandidate node : picking.nodes) {
      node.inFlight = 100;
    }
    assertThat(picking.owners(2000)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 0.5, 0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void the_bound_is_greater_than_one(double bound) {
    assertThatThrownBy(() -> BalancingPolicy.rendezvous(bound))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bound: " + bound + " (expected: > 1)");
  }
}
