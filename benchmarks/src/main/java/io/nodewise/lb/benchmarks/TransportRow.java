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
 * One line of the report: medians over the iterations of all rounds, each of them a median of its
 * pairs of calls.
 *
 * @param operation of the S3 client, or {@code transport}
 * @param nodes balanced over
 * @param threads threads that call at once
 * @param plainNanos a call of the SDK alone
 * @param addedNanos by which the balanced call took longer
 * @param p10 of {@code addedNanos}: a tenth of the iterations showed less
 * @param p90 a tenth showed more
 * @param plainBytes allocated by a call of the SDK alone
 * @param addedBytes by which the balanced call allocated more
 * @param samples iterations
 */
record TransportRow(
    String operation,
    int nodes,
    int threads,
    double plainNanos,
    double addedNanos,
    double p10,
    double p90,
    double plainBytes,
    double addedBytes,
    int samples) {

  private static final List<String> ORDER = List.of("GET", "PUT", "HEAD", "transport");

  /** A row for each operation, number of nodes and of threads. */
  static List<TransportRow> of(Collection<RunResult> results) {
    List<TransportRow> rows = new ArrayList<>();
    Rounds.byArm(results).forEach(ofOne -> rows.add(merged(ofOne)));
    rows.sort(
        Comparator.comparingInt((TransportRow row) -> ORDER.indexOf(row.operation))
            .thenComparingInt(TransportRow::threads)
            .thenComparingInt(TransportRow::nodes));
    return rows;
  }

  private static TransportRow merged(List<RunResult> rounds) {
    BenchmarkParams params = rounds.get(0).getParams();
    List<Double> added = values(rounds, "addedNanos");
    return new TransportRow(
        params.getParam("operation"),
        Integer.parseInt(params.getParam("nodes")),
        params.getThreads(),
        Rounds.quantile(values(rounds, "plainNanos"), 0.5),
        Rounds.quantile(added, 0.5),
        Rounds.quantile(added, 0.1),
        Rounds.quantile(added, 0.9),
        Rounds.quantile(values(rounds, "plainBytes"), 0.5),
        Rounds.quantile(values(rounds, "addedBytes"), 0.5),
        added.size());
  }

  /** Of all iterations, for one thread, sorted. */
  private static List<Double> values(List<RunResult> rounds, String name) {
    List<Double> values = new ArrayList<>();
    for (RunResult round : rounds) {
      for (BenchmarkResult fork : round.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          Result<?> sum = iteration.getSecondaryResults().get(name);
          if (sum != null && !Double.isNaN(sum.getScore())) { // NaN: not one pair in all that time
            values.add(sum.getScore() / round.getParams().getThreads());
          }
        }
      }
    }
    values.sort(Comparator.naturalOrder());
    return values;
  }

  /** What balancing adds. */
  BarChart.Bar addedBar() {
    return new BarChart.Bar("Nodewise adds, " + operation, true, nodes, addedNanos, addedBytes);
  }

  /** What it adds to. */
  BarChart.Bar plainBar() {
    return new BarChart.Bar("SDK alone, " + operation, false, 0, plainNanos, plainBytes);
  }
}
