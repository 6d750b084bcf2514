package io.nodewise.lb.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;

/**
 * Runs the pick benchmarks on the class path and writes {@code pick.md}, {@code pick.csv}, {@code
 * pick.json} and {@code pick.svg}.
 */
public final class PickReport {
  private static final Rounds.Plan PLAN =
      new Rounds.Plan("run-pick", List.of("1", "2", "8"), List.of("1", "2"), 2, 3, 250, 60);

  /** Ours and, where they are on the class path, those of others. */
  static final Arms.Subject PICKS =
      new Arms.Subject() {
        @Override
        public boolean includes(String benchmark) {
          return !benchmark.startsWith(TransportBenchmark.class.getName())
              && !benchmark.startsWith(ObservingBenchmark.class.getName());
        }

        /** Of the facade, which adds the same to any policy, two; quickly: the extremes. */
        @Override
        public Collection<String> values(
            String benchmark, String parameter, List<String> all, boolean quick) {
          if (parameter.equals("policy") && benchmark.endsWith(".facade")) {
            return List.of("leastLoaded", "roundRobin");
          }
          return parameter.equals("nodes") && quick ? List.of("10", "1000") : all;
        }
      };

  private PickReport() {}

  /**
   * The first argument is the folder to write to; then {@code --peers} (which only the report's
   * text needs), {@code --quick}, {@code --rounds=2}; the others are JMH's.
   */
  public static void main(String[] args)
      throws CommandLineOptionException, RunnerException, IOException {
    Rounds rounds = Rounds.run(PICKS, PLAN, Rounds.afterFolder(args));
    write(Path.of(args[0]), PickRow.of(rounds.results()), rounds.circumstances());
  }

  static void write(Path folder, List<PickRow> rows, List<String> circumstances)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("pick.md"), PickTable.markdown(rows, circumstances));
    Files.writeString(folder.resolve("pick.csv"), PickTable.csv(rows));
    Files.writeString(folder.resolve("pick.json"), PickTable.json(rows, circumstances));
    int threads = rows.stream().mapToInt(PickRow::threads).min().orElse(1);
    Files.writeString(
        folder.resolve("pick.svg"),
        BarChart.of(
            rows.stream().filter(row -> row.threads() == threads).map(PickRow::bar).toList(),
            "One pick and its completion (median)",
            threads));
  }
}
