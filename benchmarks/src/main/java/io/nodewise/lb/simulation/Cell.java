package io.nodewise.lb.simulation;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The runs of one scenario with one policy and one number of clients, one for each seed. */
record Cell(Scenario scenario, Policy policy, int clients, List<Result> runs) {

  double[] sorted(ToDoubleFunction<Result> measure) {
    double[] values = runs.stream().mapToDouble(measure).toArray();
    Arrays.sort(values);
    return values;
  }

  /** The median over the seeds. */
  double median(ToDoubleFunction<Result> measure) {
    double[] values = sorted(measure);
    int middle = values.length / 2;
    boolean odd = values.length % 2 == 1;
    return odd || Double.isInfinite(values[middle])
        ? values[middle]
        : (values[middle - 1] + values[middle]) / 2;
  }

  /** The largest over the seeds. */
  double worst(ToDoubleFunction<Result> measure) {
    double[] values = sorted(measure);
    return values[values.length - 1];
  }

  /** The median, and the least and the largest behind it. */
  String shown(ToDoubleFunction<Result> measure) {
    double[] values = sorted(measure);
    String median = number(median(measure));
    return values.length == 1
        ? median
        : median + " (" + number(values[0]) + "–" + number(values[values.length - 1]) + ")";
  }

  /** Four significant digits at most, without an exponent. */
  static String number(double value) {
    if (Double.isInfinite(value)) {
      return "never";
    }
    int digits = value == 0 || value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 5;
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
