package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;

/** Whether counts are as even as chance makes them. */
final class Uniformity {
  private Uniformity() {}

  /** Pearson's statistic within five deviations of what uniform draws give. */
  static void assertUniform(int... counts) {
    double[] weights = new double[counts.length];
    Arrays.fill(weights, 1);
    assertInProportion(weights, counts);
  }

  /** The same for draws by weight. */
  static void assertInProportion(double[] weights, int... counts) {
    double total = Arrays.stream(counts).sum();
    double totalWeight = Arrays.stream(weights).sum();
    double statistic = 0;
    for (int i = 0; i < counts.length; i++) {
      double expected = total * weights[i] / totalWeight;
      statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
    }
    int freedom = counts.length - 1;
    assertThat(statistic)
        .as("chi-square of %s", Arrays.toString(counts))
        .isLessThanOrEqualTo(freedom + 5 * Math.sqrt(2.0 * freedom));
  }
}
