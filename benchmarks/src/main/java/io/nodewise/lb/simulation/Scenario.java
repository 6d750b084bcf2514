package io.nodewise.lb.simulation;

import io.nodewise.lb.simulation.SimulatedNode.Mood;
import java.util.Locale;
import java.util.function.BiConsumer;

/**
 * What goes wrong. Requests come from second 0 on; the trouble begins at {@link #from()} and is
 * over at {@link #until()}, and latencies are those of that span.
 */
enum Scenario {
  /** Nothing. */
  HEALTHY(10, 50, 50, (simulation, self) -> {}),
  /** One node takes ten times as long for everything. */
  SLOW_NODE(10, 50, 65, Scenario::slow),
  /** One node takes requests and connections, and says nothing more. */
  BLACK_HOLE(10, 25, 70, (simulation, self) -> self.bad(simulation, Mood.SILENT)),
  /** One node answers 503 SlowDown in a millisecond. */
  FAST_503(10, 25, 40, (simulation, self) -> self.bad(simulation, Mood.BUSY)),
  /** One node answers 500 in a millisecond, and its probes well. */
  FAST_500(10, 25, 60, (simulation, self) -> self.bad(simulation, Mood.FAILING)),
  /** One node resets what it has and takes no connection, then is back. */
  CRASH(10, 25, 70, (simulation, self) -> self.bad(simulation, Mood.GONE)),
  /** Every node in turn is gone for three seconds and then half as fast for three more. */
  ROLLING_RESTART(10, 90, 100, Scenario::rollingRestart),
  /** For twenty seconds 1.74 times comes of what all nodes together can serve. */
  OVERLOAD(10, 30, 50, Scenario::overload),
  /** The same on nodes that queue without end instead of asking for less. */
  OVERLOAD_QUEUED(10, 30, 50, Scenario::overload),
  /** The set is half as large at first; all clients hear of the rest within five seconds. */
  SCALE_OUT(10, 15, 60, Scenario::scaleOut),
  /** All clients start at the same moment with ten requests each. */
  SYNCHRONISED_START(0, 2, 12, Scenario::startTogether),
  /** Two seconds of a black hole, for sets so large that more takes too long to compute. */
  LARGE(2, 4, 4, (simulation, self) -> self.bad(simulation, Mood.SILENT));

  /** The node that is in trouble, where it is one. */
  static final int BAD = 0;

  private final double from;
  private final double until;
  private final double end;
  private final BiConsumer<Simulation, Scenario> plan;

  Scenario(double from, double until, double end, BiConsumer<Simulation, Scenario> plan) {
    this.from = from;
    this.until = until;
    this.end = end;
    this.plan = plan;
  }

  double from() {
    return from;
  }

  double until() {
    return until;
  }

  double end() {
    return end;
  }

  /** Whether one node is in trouble and the others are not. */
  boolean hasBadNode() {
    return switch (this) {
      case SLOW_NODE, BLACK_HOLE, FAST_503, FAST_500, CRASH, LARGE -> true;
      default -> false;
    };
  }

  String shown() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The setting, as this scenario needs it. */
  Setting adapt(Setting setting) {
    return switch (this) {
      case OVERLOAD_QUEUED -> setting.withHardware(setting.hardware().withQueue(1_000_000));
      case SCALE_OUT -> setting.withLoad(setting.load() / 2);
      default -> setting;
    };
  }

  /** Plays it from beginning to end. */
  Result run(Setting given) {
    return run(given, () -> {});
  }

  /** The same; {@code built} is run when all clients are there and nothing has happened yet. */
  Result run(Setting given, Runnable built) {
    Setting setting = adapt(given);
    long began = System.nanoTime();
    int members = this == SCALE_OUT ? setting.nodes() / 2 : setting.nodes();
    try (Simulation simulation = new Simulation(setting, members)) {
      simulation.observations().lookAt(from, until);
      plan.accept(simulation, this);
      built.run();
      simulation.startArrivals();
      simulation.runUntil(end);
      return new Result(
          this,
          setting,
          simulation.observations(),
          simulation.timeline().events(),
          (System.nanoTime() - began) / 1e9);
    }
  }

  private void bad(Simulation simulation, Mood mood) {
    simulation.timeline().at(from, () -> simulation.node(BAD).become(mood));
    simulation.timeline().at(until, () -> simulation.node(BAD).become(Mood.WELL));
  }

  private static void slow(Simulation simulation, Scenario self) {
    simulation.timeline().at(self.from, () -> simulation.node(BAD).slow(10));
    simulation.timeline().at(self.until, () -> simulation.node(BAD).slow(1));
  }

  private static void rollingRestart(Simulation simulation, Scenario self) {
    int nodes = simulation.setting().nodes();
    double turn = (self.until - self.from) / nodes;
    for (int i = 0; i < nodes; i++) {
      SimulatedNode node = simulation.node(i);
      double at = self.from + i * turn;
      simulation.timeline().at(at, () -> node.become(Mood.GONE));
      simulation.timeline().at(at + 3, () -> node.become(Mood.WELL));
      simulation.timeline().at(at + 3, () -> node.slow(2));
      simulation.timeline().at(at + 6, () -> node.slow(1));
    }
  }

  private static void overload(Simulation simulation, Scenario self) {
    simulation.timeline().at(self.from, () -> simulation.load(1.74));
    simulation.timeline().at(self.until, () -> simulation.load(simulation.setting().load()));
  }

  private static void scaleOut(Simulation simulation, Scenario self) {
    simulation
        .timeline()
        .at(self.from, () -> simulation.grow(simulation.setting().nodes(), self.until - self.from));
  }

  private static void startTogether(Simulation simulation, Scenario self) {
    simulation
        .timeline()
        .at(
            self.from,
            () -> {
              for (int i = 0; i < 10; i++) {
                simulation.clients().forEach(simulation::send);
              }
            });
  }
}
