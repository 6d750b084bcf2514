package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How many nodes the least loaded is chosen from, and what is done when all those are closed. */
class LeastLoadedChoicesTest {

  private static int[] looksOfOnePick(Picking picking) {
    Arrays.stream(picking.nodes).forEach(node -> node.looks = 0);
    picking.pick();
    return Arrays.stream(picking.nodes).mapToInt(node -> node.looks).toArray();
  }

  @ParameterizedTest
  @CsvSource({"1,2", "2,3", "2,100", "5,6", "5,100", "6,7", "7,100", "16,17", "16,100"})
  void so_many_distinct_nodes_are_looked_at_each_as_often(int choices, int size) {
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(choices), FakeCandidate.idle(size));
    int[] looked = new int[size];
    for (int pick = 0; pick < 300 * size; pick++) {
      int[] looks = looksOfOnePick(picking);
      assertThat(Arrays.stream(looks).max()).hasValue(1);
      assertThat(Arrays.stream(looks).sum()).isEqualTo(choices);
      Arrays.setAll(looked, i -> looked[i] + looks[i]);
    }
    Uniformity.assertUniform(looked);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "5,4", "5,5", "16,16"})
  void of_no_more_nodes_than_choices_all_are_looked_at(int choices, int size) {
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(choices), FakeCandidate.idle(size));
    assertThat(looksOfOnePick(picking)).containsOnly(1);
  }

  @Test
  void of_two_choices_the_less_loaded_is_taken() {
    // Of three nodes the busiest wins against nobody, the idlest against both.
    Picking picking = Picking.by(BalancingPolicy.powerOfTwoChoices(), FakeCandidate.idle(3));
    picking.nodes[0].inFlight = 1;
    picking.nodes[1].inFlight = 3;
    picking.nodes[2].inFlight = 2;
    int[] counts = picking.counts(9000);
    assertThat(counts[1]).isZero();
    Uniformity.assertInProportion(new double[] {2, 1}, counts[0], counts[2]);
  }

  @Test
  void any_two_nodes_may_be_the_two_choices() {
    Picking picking = Picking.by(BalancingPolicy.powerOfTwoChoices(), FakeCandidate.idle(9));
    boolean[][] met = new boolean[9][9];
    for (int pick = 0; pick < 3000; pick++) {
      int[] looks = looksOfOnePick(picking);
      int[] seen = IntStream.range(0, 9).filter(i -> looks[i] > 0).toArray();
      met[seen[0]][seen[1]] = true;
    }
    for (int a = 0; a < 9; a++) {
      for (int b = a + 1; b < 9; b++) {
        assertThat(met[a][b]).as("%s with %s", a, b).isTrue();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 5})
  void of_very_many_nodes_no_distance_between_two_is_left_out(int choices) {
    int size = 30_000;
    List<Integer> looked = new ArrayList<>();
    Candidate[] nodes = new Candidate[size];
    for (int i = 0; i < size; i++) {
      int index = i;
      nodes[i] =
          new FakeCandidate("n" + i) {
            @Override
            public boolean isFull() {
              looked.add(index);
              return false;
            }
          };
    }
    Picker picker = BalancingPolicy.leastLoaded(choices).newBalancer().over(nodes);
    Randomness random = TestRuntime.seeded(5);
    boolean[] met = new boolean[size];
    for (int pick = 0; pick < 300_000; pick++) {
      looked.clear();
      picker.pick(new Tried(), RequestHint.read(), random.next());
      int apart = Math.abs(looked.get(0) - looked.get(1));
      met[Math.min(apart, size - apart)] = true;
    }
    // Neighbours on the ring are rare by design, so of those half a stratum apart and more.
    int most = size / choices;
    assertThat(IntStream.range(most / 2, most)).allMatch(apart -> met[apart]);
  }

  @Test
  void one_choice_is_any_node_whatever_its_load() {
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(1), FakeCandidate.idle(20));
    picking.nodes[3].inFlight = 1000;
    Uniformity.assertUniform(picking.counts(6000));
  }

  @Test
  void two_choices_keep_loads_far_closer_than_one() {
    assertThat(mostInFlight(1)).isGreaterThan(3 + mostInFlight(2));
    assertThat(mostInFlight(2)).isLessThanOrEqualTo(14);
  }

  /** Of 100 nodes after a thousand requests that do not end. */
  private static int mostInFlight(int choices) {
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(choices), FakeCandidate.idle(100));
    for (int i = 0; i < 1000; i++) {
      picking.pick().inFlight++;
    }
    return Arrays.stream(picking.nodes).mapToInt(FakeCandidate::inFlight).max().orElseThrow();
  }

  // All of the sample closed.

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5, 16})
  void where_the_sample_is_closed_the_least_loaded_of_those_left_is_taken(int choices) {
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(choices), FakeCandidate.idle(1000));
    for (int i = 0; i < 1000; i++) {
      picking.nodes[i].full = i % 100 != 7;
      picking.nodes[i].inFlight = i == 507 ? 4 : 5;
    }
    // A sample that has an open node decides by itself: about one in ten of sixteen does.
    int[] counts = picking.counts(1000);
    assertThat(counts[507]).isGreaterThan(800);
    assertThat(Arrays.stream(counts).sum()).isEqualTo(1000);
  }

  @Test
  void where_the_sample_is_closed_load_is_relative_to_weight() {
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(), FakeCandidate.idle(1000));
    Arrays.stream(picking.nodes).forEach(node -> node.full = true);
    FakeCandidate strong = picking.nodes[300];
    FakeCandidate weak = picking.nodes[700];
    strong.full = weak.full = false;
    strong.weight = 4;
    strong.inFlight = 7;
    weak.inFlight = 2;
    assertThat(picking.counts(1000)[300]).isGreaterThan(950);
  }

  @Test
  void where_the_sample_is_closed_the_first_one_open_is_not_preferred() {
    // A rack of ten is open, the others are full: whoever stands first would meet nearly all.
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(), FakeCandidate.idle(1000));
    for (int i = 0; i < 1000; i++) {
      picking.nodes[i].full = i < 500 || i >= 510;
    }
    int[] counts = Arrays.copyOfRange(picking.counts(4000), 500, 510);
    Uniformity.assertUniform(counts);
  }

  @Test
  void where_the_sample_is_closed_ties_are_drawn_by_weight() {
    Picking picking = Picking.by(BalancingPolicy.leastLoaded(), FakeCandidate.idle(1000));
    Arrays.stream(picking.nodes).forEach(node -> node.full = true);
    double[] weights = {1, 2, 3, 4};
    for (int i = 0; i < 4; i++) {
      picking.nodes[100 + i].full = false;
      picking.nodes[100 + i].weight = weights[i];
    }
    Uniformity.assertInProportion(weights, Arrays.copyOfRange(picking.counts(4000), 100, 104));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, -1, 0, 17})
  void there_are_one_to_sixteen_choices(int choices) {
    assertThatThrownBy(() -> BalancingPolicy.leastLoaded(choices))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("choices: " + choices + " (expected: 1 to 16)");
  }
}
