package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RatioTest {

  @Test
  void what_is_equal_is_one() {
    double[] slices = {3, 5, 4};
    assertThat(Ratio.of(slices, slices)).isEqualTo(new Ratio(1, 1, 1, 3, 4));
  }

  @Test
  void noise_that_pairs_share_cancels() {
    SplittableRandom random = new SplittableRandom(7);
    double[] plain = new double[200];
    double[] other = new double[200];
    for (int i = 0; i < plain.length; i++) {
      double machine = 1 + 9 * random.nextDouble(); // up to ten times slower, both alike
      plain[i] = machine * (1 + 0.02 * random.nextDouble());
      other[i] = machine * 1.05 * (1 + 0.02 * random.nextDouble());
    }
    Ratio ratio = Ratio.of(other, plain);
    assertThat(ratio.low()).isGreaterThan(1.045).isLessThan(ratio.value());
    assertThat(ratio.high()).isLessThan(1.055).isGreaterThan(ratio.value());
  }

  @Test
  void the_interval_holds_the_truth_nineteen_times_of_twenty() {
    SplittableRandom random = new SplittableRandom(11);
    int held = 0;
    for (int i = 0; i < 100; i++) {
      double[] one = new double[40];
      double[] two = new double[40];
      for (int j = 0; j < one.length; j++) {
        one[j] = Math.exp(0.3 * (random.nextDouble() - 0.5));
        two[j] = Math.exp(0.3 * (random.nextDouble() - 0.5));
      }
      Ratio ratio = Ratio.of(one, two);
      held += ratio.low() <= 1 && ratio.high() >= 1 ? 1 : 0;
    }
    assertThat(held).isBetween(88, 99);
  }

  @Test
  void slices_without_a_neighbour_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Ratio.of(new double[2], new double[3]))
        .withMessage("slices: 2 and 3 (expected: equal, > 0)");
  }
}
