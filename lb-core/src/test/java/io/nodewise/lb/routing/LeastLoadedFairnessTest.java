package io.nodewise.lb.routing;

import static io.nodewise.lb.routing.Uniformity.assertInProportion;
import static io.nodewise.lb.routing.Uniformity.assertUniform;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That no node is preferred for where it stands in the set. */
class LeastLoadedFairnessTest {
  private final Balancer balancer = BalancingPolicy.leastLoaded().newBalancer();
  private final Randomness random = TestRuntime.seeded(20_260_101);

  private int[] counts(FakeCandidate[] nodes, int picks, Tried tried) {
    IdentityHashMap<Candidate, Integer> index = new IdentityHashMap<>();
    IntStream.range(0, nodes.length).forEach(i -> index.put(nodes[i], i));
    Picker picker = balancer.over(nodes);
    int[] counts = new int[nodes.length];
    for (int i = 0; i < picks; i++) {
      counts[index.get(picker.pick(tried, RequestHint.read(), random.next()))]++;
    }
    return counts;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 4, 32, 33, 100, 1000})
  void an_idle_cluster_is_used_evenly(int size) {
    assertUniform(counts(FakeCandidate.idle(size), 200 * size, new Tried()));
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 32, 33, 100})
  void what_a_failed_node_would_have_got_is_spread_over_all_others(int size) {
    FakeCandidate[] nodes = FakeCandidate.idle(size);
    Tried tried = new Tried();
    tried.add(nodes[1]);
    int[] counts = counts(nodes, 400 * size, tried);
    assertThat(counts[1]).isZero();
    assertUniform(IntStream.range(0, size).filter(i -> i != 1).map(i -> counts[i]).toArray());
  }

  @ParameterizedTest
  @ValueSource(ints = {33, 34, 100, 1000})
  void looks_at_five_distinct_nodes_of_a_large_set_and_at_each_as_often(int size) {
    FakeCandidate[] nodes = FakeCandidate.idle(size);
    Picker picker = balancer.over(nodes);
    int[] looked = new int[size];
    for (int pick = 0; pick < 200 * size; pick++) {
      picker.pick(new Tried(), RequestHint.read(), random.next());
      int distinct = 0;
      for (int i = 0; i < size; i++) {
        if (nodes[i].looks > 0) {
          distinct++;
          looked[i]++;
          nodes[i].looks = 0;
        }
      }
      assertThat(distinct).isEqualTo(LeastLoaded.CHOICES);
    }
    assertUniform(looked);
  }

  @Test
  void any_two_nodes_may_meet_in_a_sample() {
    FakeCandidate[] nodes = FakeCandidate.idle(33);
    Picker picker = balancer.over(nodes);
    boolean[][] met = new boolean[33][33];
    for (int pick = 0; pick < 20_000; pick++) {
      picker.pick(new Tried(), RequestHint.read(), random.next());
      int[] seen = IntStream.range(0, 33).filter(i -> nodes[i].looks > 0).toArray();
      for (int a : seen) {
        for (int b : seen) {
          met[a][b] = true;
        }
      }
      Arrays.stream(nodes).forEach(node -> node.looks = 0);
    }
    for (boolean[] row : met) {
      for (boolean together : row) {
        assertThat(together).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 10})
  void ties_are_drawn_by_weight(int size) {
    FakeCandidate[] nodes = FakeCandidate.idle(size);
    double[] weights = new double[size];
    for (int i = 0; i < size; i++) {
      nodes[i].weight = weights[i] = i + 1;
    }
    assertInProportion(weights, counts(nodes, 20_000, new Tried()));
  }

  @Test
  void weights_make_no_bursts() {
    // A peer's weighted round robin gives a thousand picks in a row to the heaviest of these.
    FakeCandidate[] nodes = FakeCandidate.idle(4);
    for (int i = 0; i < 4; i++) {
      nodes[i].weight = 1000.0 * (i + 1);
    }
    Picker picker = balancer.over(nodes);
    Candidate last = null;
    int run = 0;
    int longest = 0;
    for (int i = 0; i < 20_000; i++) {
      Candidate picked = picker.pick(new Tried(), RequestHint.read(), random.next());
      run = picked == last ? run + 1 : 1;
      last = picked;
      longest = Math.max(longest, run);
    }
    assertThat(longest).isLessThan(25);
  }

  @Test
  void requests_that_do_not_end_spread_by_weight() {
    FakeCandidate[] nodes = FakeCandidate.idle(3);
    nodes[0].weight = 1;
    nodes[1].weight = 2;
    nodes[2].weight = 5;
    Picker picker = balancer.over(nodes);
    for (int i = 0; i < 800; i++) {
      FakeCandidate picked =
          (FakeCandidate) picker.pick(new Tried(), RequestHint.read(), random.next());
      picked.inFlight++;
    }
    assertThat(nodes[0].inFlight).isBetween(99, 101);
    assertThat(nodes[1].inFlight).isBetween(198, 202);
    assertThat(nodes[2].inFlight).isBetween(497, 503);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 400})
  void requests_that_come_and_go_are_shared_by_weight_one_at_a_time_or_many(int inFlight) {
    double[] weights = {1, 2, 3, 4};
    FakeCandidate[] nodes = FakeCandidate.weighing(weights);
    Picker picker = balancer.over(nodes);
    List<FakeCandidate> running = new ArrayList<>();
    Map<Candidate, Integer> counts = new IdentityHashMap<>();
    for (int i = 0; i < 40_000; i++) {
      if (running.size() == inFlight) {
        int ended = (int) Long.remainderUnsigned(random.next(), inFlight);
        Collections.swap(running, ended, inFlight - 1);
        running.remove(inFlight - 1).inFlight--;
      }
      FakeCandidate picked =
          (FakeCandidate) picker.pick(new Tried(), RequestHint.read(), random.next());
      picked.inFlight++;
      running.add(picked);
      counts.merge(picked, 1, Integer::sum);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(counts.get(nodes[i]) / 4000.0).isCloseTo(weights[i], withinPercentage(5));
    }
  }

  @Test
  void five_choices_keep_a_large_set_level() {
    FakeCandidate[] nodes = FakeCandidate.idle(100);
    Picker picker = balancer.over(nodes);
    for (int i = 0; i < 2000; i++) {
      FakeCandidate picked =
          (FakeCandidate) picker.pick(new Tried(), RequestHint.read(), random.next());
      picked.inFlight++;
    }
    assertThat(nodes).allSatisfy(node -> assertThat(node.inFlight).isBetween(18, 22));
  }
}
