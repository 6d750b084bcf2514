package io.nodewise.lb.endtoend;

import io.nodewise.lb.benchmarks.Rotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

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

  /**
   * The p50 of each slice in nanoseconds, for each arm in the order given; the i-th slices of all
   * arms lie side by side.
   */
  static List<double[]> run(List<Arm> arms, Operation operation, Duration length) {
    List<List<Double>> medians = new ArrayList<>();
    arms.forEach(arm -> medians.add(new ArrayList<>()));
    List<Integer> indexes = IntStream.range(0, arms.size()).boxed().toList();
    long start = System.nanoTime();
    for (int round = 0; System.nanoTime() - start < length.toNanos() || round < 2; round++) {
      for (int index : Rotation.of(indexes, round, arms.size())) {
        medians.get(index).add(slice(arms.get(index), operation));
      }
    }
    return medians.stream()
        .map(slices -> slices.stream().mapToDouble(one -> one).toArray())
        .toList();
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
    return Ratio.median(Arrays.copyOf(latencies, calls));
  }
}
