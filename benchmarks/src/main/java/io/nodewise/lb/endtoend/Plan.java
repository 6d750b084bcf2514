package io.nodewise.lb.endtoend;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param nodes of the cluster
 * @param operations whose speed is compared
 * @param threads by how many at a time, each
 * @param rounds how often each arm has its turn in each workload
 * @param machineWarmUp for each arm and small operation, before the first of them; a sixth for
 *     large ones
 * @param warmUp before each turn
 * @param turn how long each turn is measured
 * @param slices how long one node is compared with the library and without, each operation; a tenth
 *     of it warms up each of the three arms
 * @param sliced the operations of that
 * @param scalingTurn how long each number of nodes is measured; zero for not at all
 * @param drills the faults
 * @param drill how each is run
 */
record Plan(
    int nodes,
    List<Operation> operations,
    List<Integer> threads,
    int rounds,
    Duration machineWarmUp,
    Duration warmUp,
    Duration turn,
    Duration slices,
    List<Operation> sliced,
    Duration scalingTurn,
    List<Drill> drills,
    DrillGround.Plan drill) {

  private static final List<Operation> COMPARED =
      List.of(Operation.SMALL_GET, Operation.SMALL_PUT, Operation.LARGE_GET, Operation.LARGE_PUT);

  /** Eight to ten minutes. */
  static Plan full() {
    return new Plan(
        4,
        COMPARED,
        List.of(1, 8),
        3,
        Duration.ofSeconds(3),
        Duration.ofMillis(250),
        Duration.ofMillis(1300),
        Duration.ofSeconds(18),
        COMPARED,
        Duration.ofMillis(2500),
        List.of(Drill.values()),
        new DrillGround.Plan(
            30, Duration.ofSeconds(3), Duration.ofSeconds(10), Duration.ofSeconds(2), 2));
  }

  /** Ninety seconds: to see that all works. */
  static Plan quick() {
    return new Plan(
        4,
        COMPARED,
        List.of(1, 8),
        1,
        Duration.ofMillis(300),
        Duration.ofMillis(80),
        Duration.ofMillis(300),
        Duration.ofMillis(2000),
        List.of(Operation.SMALL_GET, Operation.SMALL_PUT),
        Duration.ofMillis(700),
        List.of(Drill.values()),
        new DrillGround.Plan(
            30, Duration.ofMillis(1000), Duration.ofMillis(2000), Duration.ofMillis(600), 1));
  }

  /** A few seconds, of two nodes: for the build. */
  static Plan smoke() {
    return new Plan(
        2,
        List.of(Operation.SMALL_GET, Operation.SMALL_PUT),
        List.of(2),
        1,
        Duration.ofMillis(100),
        Duration.ofMillis(100),
        Duration.ofMillis(300),
        Duration.ofMillis(500),
        List.of(Operation.SMALL_GET),
        Duration.ofMillis(300),
        List.of(Drill.KILL),
        new DrillGround.Plan(
            20, Duration.ofMillis(500), Duration.ofMillis(1000), Duration.ofMillis(500), 1));
  }

  /** One part of it alone: {@code speed}, {@code ratios}, {@code scaling} or {@code drills}. */
  Plan only(String part) {
    if (!List.of("speed", "ratios", "scaling", "drills").contains(part)) {
      throw new IllegalArgumentException(
          "part: " + part + " (expected: speed, ratios, scaling or drills)");
    }
    return new Plan(
        nodes,
        operations,
        part.equals("speed") ? threads : List.of(),
        rounds,
        machineWarmUp,
        warmUp,
        turn,
        slices,
        part.equals("ratios") ? sliced : List.of(),
        part.equals("scaling") ? scalingTurn : Duration.ZERO,
        part.equals("drills") ? drills : List.of(),
        drill);
  }
}
