package io.nodewise.lb.simulation;

import io.nodewise.lb.simulation.SimulatedNode.Mood;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Scenarios of the simulation of Palantir's Dialogue, rebuilt by its published description: two
 * nodes, ten clients, 200 or 250 requests a second. Nodes answer in a fixed time here; there it
 * grows with what is in flight, which at these rates is far from their capacity. Requests wait for
 * 30 s at most.
 */
enum DialogueScenario {
  /** One node falls silent for good at second 3. */
  BLACK_HOLE(
      200,
      600,
      10,
      "success 91.5 % (pinned 59.2 %)",
      run -> run.timeline().at(3, () -> run.node(1).become(Mood.SILENT))),
  /** One node takes ten seconds instead of 60 ms, from second 3 to 10. */
  DRASTIC_SLOWDOWN(
      200,
      60,
      20,
      "mean 0.252 s (pinned 3.12 s)",
      run -> {
        run.timeline().at(3, () -> run.node(1).slow(10_000 / 60.0));
        run.timeline().at(10, () -> run.node(1).slow(1));
      }),
  /** One node of two always answers 500, at once; a third comes at second 5. */
  LIVE_RELOADING(
      250,
      600,
      10,
      "success 92.9 % (pinned 94.3 %)",
      run -> {
        run.node(1).become(Mood.FAILING);
        run.timeline().at(5, () -> run.grow(3, 0));
      });

  /** What came of it. */
  record Outcome(double successPercent, double meanSeconds, double attempts) {}

  private final int perSecond;
  private final int millis;
  private final double sendUntil;
  private final String published;
  private final Consumer<Simulation> plan;

  DialogueScenario(
      int perSecond, int millis, double sendUntil, String published, Consumer<Simulation> plan) {
    this.perSecond = perSecond;
    this.millis = millis;
    this.sendUntil = sendUntil;
    this.published = published;
    this.plan = plan;
  }

  /** What Dialogue's own report says, of its strategy BALANCED. */
  String published() {
    return published;
  }

  String shown() {
    return name().toLowerCase(Locale.ROOT);
  }

  Outcome play(Policy policy, long seed) {
    Hardware fixed = new Hardware(10_000, 0, 1e12, 1e12, millis, 0);
    int nodes = this == LIVE_RELOADING ? 3 : 2;
    Setting unloaded = new Setting(policy, 10, nodes, 1, 1, 30, fixed, Sizes.SMALL, seed);
    Setting setting = unloaded.withLoad(perSecond / unloaded.capacity());
    double end = sendUntil + 32;
    try (Simulation simulation = new Simulation(setting, 2)) {
      simulation.observations().lookAt(0, end);
      plan.accept(simulation);
      simulation.startArrivals();
      simulation.timeline().at(sendUntil, simulation::stopArrivals);
      simulation.runUntil(end);
      Observations seen = simulation.observations();
      return new Outcome(
          100.0 * seen.good(0, end) / seen.requests(0, end),
          seen.smallMean() / 1000,
          seen.amplification(0, end));
    }
  }
}
