package io.nodewise.lb.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What is measured, each a fork of its own, in the order of measuring. */
final class Arms {

  /** One benchmark with its parameters, called by so many threads. */
  record Arm(String benchmark, Map<String, String> params, int threads) {
    int nodes() {
      return Integer.parseInt(params.getOrDefault("nodes", "0"));
    }
  }

  /** What a report is of. */
  interface Subject {
    /** Whether it measures this benchmark, by its name. */
    boolean includes(String benchmark);

    /** Which of all values of a parameter it measures, where nobody asks for others. */
    Collection<String> values(String benchmark, String parameter, List<String> all, boolean quick);
  }

  private Arms() {}

  /** Every benchmark of the subject that is on the class path and asked for. */
  static List<Arm> asked(
      Subject subject, CommandLineOptions options, List<String> threads, boolean quick) {
    List<String> includes = options.getIncludes();
    List<Arm> arms = new ArrayList<>();
    for (BenchmarkListEntry entry :
        BenchmarkList.defaultList()
            .find(
                OutputFormatFactory.createFormatInstance(System.err, VerboseMode.SILENT),
                includes,
                options.getExcludes())) {
      if (!subject.includes(entry.getUsername())) {
        continue;
      }
      for (Map<String, String> params : combinations(subject, entry, options, quick)) {
        for (String count : threads) {
          arms.add(new Arm(entry.getUsername(), params, Integer.parseInt(count)));
        }
      }
    }
    arms.sort(
        Comparator.comparingInt(Arm::threads)
            .thenComparingInt(Arm::nodes)
            .thenComparing(Arm::benchmark));
    return arms;
  }

  private static List<Map<String, String>> combinations(
      Subject subject, BenchmarkListEntry entry, CommandLineOptions options, boolean quick) {
    List<Map<String, String>> all = List.of(Map.of());
    for (String name : List.of("nodes", "policy", "operation", "observer")) {
      if (entry.getParams().hasValue() && entry.getParams().get().containsKey(name)) {
        Collection<String> values =
            options.getParameter(name).hasValue()
                ? options.getParameter(name).get()
                : subject.values(
                    entry.getUsername(), name, List.of(entry.getParams().get().get(name)), quick);
        all = times(all, name, values);
      }
    }
    return all;
  }

  private static List<Map<String, String>> times(
      List<Map<String, String>> maps, String name, Collection<String> values) {
    List<Map<String, String>> product = new ArrayList<>();
    for (Map<String, String> map : maps) {
      for (String value : values) {
        Map<String, String> more = new TreeMap<>(map);
        more.put(name, value);
        product.add(more);
      }
    }
    return product;
  }
}
