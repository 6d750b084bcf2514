package io.nodewise.lb.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What is demanded of the default policy, and what came of it.
 *
 * @param demand what, in words
 * @param limit that must not be exceeded
 * @param median over the seeds
 * @param worst of the seeds
 */
record Property(String demand, double limit, double median, double worst) {

  boolean holds() {
    return median <= limit;
  }

  /** All that can be told from these cells. */
  static List<Property> of(List<Cell> cells) {
    List<Property> all = new ArrayList<>();
    for (int clients : new int[] {20, 100, 400}) {
      Optional<Cell> healthy = find(cells, Scenario.HEALTHY, clients);
      Optional<Cell> slow = find(cells, Scenario.SLOW_NODE, clients);
      if (healthy.isPresent() && slow.isPresent()) {
        double base = healthy.get().median(Result::p99);
        all.add(
            new Property(
                "one node ten times slower: small-GET p99 relative to healthy, "
                    + clients
                    + " clients",
                1.5,
                slow.get().median(Result::p99) / base,
                slow.get().worst(Result::p99) / base));
      }
    }
    for (Scenario failing : new Scenario[] {Scenario.FAST_503, Scenario.FAST_500}) {
      find(cells, failing, 20)
          .ifPresent(
              c -> all.add(of(failing.shown() + ": share of the node", 0.01, c, Result::badShare)));
    }
    find(cells, Scenario.BLACK_HOLE, 20)
        .ifPresent(
            c -> {
              double limit = 1.2 / c.runs().get(0).setting().nodes();
              all.add(
                  of("black hole: share until it is found out", limit, c, Result::badShareBefore));
              all.add(of("black hole: share after that", 0.001, c, Result::badShareAfter));
            });
    for (Scenario overload : new Scenario[] {Scenario.OVERLOAD, Scenario.OVERLOAD_QUEUED}) {
      find(cells, overload, 20)
          .ifPresent(
              c -> {
                String name = overload.shown() + ": ";
                all.add(of(name + "attempts for each request", 1.1, c, Result::amplification));
                all.add(of(name + "seconds until goodput is back", 10, c, Result::goodputBack));
              });
    }
    for (Scenario restart : new Scenario[] {Scenario.CRASH, Scenario.ROLLING_RESTART}) {
      find(cells, restart, 20)
          .ifPresent(c -> all.add(of(restart.shown() + ": failed requests", 0, c, Result::failed)));
    }
    find(cells, Scenario.SCALE_OUT, 20)
        .ifPresent(
            c -> {
              all.add(of("scale out: most load of a new node", 2, c, Property::flooded));
              all.add(of("scale out: old nodes' part at the end", 0.7, c, Property::kept));
            });
    return all;
  }

  /** The most a new node is loaded, in any five seconds, relative to the mean of all. */
  static double flooded(Result run) {
    double most = 0;
    int nodes = run.setting().nodes();
    for (double at = run.scenario().from(); at + 5 <= run.scenario().end(); at += 5) {
      double from = at;
      most =
          Math.max(
              most,
              IntStream.range(nodes / 2, nodes)
                  .mapToDouble(node -> run.relativeLoad(node, from, from + 5))
                  .max()
                  .orElse(0));
    }
    return most;
  }

  /** The part of all attempts that the old half of the nodes has in the last ten seconds. */
  static double kept(Result run) {
    double end = run.scenario().end();
    return IntStream.range(0, run.setting().nodes() / 2)
        .mapToDouble(node -> run.seen().share(node, end - 10, end))
        .sum();
  }

  private static Property of(
      String demand, double limit, Cell cell, ToDoubleFunction<Result> measure) {
    return new Property(demand, limit, cell.median(measure), cell.worst(measure));
  }

  private static Optional<Cell> find(List<Cell> cells, Scenario scenario, int clients) {
    return cells.stream()
        .filter(cell -> cell.scenario() == scenario && cell.clients() == clients)
        .filter(cell -> cell.policy() == Policy.LEAST_LOADED)
        .findFirst();
  }
}
