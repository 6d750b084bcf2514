package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeastLoadedTest {
  private final Balancer balancer = BalancingPolicy.leastLoaded().newBalancer();
  private final Randomness random = TestRuntime.seeded(7);
  private final Tried tried = new Tried();

  private Candidate pick(Candidate... candidates) {
    return balancer.over(candidates).pick(tried, RequestHint.read(), random.next());
  }

  private Set<Candidate> picks(int times, Candidate... candidates) {
    Set<Candidate> picked = new HashSet<>();
    for (int i = 0; i < times; i++) {
      picked.add(pick(candidates));
    }
    return picked;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 16})
  void the_fewest_in_flight_of_a_small_set_wins_always(int size) {
    FakeCandidate[] nodes = FakeCandidate.idle(size);
    for (int least = 0; least < size; least++) {
      for (int i = 0; i < size; i++) {
        nodes[i].inFlight = i == least ? 3 : 4 + i;
      }
      assertThat(picks(50, nodes)).containsExactly(nodes[least]);
    }
  }

  @Test
  void of_a_large_set_one_busy_node_is_never_picked() {
    FakeCandidate[] nodes = FakeCandidate.idle(100);
    nodes[42].inFlight = 1;
    assertThat(picks(20_000, nodes)).hasSize(99).doesNotContain(nodes[42]);
  }

  @Test
  void load_is_relative_to_weight() {
    FakeCandidate[] nodes = FakeCandidate.idle(2);
    nodes[0].weight = 4;
    nodes[0].inFlight = 70; // more, but less for its weight
    nodes[1].inFlight = 50;
    assertThat(picks(50, nodes)).containsExactly(nodes[0]);
    nodes[0].inFlight = 300;
    assertThat(picks(50, nodes)).containsExactly(nodes[1]);
  }

  @Test
  void a_light_node_that_is_idle_does_not_come_before_every_heavy_one_that_is_not() {
    FakeCandidate[] nodes = FakeCandidate.idle(2);
    nodes[0].inFlight = 1;
    nodes[1].weight = 0.05; // just back, say
    int[] counts = Picking.by(BalancingPolicy.leastLoaded(), nodes).counts(10_000);
    // Two exponential clocks, of which the heavy one starts later: 1 - exp(-0.05) until then, and
    // 0.05 / 1.05 of the rest, make 0.094.
    assertThat(counts[1]).isBetween(800, 1080);
  }

  @Test
  void a_penalty_counts_as_attempts_in_flight() {
    FakeCandidate[] nodes = FakeCandidate.idle(2);
    nodes[0].penalty = 10;
    nodes[1].inFlight = 9;
    assertThat(picks(50, nodes)).containsExactly(nodes[1]);
    nodes[1].inFlight = 11;
    assertThat(picks(50, nodes)).containsExactly(nodes[0]);
  }

  @Test
  void long_uploads_in_flight_are_not_forgotten_however_fast_the_node_answers() {
    FakeCandidate[] nodes = FakeCandidate.idle(4);
    nodes[2].inFlight = 3;
    nodes[2].latency = 1;
    for (FakeCandidate node : nodes) {
      node.latency = Math.max(node.latency, 1);
    }
    nodes[0].latency = nodes[1].latency = nodes[3].latency = 900_000_000;
    assertThat(picks(500, nodes)).doesNotContain(nodes[2]);
  }

  @Test
  void of_equally_loaded_nodes_those_about_as_fast_as_the_fastest_share_the_requests() {
    FakeCandidate[] nodes = FakeCandidate.idle(4);
    nodes[0].latency = 20_000_000;
    nodes[1].latency = 10_000_000;
    nodes[2].latency = 32_000_000; // three times the best and two milliseconds
    nodes[3].latency = 32_000_001;
    assertThat(picks(500, nodes)).containsExactlyInAnyOrder(nodes[0], nodes[1], nodes[2]);
  }

  @Test
  void of_those_one_half_as_fast_gets_a_quarter_of_the_requests() {
    FakeCandidate[] nodes = FakeCandidate.idle(5);
    for (FakeCandidate node : nodes) {
      node.latency = 9_000_000; // and the millisecond beside which speeds hardly differ
    }
    nodes[0].latency = nodes[3].latency = 19_000_000;
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(), nodes);
    Uniformity.assertInProportion(new double[] {1, 4, 4, 1, 4}, picking.counts(14_000));
    nodes[1].weight = 2; // of different weights they are added up instead
    nodes[1].latency = 19_000_000;
    Uniformity.assertInProportion(new double[] {1, 2, 4, 1, 4}, picking.counts(12_000));
  }

  @Test
  void differences_nobody_feels_do_not_count() {
    FakeCandidate[] nodes = FakeCandidate.idle(3);
    nodes[0].latency = 50_000;
    nodes[1].latency = 2_150_000;
    nodes[2].latency = 2_150_001;
    assertThat(picks(500, nodes)).containsExactlyInAnyOrder(nodes[0], nodes[1]);
  }

  @Test
  void the_fastest_node_does_not_draw_requests_when_it_is_busier() {
    FakeCandidate[] nodes = FakeCandidate.idle(2);
    nodes[0].latency = 1_000;
    nodes[0].inFlight = 1;
    nodes[1].latency = 2_003_000;
    assertThat(picks(50, nodes)).containsExactly(nodes[1]);
  }

  @Test
  void a_clearly_slower_node_counts_as_having_two_more() {
    FakeCandidate[] nodes = FakeCandidate.idle(2);
    nodes[0].latency = 5_000_000;
    nodes[1].latency = 17_000_001;
    nodes[0].inFlight = 1;
    assertThat(picks(50, nodes)).containsExactly(nodes[0]);
    nodes[0].inFlight = 3;
    assertThat(picks(50, nodes)).containsExactly(nodes[1]);
    nodes[0].weight = nodes[1].weight = 4;
    nodes[0].inFlight = 7;
    assertThat(picks(50, nodes)).containsExactly(nodes[0]);
    nodes[0].inFlight = 9;
    assertThat(picks(50, nodes)).containsExactly(nodes[1]);
    nodes[1].latency = 17_000_000;
    nodes[0].inFlight = 1;
    assertThat(picks(50, nodes)).containsExactly(nodes[1]);
  }

  @Test
  void the_latency_of_a_busier_node_does_not_shut_out_the_tied_ones() {
    FakeCandidate[] nodes = FakeCandidate.idle(3);
    nodes[0].inFlight = 3;
    nodes[0].latency = 1_000_000;
    nodes[1].latency = nodes[2].latency = 80_000_000;
    assertThat(picks(200, nodes)).containsExactlyInAnyOrder(nodes[1], nodes[2]);
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 16, 17, 200})
  void tried_full_and_weightless_nodes_are_passed_over(int size) {
    FakeCandidate[] nodes = FakeCandidate.idle(size);
    for (FakeCandidate node : nodes) {
      node.inFlight = 5;
    }
    nodes[0].inFlight = nodes[1].inFlight = nodes[2].inFlight = 0;
    nodes[0].full = true;
    nodes[1].weight = 0;
    tried.add(nodes[2]);
    assertThat(picks(2000, nodes)).doesNotContain(nodes[0], nodes[1], nodes[2]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 16, 17, 1000})
  void null_when_nobody_is_left(int size) {
    FakeCandidate[] nodes = FakeCandidate.idle(size);
    for (int i = 0; i < size; i++) {
      nodes[i].full = i % 3 == 0;
      nodes[i].weight = i % 3 == 1 ? 0 : 1;
      if (i % 3 == 2) {
        tried.add(nodes[i]);
      }
    }
    assertThat(pick(nodes)).isNull();
  }

  @Test
  void finds_the_only_open_node_of_a_thousand() {
    FakeCandidate[] nodes = FakeCandidate.idle(1000);
    for (int i = 0; i < nodes.length; i++) {
      nodes[i].full = i % 2 == 0;
      if (i % 2 == 1) {
        tried.add(nodes[i]);
      }
    }
    for (int open : new int[] {0, 1, 499, 998, 999}) {
      boolean wasFull = nodes[open].full;
      Tried before = new Tried();
      Arrays.stream(nodes).filter(n -> tried.contains(n) && n != nodes[open]).forEach(before::add);
      nodes[open].full = false;
      for (int i = 0; i < 20; i++) {
        assertThat(balancer.over(nodes).pick(before, RequestHint.read(), random.next()))
            .isSameAs(nodes[open]);
      }
      nodes[open].full = wasFull;
    }
  }

  @Test
  void a_node_that_fills_up_while_it_is_looked_at_leaves_the_best_seen() {
    FakeCandidate node =
        new FakeCandidate("n0") {
          @Override
          public double load() {
            return looks; // grows with every look, as if other threads picked it meanwhile
          }

          @Override
          public boolean isFull() {
            return super.isFull() || looks > 1;
          }
        };
    assertThat(pick(node)).isSameAs(node);
  }
}
