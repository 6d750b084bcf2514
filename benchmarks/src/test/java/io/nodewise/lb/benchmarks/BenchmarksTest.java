package io.nodewise.lb.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, for an instant, and its report can be written. Says nothing of speed. */
class BenchmarksTest {

  /** Nothing is measured here, so others may measure at the same time. */
  @BeforeAll
  static void ignoreOthers() {
    System.setProperty("jmh.ignoreLock", "true");
  }

  @Test
  void everyBenchmarkRunsAndReports(@TempDir Path folder) throws Exception {
    List<PickRow> rows = PickRow.of(run());
    assertThat(rows).extracting(PickRow::group).containsExactlyInAnyOrderElementsOf(expected());
    assertThat(rows).allMatch(row -> row.samples() == 1 && row.median() > 0);

    PickReport.write(folder, rows, List.of("a test"));
    assertThat(Files.readAllLines(folder.resolve("pick.csv"))).hasSize(rows.size() + 1);
    assertThat(Files.readString(folder.resolve("pick.md")))
        .contains("| Nodewise facade | leastLoaded | 10");
    assertThat(Files.readString(folder.resolve("pick.json")))
        .contains("\"library\": \"Nodewise\", \"policy\": \"sticky\", \"nodes\": 10");
    Path svg = folder.resolve("pick.svg");
    String picture = Files.readString(svg);
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
    assertThat(expected()).allMatch(group -> picture.contains(">" + group + "</text>"));
  }

  @Test
  void every_call_is_made_by_both_clients_and_reported(@TempDir Path folder) throws Exception {
    OptionsBuilder options = options();
    // The first calls load classes, which is the plain client's misfortune.
    options
        .include(TransportBenchmark.class.getName() + ".pair")
        .param("nodes", "4")
        .param("warmup", "10")
        .warmupIterations(1)
        .warmupTime(TimeValue.milliseconds(300))
        .measurementTime(TimeValue.milliseconds(100));
    List<TransportRow> rows = TransportRow.of(new Runner(options.build()).run());
    assertThat(rows)
        .extracting(TransportRow::operation)
        .containsExactly("GET", "PUT", "HEAD", "transport");
    assertThat(rows).allMatch(row -> row.nodes() == 4 && row.threads() == 2 && row.samples() == 1);
    assertThat(rows).allMatch(row -> row.plainNanos() > 0 && row.plainBytes() > 0);
    // Also before the compiler has come; nothing at all would mean that it was not measured.
    assertThat(rows).allMatch(row -> row.addedBytes() > 0 && row.addedBytes() < 20_000);

    TransportReport.write(folder, rows, List.of("a test"));
    assertThat(Files.readAllLines(folder.resolve("transport.csv"))).hasSize(rows.size() + 1);
    assertThat(Files.readString(folder.resolve("transport.md"))).contains("| HEAD | 4 | 2 |");
    Path svg = folder.resolve("transport.svg");
    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(svg.toFile());
    assertThat(Files.readString(svg)).contains(">SDK alone, GET<", ">Nodewise adds, transport<");
  }

  @Test
  void everybody_who_looks_on_is_measured_and_reported(@TempDir Path folder) throws Exception {
    OptionsBuilder options = options();
    options.include(ObservingBenchmark.class.getName());
    List<ObservingReport.Row> rows = ObservingReport.rows(new Runner(options.build()).run());
    assertThat(rows).hasSize(8).allMatch(row -> row.median() > 0 && row.samples() == 1);
    ObservingReport.write(folder, rows, List.of("a test"));
    assertThat(Files.readAllLines(folder.resolve("observing.csv"))).hasSize(9);
    assertThat(Files.readString(folder.resolve("observing.md"))).contains("| nobody | 2 |");
  }

  @Test
  void one_client_alone_makes_its_calls_for_profilers() throws Exception {
    OptionsBuilder options = options();
    options
        .include(TransportBenchmark.class.getName() + ".one")
        .param("nodes", "0", "4")
        .param("operation", "GET", "transport");
    assertThat(new Runner(options.build()).run()).hasSize(4);
  }

  @Test
  void a_report_measures_no_other_reports_benchmarks() throws Exception {
    CommandLineOptions none = new CommandLineOptions();
    List<Arms.Arm> picks = Arms.asked(PickReport.PICKS, none, List.of("1"), true);
    List<Arms.Arm> pairs = Arms.asked(TransportReport.PAIRS, none, List.of("1"), true);
    assertThat(picks)
        .hasSizeGreaterThan(20)
        .noneMatch(arm -> arm.benchmark().contains("Transport"))
        .noneMatch(arm -> arm.benchmark().contains("Observing"));
    assertThat(pairs).hasSize(4).allMatch(arm -> arm.benchmark().endsWith("Benchmark.pair"));
  }

  @Test
  void a_round_is_the_same_list_from_another_place() {
    List<Arms.Arm> arms =
        IntStream.range(0, 7).mapToObj(i -> new Arms.Arm("b" + i, Map.of(), 1)).toList();
    assertThat(Rotation.of(arms, 0, 2)).isEqualTo(arms);
    assertThat(Rotation.of(arms, 1, 2))
        .containsExactlyInAnyOrderElementsOf(arms)
        .isNotEqualTo(arms);
    assertThat(Rotation.of(arms, 1, 2).get(0)).isNotEqualTo(arms.get(6));
  }

  private static List<String> expected() {
    List<String> groups =
        new ArrayList<>(
            List.of("baseline, atomicRoundRobin", "baseline, nanoTime", "baseline, random"));
    for (String policy :
        List.of(
            "leastLoaded",
            "leastLoadedOf5",
            "powerOfTwoChoices",
            "roundRobin",
            "random",
            "rendezvous",
            "sticky",
            "pinUntilError",
            "zoneAware",
            "subset")) {
      groups.add("Nodewise, " + policy);
      groups.add("Nodewise facade, " + policy);
    }
    return groups;
  }

  private static Collection<RunResult> run() throws RunnerException {
    OptionsBuilder options = options();
    options
        .include(PickBenchmark.class.getName())
        .include(BaselineBenchmark.class.getName())
        .param("nodes", "10");
    return new Runner(options.build()).run();
  }

  /** One short iteration, in this process. */
  private static OptionsBuilder options() {
    OptionsBuilder options = new OptionsBuilder();
    options
        .threads(2)
        .forks(0)
        .warmupIterations(0)
        .measurementIterations(1)
        .measurementTime(TimeValue.milliseconds(20))
        .shouldFailOnError(true)
        .verbosity(VerboseMode.SILENT);
    return options;
  }
}
