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

/** The whole benchmark in small: two nodes, no proxies. Says nothing of speed. */
class EndToEndIT {
  private static final Plan PLAN = Plan.smoke();

  @Test
  @Timeout(180)
  void a_run_adds_up_is_written_and_leaves_nothing_behind(@TempDir Path folder) throws Exception {
    Measured measured =
        new EndToEnd(PLAN, List.of(), Path.of("proxies"), what -> {}).run(List.of("a test"));

    assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    speedAddsUp(measured);
    assertThat(measured.ratios().get(Operation.SMALL_GET))
        .hasSize(2)
        .allSatisfy(
            (arm, ratio) -> {
              assertThat(ratio.low()).isPositive().isLessThanOrEqualTo(ratio.value());
              assertThat(ratio.high()).isGreaterThanOrEqualTo(ratio.value());
            });
    assertThat(measured.scaling()).hasSize(3).allSatisfy((arm, tally) -> isSound(tally));
    drillAddsUp(measured.drills().get(Drill.KILL));

    EndToEndReport.write(folder, measured);
    assertThat(Files.readString(folder.resolve("end-to-end.md")))
        .contains("- a test", "### 4 KiB PUT, 2 threads", "### SIGKILL of one node", "## Settings");
    assertThat(Files.readAllLines(folder.resolve("end-to-end.csv")))
        .hasSize(1 + 2 * 4 * 10 + 2 * 5 + 3 * 10 + 3 * 8)
        .allMatch(line -> line.split(",(?=([^\"]*\"[^\"]*\")*[^\"]*$)", -1).length == 5);
    DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(folder.resolve("end-to-end.svg").toFile());
  }

  private static void speedAddsUp(Measured measured) {
    assertThat(measured.speed()).hasSize(PLAN.operations().size());
    measured
        .speed()
        .forEach(
            (workload, arms) -> {
              assertThat(arms)
                  .containsOnlyKeys(Arms.PLAIN, Arms.NODEWISE_ONE, Arms.NODEWISE, Arms.NAIVE);
              Measured.sums(arms).values().forEach(EndToEndIT::isSound);
            });
  }

  private static void isSound(Tally tally) {
    assertThat(tally.calls()).isPositive();
    assertThat(tally.failures()).isZero();
    assertThat(tally.allocated()).isBetween(10.0, 100_000.0);
    assertThat(tally.clientCpu()).isNotNegative();
  }

  private static void drillAddsUp(DrillGround.Outcome outcome) {
    Map<String, DrillResult> arms = outcome.byArm();
    assertThat(arms).containsOnlyKeys(Arms.NODEWISE, Arms.NAIVE, Arms.PLAIN);
    long fewest =
        PLAN.drill().callsPerSecond()
            * PLAN.drill().fault().plus(PLAN.drill().after()).toMillis()
            / 1000
            / 2;
    assertThat(arms.values()).allMatch(result -> result.calls() >= fewest);
    assertThat(arms.get(Arms.NODEWISE).failed()).isZero();
    // Its node is dead all the time: every attempt is refused.
    assertThat(arms.get(Arms.PLAIN).failed()).isPositive();
    assertThat(outcome.failures().get(Arms.PLAIN)).containsKey("ConnectException");
  }
}
