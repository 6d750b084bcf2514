package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.RoutingTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;

/** Makes the routing table from the states of the nodes: a pure function. */
final class Tables {
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
    if (Census.isPanic(nodes)) {
      groups.add(softlyOut);
    }
    if (nodes.size() == 1 && eligible.isEmpty() && softlyOut.isEmpty()) {
      groups.add(enabled);
    }
    return new RoutingTable(groups);
  }
}
