package io.nodewise.lb.benchmarks;

import io.nodewise.lb.benchmarks.Arms.Arm;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.openjdk.jmh.infra.BenchmarkParams;
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
 * All arms of a report, measured one after another, the whole list as often as asked for.
 *
 * @param results of every arm, once per round
 * @param circumstances machine, JDK, date, command, load
 */
record Rounds(Collection<RunResult> results, List<String> circumstances) {

  /**
   * How a report is measured where the command line does not say.
   *
   * @param script its name, for the report
   * @param warmups warm-up iterations of a quick run, of {@code warmupMillis} each
   * @param iterations measured iterations of a quick run
   */
  record Plan(
      String script,
      List<String> threads,
      List<String> quickThreads,
      int rounds,
      int warmups,
      int warmupMillis,
      int iterations) {}

  /**
   * Measures.
   *
   * @param arguments {@code --quick}, {@code --rounds=2}, {@code --peers} (which only the report's
   *     text needs); the others are JMH's
   */
  static Rounds run(Arms.Subject subject, Plan plan, List<String> arguments)
      throws CommandLineOptionException, RunnerException {
    List<String> forJmh = new ArrayList<>();
    boolean quick = false;
    int rounds = 0;
    for (String argument : arguments) {
      if (argument.equals("--quick")) {
        quick = true;
      } else if (argument.startsWith("--rounds=")) {
        rounds = Integer.parseInt(argument.substring("--rounds=".length()));
      } else if (!argument.equals("--peers")) {
        forJmh.add(argument);
      }
    }
    if (rounds == 0) {
      rounds = quick ? 1 : plan.rounds();
    }
    CommandLineOptions given = new CommandLineOptions(forJmh.toArray(new String[0]));
    List<Arm> arms = Arms.asked(subject, given, threads(given, plan, quick), quick);
    forJmh.removeAll(given.getIncludes()); // else each fork would run them all
    CommandLineOptions options = new CommandLineOptions(forJmh.toArray(new String[0]));
    double loadBefore = Machine.load();
    Instant start = Instant.now();
    List<RunResult> results = new ArrayList<>();
    for (int round = 0; round < rounds; round++) {
      for (Arm arm : Rotation.of(arms, round, rounds)) {
        Collection<RunResult> result = run(arm, options, plan, quick);
        if (result.isEmpty()) {
          System.err.println("failed, see with -v normal: " + arm);
        }
        results.addAll(result);
        if (results.size() % 20 == 0) {
          System.err.println(results.size() + " of " + arms.size() * rounds);
        }
      }
    }
    return new Rounds(results, circumstances(plan.script(), arguments, loadBefore, start));
  }

  private static List<String> circumstances(
      String script, List<String> arguments, double loadBefore, Instant start) {
    return List.of(
        Machine.hardware(),
        Machine.jdk(),
        start.truncatedTo(ChronoUnit.MINUTES)
            + ", "
            + Math.max(1, Duration.between(start, Instant.now()).toMinutes())
            + " min",
        "`benchmarks/" + (script + " " + String.join(" ", arguments)).trim() + "`",
        Machine.quiet(loadBefore)
            + String.format(Locale.ROOT, " Load average after: %.1f.", Machine.load()));
  }

  private static List<String> threads(CommandLineOptions options, Plan plan, boolean quick) {
    if (options.getThreads().hasValue()) {
      return List.of(options.getThreads().get().toString());
    }
    return quick ? plan.quickThreads() : plan.threads();
  }

  private static Collection<RunResult> run(
      Arm arm, CommandLineOptions options, Plan plan, boolean quick) throws RunnerException {
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
      builder
          .warmupIterations(plan.warmups())
          .warmupTime(TimeValue.milliseconds(plan.warmupMillis()));
    }
    if (quick && !options.getMeasurementIterations().hasValue()) {
      builder.measurementIterations(plan.iterations());
    }
    if (!options.verbosity().hasValue()) {
      builder.verbosity(VerboseMode.SILENT); // else a line for each iteration
    }
    return new Runner(builder.build()).run();
  }

  /** The results of each arm, those of all its rounds together. */
  static Collection<List<RunResult>> byArm(Collection<RunResult> results) {
    Map<String, List<RunResult>> arms = new LinkedHashMap<>();
    for (RunResult result : results) {
      BenchmarkParams params = result.getParams();
      String id = params.id() + " by " + params.getThreads();
      arms.computeIfAbsent(id, any -> new ArrayList<>()).add(result);
    }
    return arms.values();
  }

  /** NaN of none. */
  static double quantile(List<Double> sorted, double q) {
    return sorted.isEmpty() ? Double.NaN : sorted.get((int) (q * (sorted.size() - 1)));
  }

  /** What a report's main got, but for the folder, which comes first. */
  static List<String> afterFolder(String[] args) {
    if (args.length == 0) {
      throw new IllegalArgumentException(
          "no arguments (expected: the results folder, then options and JMH's arguments)");
    }
    return Arrays.asList(args).subList(1, args.length);
  }
}
