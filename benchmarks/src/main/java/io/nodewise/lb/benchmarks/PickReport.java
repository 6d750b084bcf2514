package io.nodewise.lb.benchmarks;

import io.nodewise.lb.benchmarks.Arms.Arm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the pick benchmarks on the class path and writes {@code pick.md}, {@code pick.csv}, {@code
 * pick.json} and {@code pick.svg}.
 */
public final class PickReport {
  private static final List<String> THREADS = List.of("1", "2", "8");
  private static final List<String> QUICK_THREADS = List.of("1", "2");
  private static final int ROUNDS = 2;

  private PickReport() {}

  /**
   * The first argument is the folder to write to; then {@code --peers} (which only the report's
   * text needs), {@code --quick}, {@code --rounds=2}; the others are JMH's.
   */
  public static void main(String[] args)
      throws CommandLineOptionException, RunnerException, IOException {
    if (args.length == 0) {
      throw new IllegalArgumentException(
          "no arguments (expected: the results folder, then options and JMH's arguments)");
    }
    List<String> forJmh = new ArrayList<>();
    boolean quick = false;
    int rounds = 0;
    for (String argument : Arrays.asList(args).subList(1, args.length)) {
      if (argument.equals("--quick")) {
        quick = true;
      } else if (argument.startsWith("--rounds=")) {
        rounds = Integer.parseInt(argument.substring("--rounds=".length()));
      } else if (!argument.equals("--peers")) {
        forJmh.add(argument);
      }
    }
    if (rounds == 0) {
      rounds = quick ? 1 : ROUNDS;
    }
    CommandLineOptions given = new CommandLineOptions(forJmh.toArray(new String[0]));
    List<Arm> arms = Arms.asked(given, threads(given, quick), quick);
    forJmh.removeAll(given.getIncludes()); // else each fork would run them all
    CommandLineOptions options = new CommandLineOptions(forJmh.toArray(new String[0]));
    double loadBefore = Machine.load();
    Instant start = Instant.now();
    List<RunResult> results = run(arms, options, quick, rounds);
    List<String> circumstances =
        List.of(
            Machine.hardware(),
            Machine.jdk(),
            start.truncatedTo(ChronoUnit.MINUTES)
                + ", "
                + Math.max(1, Duration.between(start, Instant.now()).toMinutes())
                + " min",
            "`benchmarks/run-pick "
                + String.join(" ", Arrays.asList(args).subList(1, args.length)).trim()
                + "`",
            Machine.quiet(loadBefore)
                + String.format(Locale.ROOT, " Load average after: %.1f.", Machine.load()));
    write(Path.of(args[0]), PickRow.of(results), circumstances);
  }

  private static List<String> threads(CommandLineOptions options, boolean quick) {
    if (options.getThreads().hasValue()) {
      return List.of(options.getThreads().get().toString());
    }
    return quick ? QUICK_THREADS : THREADS;
  }

  private static List<RunResult> run(
      List<Arm> arms, CommandLineOptions options, boolean quick, int rounds)
      throws RunnerException {
    List<RunResult> results = new ArrayList<>();
    int done = 0;
    for (int round = 0; round < rounds; round++) {
      for (Arm arm : Arms.rotated(arms, round, rounds)) {
        Collection<RunResult> result = run(arm, options, quick);
        if (result.isEmpty()) {
          System.err.println("failed, see with -v normal: " + arm);
        }
        results.addAll(result);
        if (++done % 20 == 0) {
          System.err.println(done + " of " + arms.size() * rounds);
        }
      }
    }
    return results;
  }

  private static Collection<RunResult> run(Arm arm, CommandLineOptions options, boolean quick)
      throws RunnerException {
    ChainedOptionsBuilder builder =
        new OptionsBuilder()
            .parent(options)
            .include("^" + Pattern.quote(arm.benchmark()) + "$")
            .threads(arm.threads())
            .addProfiler(GCProfiler.class);
    arm.params().forEach((name, value) -> builder.param(name, value));
    if (!options.getForkCount().hasValue()) {
      builder.forks(1); // a round is a fork
    }
    if (quick && !options.getWarmupIterations().hasValue()) {
      builder.warmupIterations(3).warmupTime(TimeValue.milliseconds(250));
    }
    if (quick && !options.getMeasurementIterations().hasValue()) {
      builder.measurementIterations(60);
    }
    if (!options.verbosity().hasValue()) {
      builder.verbosity(VerboseMode.SILENT); // else a line for each iteration
    }
    return new Runner(builder.build()).run();
  }

  static void write(Path folder, List<PickRow> rows, List<String> circumstances)
      throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("pick.md"), PickTable.markdown(rows, circumstances));
    Files.writeString(folder.resolve("pick.csv"), PickTable.csv(rows));
    Files.writeString(folder.resolve("pick.json"), PickTable.json(rows, circumstances));
    Files.writeString(
        folder.resolve("pick.svg"), BarChart.of(rows, "One pick and its completion (median)"));
  }
}
