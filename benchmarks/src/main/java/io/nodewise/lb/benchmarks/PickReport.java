package io.nodewise.lb.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs the pick benchmarks and writes {@code pick.md}, {@code pick.csv} and {@code pick.svg}. */
public final class PickReport {
  private static final int[] THREADS = {1, 2};
  private static final String BENCHMARKS = "(PickBenchmark|BaselineBenchmark)";

  private PickReport() {}

  /** The first argument is the folder to write to, the others are JMH's. */
  public static void main(String[] args)
      throws CommandLineOptionException, RunnerException, IOException {
    if (args.length == 0) {
      throw new IllegalArgumentException(
          "no arguments (expected: the results folder, then JMH's arguments)");
    }
    String[] forJmh = Arrays.copyOfRange(args, 1, args.length);
    double loadBefore = Machine.load();
    List<PickRow> rows = PickRow.of(run(new CommandLineOptions(forJmh)));
    List<String> circumstances =
        List.of(
            Machine.hardware(),
            Machine.jdk(),
            LocalDate.now(ZoneOffset.UTC).toString(),
            "`" + String.join(" ", prepend("benchmarks/run-pick", forJmh)) + "`",
            Machine.quiet(loadBefore));
    write(Path.of(args[0]), rows, circumstances);
  }

  private static Collection<RunResult> run(CommandLineOptions options) throws RunnerException {
    List<RunResult> results = new ArrayList<>();
    int[] given =
        options.getThreads().hasValue() ? new int[] {options.getThreads().get()} : THREADS;
    for (int threads : given) {
      ChainedOptionsBuilder builder =
          new OptionsBuilder().parent(options).threads(threads).addProfiler(GCProfiler.class);
      if (!options.verbosity().hasValue()) {
        builder.verbosity(VerboseMode.SILENT); // else a line for each of 200 iterations
      }
      if (options.getIncludes().isEmpty()) {
        builder.include(BENCHMARKS);
      }
      results.addAll(new Runner(builder.build()).run());
    }
    return results;
  }

  static void write(Path folder, List<PickRow> rows, List<String> circumstances)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("pick.md"), PickTable.markdown(rows, circumstances));
    Files.writeString(folder.resolve("pick.csv"), PickTable.csv(rows));
    Files.writeString(
        folder.resolve("pick.svg"), BarChart.of(rows, "One pick and its completion (median)"));
  }

  private static List<String> prepend(String first, String[] others) {
    List<String> all = new ArrayList<>(List.of(first));
    all.addAll(Arrays.asList(others));
    return all;
  }
}
