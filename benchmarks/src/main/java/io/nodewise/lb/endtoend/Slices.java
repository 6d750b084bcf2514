package io.nodewise.lb.endtoend;

import io.nodewise.lb.benchmarks.Rotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/*
 * Other programs, the clock rate and the collector change a machine's speed by more than a load
 * balancer costs, but hardly from one twentieth of a second to the next. So arms take turns that
 * short, and each slice is compared with its neighbours only. One arm is there twice, under two
 * names: what it shows against itself is what the method can't tell apart.
 */
/** Arms in short turns by one thread. */
final class Slices {
  private static final Duration SLICE = Duration.ofMillis(50);

  /** Where a slice's time is over sooner; the first call of a slice is not counted. */
  private static final int LEAST_CALLS = 4;

  private static final int MOST_CALLS = 10_000;

  private Slices() {}

  /** The p50 of each slice, by arm; the i-th slices of all arms lie side by side. */
  static Map<Arm, double[]> run(List<Arm> arms, Operation operation, Duration length) {
    Map<Arm, List<Double>> medians = new LinkedHashMap<>();
    arms.forEach(arm -> medians.put(arm, new ArrayList<>()));
    long start = System.nanoTime();
    for (int round = 0; System.nanoTime() - start < length.toNanos() || round < 2; round++) {
      for (Arm arm : Rotation.of(arms, round, arms.size())) {
        medians.get(arm).add(slice(arm, operation));
      }
    }
    Map<Arm, double[]> all = new LinkedHashMap<>();
    medians.forEach(
        (arm, slices) -> all.put(arm, slices.stream().mapToDouble(one -> one).toArray()));
    return all;
  }

  private static double slice(Arm arm, Operation operation) {
    operation.run(arm.s3(), 0);
    double[] latencies = new double[MOST_CALLS];
    int calls = 0;
    long start = System.nanoTime();
    long before = start;
    while (calls < MOST_CALLS && (calls < LEAST_CALLS || before - start < SLICE.toNanos())) {
      operation.run(arm.s3(), 0);
      long after = System.nanoTime();
      latencies[calls++] = after - before;
      before = after;
    }
    return Ratio.median(java.util.Arrays.copyOf(latencies, calls));
  }
}
