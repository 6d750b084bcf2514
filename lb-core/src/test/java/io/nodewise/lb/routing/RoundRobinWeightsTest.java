package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** That each node has its weight's share of the turns: in the long run, and all along. */
class RoundRobinWeightsTest {

  /** Weights, and by how many picks at most a node is ever ahead of its share or behind. */
  static Stream<Arguments> sets() {
    double[] large = new double[1000];
    Arrays.fill(large, 2);
    for (int i = 0; i < 10; i++) {
      large[i * 97] = 60;
    }
    return Stream.of(
        Arguments.of(new double[] {1, 1, 1}, 1),
        Arguments.of(new double[] {1, 2}, 1),
        Arguments.of(new double[] {5, 1, 1}, 2),
        Arguments.of(new double[] {1000, 2000, 3000, 4000}, 2),
        Arguments.of(new double[] {1, 1, 1, 97}, 2),
        Arguments.of(new double[] {0.1, 0.7, 0.3}, 2),
        Arguments.of(new double[] {7, 7, 7, 7, 7, 7, 7, 1}, 2),
        Arguments.of(new double[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}, 2),
        Arguments.of(large, 2));
  }

  private static Picking over(double... weights) {
    return Picking.by(RoundRobin::new, FakeCandidate.weighing(weights));
  }

  private static double[] shares(double... weights) {
    double total = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(weight -> weight / total).toArray();
  }

  @ParameterizedTest
  @MethodSource("sets")
  void in_the_long_run_each_has_its_share_within_a_hundredth(double[] weights, int bound) {
    double[] shares = shares(weights);
    double least = Arrays.stream(shares).min().orElseThrow();
    int picks = (int) (200 * bound / least);
    int[] counts = over(weights).counts(picks);
    for (int i = 0; i < weights.length; i++) {
      assertThat((double) counts[i]).isCloseTo(shares[i] * picks, withinPercentage(1));
    }
  }

  @ParameterizedTest
  @MethodSource("sets")
  void in_every_window_of_picks_each_has_its_share_give_or_take_a_few(double[] weights, int bound) {
    // The range of count minus expectation over all prefixes bounds that of all windows.
    double[] shares = shares(weights);
    Picking picking = over(weights);
    int picks = Math.max(5000, 5 * weights.length);
    int[] counts = new int[weights.length];
    double[] highest = new double[weights.length];
    double[] lowest = new double[weights.length];
    for (int pick = 1; pick <= picks; pick++) {
      counts[picking.indexOf(picking.pick())]++;
      for (int i = 0; i < weights.length; i++) {
        double ahead = counts[i] - shares[i] * pick;
        highest[i] = Math.max(highest[i], ahead);
        lowest[i] = Math.min(lowest[i], ahead);
      }
    }
    double widest = 0;
    for (int i = 0; i < weights.length; i++) {
      widest = Math.max(widest, highest[i] - lowest[i]);
    }
    assertThat(widest).isLessThanOrEqualTo(bound);
  }

  @ParameterizedTest
  @MethodSource("sets")
  void no_node_has_a_longer_run_than_its_share_asks_for(double[] weights, int bound) {
    double[] shares = shares(weights);
    List<FakeCandidate> picks = over(weights).picks(20_000);
    for (int i = 1, run = 1; i < picks.size(); i++) {
      run = picks.get(i) == picks.get(i - 1) ? run + 1 : 1;
      double share = shares[Integer.parseInt(picks.get(i).node().host().substring(1))];
      // Evenly spaced others would end it after share / (1 - share); golden ones are less even.
      assertThat(run).isLessThanOrEqualTo((int) Math.ceil(1.5 * share / (1 - share)) + 1);
    }
  }

  @Test
  void a_light_node_has_its_share_too() {
    // With weights scaled to sixteen bits it would have eight per cent less.
    int[] counts = over(1, 10_000).counts(3_000_000);
    assertThat(counts[0]).isBetween(297, 303);
  }

  @Test
  void a_node_of_next_to_no_weight_is_picked_now_and_then() {
    assertThat(over(1e-9, 1).counts(400_000)[0]).isBetween(3, 13);
    assertThat(over(Double.MIN_VALUE, 1, Double.MAX_VALUE).met(400_000)).hasSize(3);
    assertThat(over(Double.MIN_VALUE, Double.MIN_VALUE).counts(100)).containsExactly(50, 50);
  }

  @Test
  void only_nodes_of_next_to_no_weight_are_left() {
    Picking picking = over(1e-9, 1e-9, 1e-9, 1);
    picking.nodes[3].full = true;
    Uniformity.assertUniform(Arrays.copyOf(picking.counts(3000), 3));
  }

  @Test
  void a_weight_that_changes_is_followed() {
    Picking picking = over(4, 4, 4, 4);
    picking.counts(777);
    picking.nodes[1].weight = 1;
    assertShares(picking.counts(13_000), 13_000, 4, 1, 4, 4);
    picking.nodes[1].weight = 8;
    picking.counts(1024); // the greatest weight is looked for anew
    assertShares(picking.counts(20_000), 20_000, 4, 8, 4, 4);
  }

  @Test
  void all_weights_may_shrink_the_greatest_too() {
    Picking picking = over(1000, 500, 500);
    picking.counts(777);
    picking.nodes[0].weight = 1;
    picking.nodes[1].weight = 1;
    picking.nodes[2].weight = 2;
    // Until the greatest weight is looked for anew turns are drawn by weight.
    int[] meanwhile = picking.counts(1024);
    assertThat(meanwhile[0]).isBetween(190, 320);
    assertThat(meanwhile[1]).isBetween(190, 320);
    assertThat(meanwhile[2]).isBetween(430, 590);
    assertShares(picking.counts(4000), 4000, 1, 1, 2);
  }

  @Test
  void a_node_that_starts_slowly_gets_more_and_more() {
    Picking picking = over(1, 1, 1, 1);
    List<Integer> had = new ArrayList<>();
    for (int step = 1; step <= 10; step++) {
      picking.nodes[2].weight = step / 10.0;
      had.add(picking.counts(1000)[2]);
    }
    for (int step = 1; step <= 10; step++) {
      double expected = 1000 * (step / 10.0) / (3 + step / 10.0);
      assertThat((double) had.get(step - 1)).isBetween(expected - 3, expected + 3);
    }
  }

  private static void assertShares(int[] counts, int picks, double... weights) {
    double[] shares = shares(weights);
    for (int i = 0; i < weights.length; i++) {
      assertThat((double) counts[i])
          .as("node %s of %s", i, Arrays.toString(counts))
          .isCloseTo(picks * shares[i], withinPercentage(1));
    }
  }
}
