package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The hedging benchmark in small: two nodes, short turns. Says nothing of speed. */
class HedgingReportIT {
  @Test
  @Timeout(120)
  void a_run_adds_up_is_written_and_leaves_nothing_behind(@TempDir Path folder) throws Exception {
    HedgingRun run = new HedgingRun(2, 2, Duration.ofMillis(700), 100, 100);
    List<HedgingRun.Way> ways = run.run(what -> {});

    assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(ways).hasSize(4);
    for (HedgingRun.Way way : ways) {
      assertThat(way.calls()).as(way.shown()).isBetween(100, 200);
      assertThat(way.failures()).isZero();
      assertThat(way.quantile(0.5)).isGreaterThan(HedgingRun.SERVICE_MILLIS);
      assertThat(way.quantile(1)).isGreaterThanOrEqualTo(way.quantile(0.999));
      assertThat(way.added()).isBetween(0.0, way.isHedged ? 0.05 : 0.0);
    }
    assertThat(ways.get(0).stalled()).as("one in twenty").isPositive();

    HedgingReport.write(folder, run, ways, List.of("a test"));
    assertThat(Files.readString(folder.resolve("hedging.md")))
        .contains("- a test", "times lower hedged");
    assertThat(Files.readAllLines(folder.resolve("hedging.csv")))
        .hasSize(5)
        .allMatch(line -> line.split(",", -1).length == 15);
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve("hedging.svg").toFile());
  }
}
