package io.nodewise.lb.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * One line of the report. Times are nanoseconds an operation, over the iterations of all forks.
 *
 * @param name the benchmark's method
 * @param policy the policy, or empty for a baseline
 * @param nodes the nodes, or 0 for a baseline
 * @param threads threads that call it at once
 * @param p10 a tenth of the iterations were faster
 * @param p90 a tenth were slower
 * @param bytes bytes allocated an operation, the median; NaN where it was not measured
 * @param samples iterations
 */
record PickRow(
    String name,
    String policy,
    int nodes,
    int threads,
    double median,
    double p10,
    double p90,
    double bytes,
    int samples) {

  private static final String ALLOCATION = "gc.alloc.rate.norm";

  static List<PickRow> of(Collection<RunResult> results) {
    List<PickRow> rows = new ArrayList<>();
    for (RunResult result : results) {
      rows.add(of(result));
    }
    rows.sort(
        Comparator.comparing((PickRow row) -> row.policy().isEmpty())
            .thenComparing(PickRow::name)
            .thenComparing(PickRow::policy)
            .thenComparingInt(PickRow::nodes)
            .thenComparingInt(PickRow::threads));
    return rows;
  }

  private static PickRow of(RunResult result) {
    List<Double> times = new ArrayList<>();
    List<Double> bytes = new ArrayList<>();
    for (BenchmarkResult fork : result.getBenchmarkResults()) {
      for (IterationResult iteration : fork.getIterationResults()) {
        times.add(iteration.getPrimaryResult().getScore());
        Result<?> allocation = iteration.getSecondaryResults().get(ALLOCATION);
        if (allocation != null) {
          bytes.add(allocation.getScore());
        }
      }
    }
    times.sort(Comparator.naturalOrder());
    bytes.sort(Comparator.naturalOrder());
    BenchmarkParams params = result.getParams();
    String full = params.getBenchmark();
    String nodes = params.getParam("nodes");
    String policy = params.getParam("policy");
    return new PickRow(
        full.substring(full.lastIndexOf('.') + 1),
        policy == null ? "" : policy,
        nodes == null ? 0 : Integer.parseInt(nodes),
        params.getThreads(),
        quantile(times, 0.5),
        quantile(times, 0.1),
        quantile(times, 0.9),
        quantile(bytes, 0.5),
        times.size());
  }

  private static double quantile(List<Double> sorted, double q) {
    return sorted.isEmpty() ? Double.NaN : sorted.get((int) (q * (sorted.size() - 1)));
  }

  /** What the rows of one group have in common: all but nodes and threads. */
  String group() {
    return policy.isEmpty() ? name : name + ", " + policy;
  }
}
