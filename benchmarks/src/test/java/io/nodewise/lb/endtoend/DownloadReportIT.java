package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The download benchmark in small: one round. Says nothing of speed. */
class DownloadReportIT {
  private static final long SIZE =
      128 << 20; // a strike takes its time, and is to come before the end

  @Test
  @Timeout(120)
  void a_run_goes_on_where_nodes_die_is_written_and_leaves_nothing_behind(@TempDir Path folder)
      throws Exception {
    Map<DownloadFault, List<Download>> all = DownloadReport.run(SIZE, 0, 1);

    assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(all).containsOnlyKeys(DownloadFault.values());
    all.forEach(
        (fault, downloads) -> {
          assertThat(downloads).hasSize(1);
          Download one = downloads.get(0);
          assertThat(one.struck()).hasSameSizeAs(fault.moments());
          assertThat(one.resumes() > 0).as("%s resumed", fault).isEqualTo(fault.isStruck());
        });

    DownloadReport.write(folder, SIZE, List.of("a test"), all);
    assertThat(Files.readString(folder.resolve("download.md"))).contains("- a test", "128 MiB");
    assertThat(Files.readAllLines(folder.resolve("download.csv"))).hasSize(5);
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve("download.svg").toFile());
  }
}
