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
 * @param project whose: "Nodewise", "Nodewise facade", a peer's name, or "baseline"
 * @param policy the policy, by its library's name for it
 * @param nodes the nodes, or 0 for a baseline
 * @param threads threads that call it at once
 * @param p10 a tenth of the iterations were faster
 * @param p90 a tenth were slower
 * @param bytes bytes allocated an operation, the median; NaN where it was not measured
 * @param samples iterations
 */
record PickRow(
    String project,
    String policy,
    int nodes,
    int threads,
    double median,
    double p10,
    double p90,
    double bytes,
    int samples) {

  static final String OURS = "Nodewise";
  static final String FACADE = "Nodewise facade";
  private static final String BASELINE = "baseline";
  private static final String ALLOCATION = "gc.alloc.rate.norm";

  /** A row for each benchmark, its parameters and threads; forks of one are put together. */
  static List<PickRow> of(Collection<RunResult> results) {
    List<PickRow> rows = new ArrayList<>();
    Rounds.byArm(results).forEach(ofOne -> rows.add(merged(ofOne)));
    rows.sort(
        Comparator.comparing((PickRow row) -> row.isBaseline())
            .thenComparing((PickRow row) -> !row.isOurs())
            .thenComparing(PickRow::project)
            .thenComparing(PickRow::policy)
            .thenComparingInt(PickRow::nodes)
            .thenComparingInt(PickRow::threads));
    return rows;
  }

  private static PickRow merged(List<RunResult> rounds) {
    List<Double> times = new ArrayList<>();
    List<Double> bytes = new ArrayList<>();
    for (RunResult round : rounds) {
      for (BenchmarkResult fork : round.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          times.add(iteration.getPrimaryResult().getScore());
          Result<?> allocation = iteration.getSecondaryResults().get(ALLOCATION);
          if (allocation != null) {
            bytes.add(allocation.getScore());
          }
        }
      }
    }
    times.sort(Comparator.naturalOrder());
    bytes.sort(Comparator.naturalOrder());
    BenchmarkParams params = rounds.get(0).getParams();
    String nodes = params.getParam("nodes");
    String policy = params.getParam("policy");
    String[] path = params.getBenchmark().split("\\.");
    String method = path[path.length - 1];
    return new PickRow(
        projectOf(path[path.length - 2], method),
        policy == null ? method : policy,
        nodes == null ? 0 : Integer.parseInt(nodes),
        params.getThreads(),
        Rounds.quantile(times, 0.5),
        Rounds.quantile(times, 0.1),
        Rounds.quantile(times, 0.9),
        Rounds.quantile(bytes, 0.5),
        times.size());
  }

  private static String projectOf(String type, String method) {
    if (type.equals(PickBenchmark.class.getSimpleName())) {
      return method.equals("facade") ? FACADE : OURS;
    }
    String name = type.replace("Benchmark", "");
    return name.equals("Baseline") ? BASELINE : name;
  }

  /** What the rows of one group have in common: all but nodes and threads. */
  String group() {
    return project + ", " + policy;
  }

  BarChart.Bar bar() {
    return new BarChart.Bar(group(), isOurs(), nodes, median, bytes);
  }

  boolean isBaseline() {
    return project.equals(BASELINE);
  }

  boolean isOurs() {
    return project.startsWith(OURS);
  }
}
