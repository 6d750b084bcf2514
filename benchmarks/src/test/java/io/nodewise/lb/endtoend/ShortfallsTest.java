package io.nodewise.lb.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class ShortfallsTest {

  /** A second of calls that take so long each and cost half of it. */
  private static Tally tally(double millis) {
    long nanos = (long) (millis * 1e6);
    Histogram latencies = Tally.histogram();
    int calls = (int) (1e9 / nanos);
    for (int i = 0; i < calls; i++) {
      latencies.recordValue(nanos);
    }
    Tally tally = new Tally();
    tally.addCalls(latencies, 0, 1024L * calls);
    tally.addTurn(1_000_000_000L, calls * nanos / 2, 0, 0);
    return tally;
  }

  private static List<String> shortfalls(String arm, double theirs, double... ours) {
    Map<String, List<Tally>> arms = new LinkedHashMap<>();
    List<Tally> rounds = Arrays.stream(ours).mapToObj(ShortfallsTest::tally).toList();
    arms.put(Arms.NODEWISE_ONE, rounds);
    arms.put(Arms.NODEWISE, rounds);
    arms.put(arm, Arrays.stream(ours).mapToObj(round -> tally(theirs)).toList());
    Workload workload = new Workload(Operation.SMALL_GET, 1);
    return Shortfalls.of(
        new Measured(List.of(), Map.of(workload, arms), Map.of(), Map.of(), Map.of()));
  }

  @Test
  void whatever_another_arm_does_better_is_listed() {
    assertThat(shortfalls("HAProxy", 2, 4, 4))
        .anyMatch(line -> line.contains("ms p50 | Nodewise | 4.0") && line.contains("2 of 2"))
        .anyMatch(line -> line.contains("µs of client and proxy"))
        .anyMatch(line -> line.contains("ms between calls"))
        .noneMatch(line -> line.contains("failed"));
  }

  @Test
  void draws_and_wins_are_not() {
    assertThat(shortfalls("HAProxy", 4, 4, 4)).isEmpty();
    assertThat(shortfalls("HAProxy", 8, 4, 4)).isEmpty();
  }

  @Test
  void a_client_of_one_node_is_compared_over_one_node() {
    assertThat(shortfalls(Arms.PLAIN, 2, 4)).allMatch(line -> line.contains(Arms.NODEWISE_ONE));
  }

  @Test
  void a_drill_that_another_arm_goes_through_better_is_listed() {
    DrillResult ours = new DrillResult(100, 3, 900, 20, 40, 500, 30, 27);
    DrillResult theirs = new DrillResult(100, 0, 950, 20, 40, 500, 30, 30);
    Map<Drill, DrillGround.Outcome> drills =
        Map.of(
            Drill.KILL,
            new DrillGround.Outcome(Map.of(Arms.NODEWISE, ours, "NGINX", theirs), Map.of()));
    List<String> lines =
        Shortfalls.of(new Measured(List.of(), Map.of(), Map.of(), Map.of(), drills));
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0)).contains("failed | Nodewise | 3.00 | NGINX | 0");
    assertThat(lines.get(1)).contains("of the throughput lost");
  }
}
