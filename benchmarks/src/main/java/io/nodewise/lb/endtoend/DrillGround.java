package io.nodewise.lb.endtoend;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/*
 * All arms go through a drill at the same time, against the same nodes: so all meet the very same
 * fault at the same moment of their load. The rate leaves the processors mostly idle, so that they
 * hardly meet each other. Clients and proxies are new for each repetition: what one has learnt of a
 * node's past counts for none.
 */
/** Where drills are run. */
final class DrillGround {
  /** A clean start: connections made, the slow start of new clients over. */
  private static final Duration SETTLE = Duration.ofSeconds(1);

  private static final Duration PATIENCE = Arm.CALL_TIMEOUT.plusSeconds(5);

  /**
   * @param callsPerSecond of each arm
   * @param before how long there is no fault
   * @param fault how long there is one
   * @param after how long the load goes on after it
   * @param repetitions how often each drill is run, each on another node
   */
  record Plan(
      int callsPerSecond, Duration before, Duration fault, Duration after, int repetitions) {}

  /** What came of a drill: by arm, and which exceptions calls ended with. */
  record Outcome(Map<String, DrillResult> byArm, Map<String, Map<String, Integer>> failures) {}

  private final StorageCluster cluster;
  private final Arms arms;
  private final Plan plan;

  DrillGround(StorageCluster cluster, Arms arms, Plan plan) {
    this.cluster = cluster;
    this.arms = arms;
    this.plan = plan;
  }

  Outcome run(Drill drill) throws IOException, InterruptedException {
    Map<String, List<DrillResult.Run>> runs = new LinkedHashMap<>();
    Map<String, Map<String, Integer>> failures = new TreeMap<>();
    for (int i = 0; i < plan.repetitions(); i++) {
      int hit = (1 + i) % cluster.nodes().size();
      try (ArmSet set = arms.forDrill(hit)) {
        run(drill, hit, set.arms(), runs, failures);
      }
    }
    Map<String, DrillResult> results = new LinkedHashMap<>();
    runs.forEach((arm, all) -> results.put(arm, DrillResult.of(all)));
    return new Outcome(results, failures);
  }

  private void run(
      Drill drill,
      int hit,
      List<Arm> all,
      Map<String, List<DrillResult.Run>> runs,
      Map<String, Map<String, Integer>> failures)
      throws IOException, InterruptedException {
    List<OpenLoad> loads = new ArrayList<>();
    for (Arm arm : all) {
      loads.add(new OpenLoad(arm, loads.size(), plan.callsPerSecond()));
    }
    loads.forEach(OpenLoad::start);
    long start;
    long strike;
    long heal;
    try {
      Drill.pause(SETTLE);
      start = System.nanoTime();
      Drill.pause(plan.before());
      strike = System.nanoTime();
      drill.run(cluster, hit, plan.fault());
      heal = System.nanoTime();
      Drill.pause(plan.after());
    } finally {
      loads.forEach(OpenLoad::stop);
      for (OpenLoad load : loads) {
        load.awaitEnd(PATIENCE);
      }
    }
    for (OpenLoad load : loads) {
      String arm = load.arm().name();
      runs.computeIfAbsent(arm, first -> new ArrayList<>())
          .add(new DrillResult.Run(load.records(), start, strike, heal));
      load.failures()
          .forEach(
              (cause, count) ->
                  failures
                      .computeIfAbsent(arm, first -> new TreeMap<>())
                      .merge(cause, count, Integer::sum));
    }
  }
}
