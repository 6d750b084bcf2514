package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The transfer run in small: 64 MiB up and down, a node killed on each way. Says nothing of speed.
 */
class TransferReportIT {
  private static final long MIB = 1 << 20;

  @Test
  @Timeout(180)
  void file_goes_up_and_down_past_killed_nodes(@TempDir Path folder) throws Exception {
    List<TransferRun> runs;
    try (Transfers transfers = Transfers.of(64 * MIB, 5 * MIB)) {
      runs = transfers.run();
    }

    assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(runs).extracting(TransferRun::way).containsExactly("up", "down");
    TransferRun up = runs.get(0);
    assertThat(up.shares()).as("parts go to every node").allMatch(share -> share.attempts() > 0);
    assertThat(up.shares()).filteredOn(TransferRun.Share::killed).hasSize(1);
    assertThat(runs.stream().mapToLong(TransferRun::failovers).sum())
        .as("parts that moved; what was under way may end just before the kill, not on both ways")
        .isPositive();
    assertThat(runs)
        .allSatisfy(run -> assertThat(run.shares()).allSatisfy(TransferReportIT::reasonsAreKnown));

    TransferReport.write(folder, List.of("a test"), runs);
    assertThat(Files.readString(folder.resolve("transfer.md")))
        .contains("- a test", "Up: 64 MiB", "Down: 64 MiB", ", killed");
    assertThat(Files.readAllLines(folder.resolve("transfer.csv"))).hasSize(1 + 2 * 4);
  }

  /** What an attempt failed of is told for each, and to know it is to have a short text for it. */
  private static void reasonsAreKnown(TransferRun.Share share) {
    int faults =
        share.reasons().entrySet().stream()
            .filter(reason -> !reason.getKey().startsWith("LOAD"))
            .mapToInt(Map.Entry::getValue)
            .sum();
    assertThat(faults).as("%s: %s", share.node(), share.reasons()).isEqualTo((int) share.faults());
    assertThat(share.reasons().keySet()).allMatch(reason -> reason.length() < 200);
  }
}
