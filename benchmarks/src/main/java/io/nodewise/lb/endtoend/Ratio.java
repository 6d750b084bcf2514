package io.nodewise.lb.endtoend;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * How much longer one arm takes than another, with an interval.
 *
 * @param value the median, over pairs of neighbouring slices, of the ratio of their p50
 * @param low where the 95 % interval begins: bootstrapped over the pairs
 * @param high where it ends
 * @param pairs how many there were
 * @param base the median p50 of the slices of the arm compared with, in its unit
 */
record Ratio(double value, double low, double high, int pairs, double base) {
  /** Enough for the ends of a 95 % interval to be steady in the third digit. */
  private static final int RESAMPLES = 4000;

  /** The same pairs give the same interval. */
  private static final long SEED = 20_260_101;

  /**
   * From the p50 of slices that lie side by side: element i of one against element i of the other.
   */
  static Ratio of(double[] numerators, double[] denominators) {
    int pairs = numerators.length;
    if (pairs == 0 || pairs != denominators.length) {
      throw new IllegalArgumentException(
          "slices: " + pairs + " and " + denominators.length + " (expected: equal, > 0)");
    }
    double[] ratios = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      ratios[i] = numerators[i] / denominators[i];
    }
    SplittableRandom random = new SplittableRandom(SEED);
    double[] medians = new double[RESAMPLES];
    double[] resample = new double[pairs];
    for (int i = 0; i < RESAMPLES; i++) {
      for (int j = 0; j < pairs; j++) {
        resample[j] = ratios[random.nextInt(pairs)];
      }
      medians[i] = median(resample);
    }
    Arrays.sort(medians);
    return new Ratio(
        median(ratios),
        medians[(int) (0.025 * RESAMPLES)],
        medians[(int) (0.975 * RESAMPLES) - 1],
        pairs,
        median(denominators));
  }

  /** The median; the array is left as it was. */
  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
