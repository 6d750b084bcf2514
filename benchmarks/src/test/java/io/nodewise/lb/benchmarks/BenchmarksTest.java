package io.nodewise.lb.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
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
    assertThat(rows)
        .extracting(PickRow::group)
        .containsOnly(
            "facade, leastLoaded",
            "facade, roundRobin",
            "picker, leastLoaded",
            "picker, roundRobin",
            "atomicRoundRobin",
            "nanoTime",
            "random");
    assertThat(rows).allMatch(row -> row.samples() == 1 && row.median() > 0);

    PickReport.write(folder, rows, List.of("a test"));
    assertThat(Files.readAllLines(folder.resolve("pick.csv"))).hasSize(rows.size() + 1);
    assertThat(Files.readString(folder.resolve("pick.md"))).contains("| facade | leastLoaded | 10");
    File svg = folder.resolve("pick.svg").toFile();
    int bars =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(svg)
            .getElementsByTagName("rect")
            .getLength();
    assertThat(bars).isEqualTo(rows.size() + 2); // the background, the legend
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
                .measurementTime(TimeValue.milliseconds(50))
                .shouldFailOnError(true)
                .verbosity(VerboseMode.SILENT)
                .build())
        .run();
  }
}
