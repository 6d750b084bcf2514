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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs, for an instant, and its report can be written. Says nothing of speed. */
class BenchmarksTest {

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
  void a_round_is_the_same_list_from_another_place() {
    List<Arms.Arm> arms =
        IntStream.range(0, 7).mapToObj(i -> new Arms.Arm("b" + i, Map.of(), 1)).toList();
    assertThat(Arms.rotated(arms, 0, 2)).isEqualTo(arms);
    assertThat(Arms.rotated(arms, 1, 2))
        .containsExactlyInAnyOrderElementsOf(arms)
        .isNotEqualTo(arms);
    assertThat(Arms.rotated(arms, 1, 2).get(0)).isNotEqualTo(arms.get(6));
  }

  private static List<String> expected() {
    List<String> groups =
        new ArrayList<>(
            List.of("baseline, atomicRoundRobin", "baseline, nanoTime", "baseline, random"));
    for (String policy :
        List.of(
            "leastLoaded",
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
    return new Runner(
            new OptionsBuilder()
                .include(PickBenchmark.class.getName())
                .include(BaselineBenchmark.class.getName())
                .param("nodes", "10")
                .threads(2)
                .forks(0)
                .warmupIterations(0)
                .measurementIterations(1)
                .measurementTime(TimeValue.milliseconds(20))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build())
        .run();
  }
}
