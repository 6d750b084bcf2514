package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The discovery benchmark in small. Says nothing of shares. */
class DiscoveryReportIT {
  @Test
  @Timeout(120)
  void a_run_adds_up_and_is_written(@TempDir Path folder) throws Exception {
    DiscoveryRun run = new DiscoveryRun(40, 1, 2);
    DiscoveryRun.Course course = run.run(what -> {});

    assertThat(course.requests()).hasSize(DiscoveryRun.MANY + DiscoveryRun.FEW);
    assertThat(course.records()).isNotEmpty().allMatch(CallRecord::succeeded);
    assertThat(course.events()).hasSize(5);

    DiscoveryReport.write(folder, run, course, List.of("a test"));
    assertThat(Files.readString(folder.resolve("discovery.md")))
        .contains("- a test", "3 → 30", "0 of ");
    assertThat(Files.readAllLines(folder.resolve("discovery.csv")))
        .hasSizeGreaterThan(300)
        .allMatch(line -> line.split(",", -1).length == 4);
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve("discovery.svg").toFile());
  }
}
