package io.nodewise.lb.endtoend;

import io.nodewise.lb.benchmarks.Rotation;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/** Runs a plan: speed, what the library adds, scaling, faults. Used once, by one thread. */
final class EndToEnd {
  /** Nodes that are their own bound: four requests at a time of 20 ms each, 200 a second. */
  static final NodeMode BOUNDED = new NodeMode(20, 4, 0, 0, false);

  /** Enough to keep all slots of four nodes busy, fewer than a client's 50 connections. */
  static final int SCALING_THREADS = 32;

  /** As many as the most of a workload, so that the pools are full. */
  private static final int WARM_UP_THREADS = 8;

  private final Plan plan;
  private final List<ProxyProduct> proxies;
  private final Path templates;
  private final Consumer<String> progress;

  /**
   * @param proxies those to compare with, all of them installed
   * @param templates the folder of their configurations
   * @param progress is told what begins
   */
  EndToEnd(Plan plan, List<ProxyProduct> proxies, Path templates, Consumer<String> progress) {
    this.plan = plan;
    this.proxies = proxies;
    this.templates = templates;
    this.progress = progress;
  }

  Measured run(List<String> circumstances)
      throws IOException, InterruptedException, ExecutionException {
    progress.accept("starting " + plan.nodes() + " nodes");
    try (StorageCluster cluster = StorageCluster.start(plan.nodes())) {
      Arms arms = new Arms(cluster, proxies, templates);
      Map<Workload, Map<String, List<Tally>>> speed;
      Map<String, Tally> scaling;
      try (ArmSet set = arms.forSpeed()) {
        Operation.prepare(set.named(Arms.PLAIN).s3());
        try (ClosedLoop loop = new ClosedLoop(Meters.calibrated(), cluster::cpuNanos)) {
          speed = speed(set.arms(), loop);
        }
      }
      Map<Operation, Map<String, Ratio>> ratios;
      try (ArmSet set = arms.forSlices();
          ClosedLoop loop = new ClosedLoop(Meters.calibrated(), cluster::cpuNanos)) {
        ratios = ratios(set, loop);
      }
      cluster.mode(BOUNDED);
      try (ArmSet set = arms.forScaling();
          ClosedLoop loop = new ClosedLoop(Meters.calibrated(), cluster::cpuNanos)) {
        scaling = scaling(set.arms(), loop);
      }
      cluster.mode(Drill.SERVICE);
      Map<Drill, DrillGround.Outcome> drills = new EnumMap<>(Drill.class);
      DrillGround ground = new DrillGround(cluster, arms, plan.drill());
      for (Drill drill : plan.drills()) {
        progress.accept("drill: " + drill.shown());
        drills.put(drill, ground.run(drill));
      }
      return new Measured(circumstances, speed, ratios, scaling, drills);
    }
  }

  private Map<Workload, Map<String, List<Tally>>> speed(List<Arm> arms, ClosedLoop loop)
      throws InterruptedException, ExecutionException {
    if (plan.threads().isEmpty()) {
      return Map.of();
    }
    progress.accept("warming up");
    for (Operation operation : plan.operations()) {
      // Code is compiled by the number of calls: the library's own is run by its arms alone, while
      // all
      // of them warm up the SDK's. Were this short, the library would pay for being compiled.
      Duration each = plan.machineWarmUp().dividedBy(operation.isLarge() ? 6 : 1);
      for (Arm arm : arms) {
        loop.warmUp(arm, new Workload(operation, WARM_UP_THREADS), each);
      }
    }
    Map<Workload, Map<String, List<Tally>>> speed = new LinkedHashMap<>();
    for (int threads : plan.threads()) {
      for (Operation operation : plan.operations()) {
        Workload workload = new Workload(operation, threads);
        progress.accept(workload.shown());
        speed.put(workload, speed(workload, arms, loop));
      }
    }
    return speed;
  }

  private Map<String, List<Tally>> speed(Workload workload, List<Arm> arms, ClosedLoop loop)
      throws InterruptedException, ExecutionException {
    Map<String, List<Tally>> tallies = new LinkedHashMap<>();
    for (Arm arm : arms) {
      tallies.put(arm.name(), new ArrayList<>()); // shown in this order
    }
    for (int round = 0; round < plan.rounds(); round++) {
      for (Arm arm : Rotation.of(arms, round, plan.rounds())) {
        loop.warmUp(arm, workload, plan.warmUp());
        Tally tally = new Tally();
        loop.turn(arm, workload, plan.turn(), tally);
        tallies.computeIfAbsent(arm.name(), known -> new ArrayList<>()).add(tally);
      }
    }
    return tallies;
  }

  private Map<Operation, Map<String, Ratio>> ratios(ArmSet set, ClosedLoop loop)
      throws InterruptedException, ExecutionException {
    if (!plan.sliced().isEmpty()) {
      progress.accept("warming up one node");
      // Until the JIT has compiled all of it: half-compiled, a hundred lines cost as a thousand.
      warmUp(set, Operation.SMALL_GET, plan.slices().dividedBy(3), loop);
    }
    Map<Operation, Map<String, Ratio>> ratios = new LinkedHashMap<>();
    for (Operation operation : plan.sliced()) {
      progress.accept(operation.shown() + ": one node, with the library and without");
      warmUp(set, operation, plan.slices().dividedBy(20), loop);
      List<double[]> p50 = Slices.run(set.arms(), operation, plan.slices());
      double[] plain = p50.get(set.indexOf(Arms.PLAIN));
      Map<String, Ratio> byArm = new LinkedHashMap<>();
      for (String arm : List.of(Arms.NODEWISE_ONE, Arms.PLAIN_AGAIN)) {
        byArm.put(arm, Ratio.of(p50.get(set.indexOf(arm)), plain));
      }
      ratios.put(operation, byArm);
    }
    return ratios;
  }

  private static void warmUp(ArmSet set, Operation operation, Duration each, ClosedLoop loop)
      throws InterruptedException, ExecutionException {
    for (Arm arm : set.arms()) {
      loop.warmUp(arm, new Workload(operation, 4), each);
    }
  }

  private Map<String, Tally> scaling(List<Arm> arms, ClosedLoop loop)
      throws InterruptedException, ExecutionException {
    if (plan.scalingTurn().isZero()) {
      return Map.of();
    }
    progress.accept("scaling over nodes that are their own bound");
    Workload workload = new Workload(Operation.SMALL_GET, SCALING_THREADS);
    Map<String, Tally> scaling = new LinkedHashMap<>();
    for (Arm arm : arms) {
      loop.warmUp(arm, workload, plan.scalingTurn().dividedBy(2));
      Tally tally = new Tally();
      loop.turn(arm, workload, plan.scalingTurn(), tally);
      scaling.put(arm.name(), tally);
    }
    return scaling;
  }
}
