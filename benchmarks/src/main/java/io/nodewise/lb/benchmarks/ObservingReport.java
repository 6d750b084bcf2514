package io.nodewise.lb.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/** Runs {@link ObservingBenchmark} and writes {@code observing.md} and {@code observing.csv}. */
public final class ObservingReport {
  private static final Rounds.Plan PLAN =
      new Rounds.Plan("run-observing", List.of("1", "2"), List.of("1"), 2, 3, 300, 60);

  /** In the order of the table. */
  private static final Map<String, String> SHOWN =
      Map.ofEntries(
          Map.entry("nobody", "1. nobody"),
          Map.entry("logOff", "2. request log, its logger off"),
          Map.entry("logOfSlowOnes", "3. request log of slow ones, and none is"),
          Map.entry("listener", "4. a listener that does nothing"),
          Map.entry("metrics", "5. metrics, in a Prometheus registry"),
          Map.entry("logText", "6. request log as text, formatted and thrown away"),
          Map.entry("logJson", "7. the same as JSON"),
          Map.entry("jfr", "8. a flight recording"));

  static final Arms.Subject OBSERVERS =
      new Arms.Subject() {
        @Override
        public boolean includes(String benchmark) {
          return benchmark.startsWith(ObservingBenchmark.class.getName());
        }

        @Override
        public Collection<String> values(
            String benchmark, String parameter, List<String> all, boolean quick) {
          return all;
        }
      };

  /** One line: medians over the iterations of all rounds. */
  record Row(
      String observer,
      int threads,
      double median,
      double p10,
      double p90,
      double bytes,
      int samples) {}

  private ObservingReport() {}

  /**
   * The first argument is the folder to write to; then {@code --quick}, {@code --rounds=2}; the
   * others are JMH's.
   */
  public static void main(String[] args)
      throws CommandLineOptionException, RunnerException, IOException {
    Rounds rounds = Rounds.run(OBSERVERS, PLAN, Rounds.afterFolder(args));
    write(Path.of(args[0]), rows(rounds.results()), rounds.circumstances());
  }

  static List<Row> rows(Collection<RunResult> results) {
    List<Row> rows = new ArrayList<>();
    Rounds.byArm(results).forEach(ofOne -> rows.add(merged(ofOne)));
    rows.sort(Comparator.comparingInt(Row::threads).thenComparing(Row::observer));
    return rows;
  }

  private static Row merged(List<RunResult> rounds) {
    List<Double> times = new ArrayList<>();
    List<Double> bytes = new ArrayList<>();
    for (RunResult round : rounds) {
      for (BenchmarkResult fork : round.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          times.add(iteration.getPrimaryResult().getScore());
          Result<?> allocation = iteration.getSecondaryResults().get("gc.alloc.rate.norm");
          if (allocation != null) {
            bytes.add(allocation.getScore());
          }
        }
      }
    }
    times.sort(Comparator.naturalOrder());
    bytes.sort(Comparator.naturalOrder());
    String observer = rounds.get(0).getParams().getParam("observer");
    return new Row(
        SHOWN.getOrDefault(observer, observer),
        rounds.get(0).getParams().getThreads(),
        Rounds.quantile(times, 0.5),
        Rounds.quantile(times, 0.1),
        Rounds.quantile(times, 0.9),
        Rounds.quantile(bytes, 0.5),
        times.size());
  }

  static void write(Path folder, List<Row> rows, List<String> circumstances) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("observing.md"), markdown(rows, circumstances));
    Files.writeString(folder.resolve("observing.csv"), csv(rows));
  }

  private static String csv(List<Row> rows) {
    StringBuilder csv =
        new StringBuilder("observer,threads,median_ns,p10_ns,p90_ns,bytes,samples\n");
    for (Row row : rows) {
      csv.append(
          String.format(
              Locale.ROOT,
              "\"%s\",%d,%.1f,%.1f,%.1f,%.0f,%d%n",
              row.observer(),
              row.threads(),
              row.median(),
              row.p10(),
              row.p90(),
              row.bytes(),
              row.samples()));
    }
    return csv.toString();
  }

  private static String markdown(List<Row> rows, List<String> circumstances) {
    StringBuilder text = new StringBuilder("# Observing: results\n\n");
    for (String line : circumstances) {
      text.append("- ").append(line).append('\n');
    }
    text.append(
        """

        One attempt of a read from its pick to its end over ten healthy nodes, with all that an adapter says of
        it, and who looks on. Medians of iterations of 2 ms; between p10 and p90 are eight of ten. No network
        and no SDK: a call of the AWS SDK takes some 100 µs and 40,000 bytes beside.

        | who looks on | threads | ns | p10 – p90 | B |
        |---|--:|--:|--:|--:|
        """);
    for (Row row : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %.1f | %.1f – %.1f | %.0f |%n",
              row.observer().substring(3),
              row.threads(),
              row.median(),
              row.p10(),
              row.p90(),
              row.bytes()));
    }
    return text.toString();
  }
}
