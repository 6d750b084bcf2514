package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RandomChoiceTest {
  private static Picking over(double... weights) {
    return Picking.by(BalancingPolicy.random(), FakeCandidate.weighing(weights));
  }

  @Test
  void each_is_as_likely_as_its_weight_says_whatever_its_load() {
    double[] weights = {1, 2, 3, 4, 0.25, 100};
    Picking picking = over(weights);
    picking.nodes[5].inFlight = 1000;
    Uniformity.assertInProportion(weights, picking.counts(200_000));
  }

  @Test
  void the_share_of_closed_nodes_is_spread_by_weight() {
    Picking picking = over(1, 2, 3, 4, 5);
    picking.nodes[4].full = true;
    picking.tried.add(picking.nodes[0]);
    int[] counts = picking.counts(20_000);
    assertThat(counts[0] + counts[4]).isZero();
    Uniformity.assertInProportion(new double[] {2, 3, 4}, counts[1], counts[2], counts[3]);
  }

  @Test
  void weights_that_rise_or_fall_meanwhile_count_as_they_are() {
    Picking picking = over(1, 1, 1, 1);
    picking.counts(100);
    picking.nodes[0].weight = 9;
    Uniformity.assertInProportion(new double[] {9, 1, 1, 1}, picking.counts(24_000));
    for (FakeCandidate node : picking.nodes) {
      node.weight = 0.01; // all of them rare, by what the weights were
    }
    picking.nodes[1].weight = 0.03;
    Uniformity.assertInProportion(new double[] {1, 3, 1, 1}, picking.counts(24_000));
  }

  @Test
  void one_pick_says_nothing_of_the_next() {
    Picking picking = over(1, 1, 1);
    int[] pairs = new int[9];
    int last = picking.indexOf(picking.pick());
    for (int i = 0; i < 18_000; i++) {
      int next = picking.indexOf(picking.pick());
      pairs[3 * last + next]++;
      last = next;
    }
    Uniformity.assertUniform(pairs);
  }

  @Test
  void weights_of_any_size_will_do() {
    assertThat(over(Double.MIN_VALUE, Double.MIN_VALUE).met(200)).hasSize(2);
    assertThat(over(Double.MAX_VALUE, Double.MAX_VALUE).picks(10)).doesNotContainNull();
    assertThat(over(1e-300, 1).picks(100)).doesNotContainNull();
  }

  @Test
  void a_node_that_closes_while_it_is_looked_at_is_not_picked() {
    FakeCandidate closing =
        new FakeCandidate("closing") {
          @Override
          public boolean isFull() {
            return super.isFull() || looks > 1; // open in the first pass only
          }
        };
    FakeCandidate other = new FakeCandidate("other");
    for (int i = 0; i < 50; i++) {
      closing.looks = 0;
      assertThat(Picking.by(BalancingPolicy.random(), closing, other).pick()).isSameAs(other);
    }
  }
}
