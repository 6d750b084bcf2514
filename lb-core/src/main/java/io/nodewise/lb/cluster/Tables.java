package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.RoutingTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** Makes the routing table from the states of the nodes: a pure function. */
final class Tables {
  /** Below this share of eligible nodes the verdicts are doubted (Envoy's panic threshold). */
  static final double PANIC_THRESHOLD = 0.5;

  private Tables() {}

  /**
   * The eligible nodes by tier; in panic, behind them, those out on soft evidence. A set of one
   * node is never emptied: there is nobody to ask instead.
   */
  static RoutingTable of(Collection<LiveNode> nodes) {
    TreeMap<Integer, List<LiveNode>> eligible = new TreeMap<>();
    List<LiveNode> softlyOut = new ArrayList<>();
    List<LiveNode> enabled = new ArrayList<>();
    for (LiveNode node : nodes) {
      if (!node.health.isEnabled()) {
        continue;
      }
      enabled.add(node);
      if (node.health.state().eligible()) {
        eligible.computeIfAbsent(node.node().tier(), tier -> new ArrayList<>()).add(node);
      } else if (node.health.isSoftlyOut()) {
        softlyOut.add(node);
      }
    }
    List<List<LiveNode>> groups = new ArrayList<>(eligible.values());
    if (isPanic(nodes)) {
      groups.add(softlyOut);
    }
    if (nodes.size() == 1 && eligible.isEmpty() && softlyOut.isEmpty()) {
      groups.add(enabled);
    }
    return new RoutingTable(groups);
  }

  /** Whether fewer than half of the nodes an operator left in are eligible. */
  static boolean isPanic(Collection<LiveNode> nodes) {
    int enabled = 0;
    int eligible = 0;
    for (LiveNode node : nodes) {
      if (node.health.isEnabled()) {
        enabled++;
        if (node.health.state().eligible()) {
          eligible++;
        }
      }
    }
    return eligible < enabled * PANIC_THRESHOLD;
  }
}
