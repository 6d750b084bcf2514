package io.nodewise.lb.cluster;

import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.RoutingTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/*
 * The groups of a table, best first:
 *
 *   per tier, in the order that Sites gives:  the eligible, then those that asked for a pause
 *   writes only:                              nodes that say they can only be read
 *   in panic:                                 those out on soft evidence
 *   in panic, and where nobody is left:       those that drain by their own probe
 *   where nothing at all is left:             the only node
 *
 * Every rule puts somebody behind somebody else. Only hard evidence and an operator take a node out
 * of the table in panic, and not even hard evidence does where there is nobody else to ask.
 */
/** Makes the routing table from the states of the nodes: a pure function. */
final class Tables {
  private Tables() {}

  static RoutingTable of(
      Collection<LiveNode> nodes, Sites sites, Backups backups, double panicThreshold) {
    List<List<LiveNode>> last = lastResort(nodes, panicThreshold);
    List<List<LiveNode>> reads = eligible(nodes, sites.order(true), backups, true);
    List<List<LiveNode>> writes = eligible(nodes, sites.order(false), backups, false);
    writes.add(
        nodes.stream()
            .filter(node -> node.health.state().eligible() && node.health.isReadOnly())
            .toList());
    reads.addAll(last);
    writes.addAll(last);
    boolean isEmpty = reads.stream().allMatch(List::isEmpty);
    if (isEmpty || Census.isPanic(nodes, panicThreshold)) {
      List<LiveNode> rest = nobodyElse(nodes, isEmpty);
      reads.add(rest);
      writes.add(rest);
    }
    return new RoutingTable(reads, writes);
  }

  private static List<List<LiveNode>> eligible(
      Collection<LiveNode> nodes, List<Integer> tiers, Backups backups, boolean forReads) {
    List<List<LiveNode>> groups = new ArrayList<>();
    for (Integer tier : tiers) {
      List<LiveNode> ready = new ArrayList<>();
      List<LiveNode> paused = new ArrayList<>();
      for (LiveNode node : nodes) {
        boolean fit = node.health.state().eligible() && (forReads || !node.health.isReadOnly());
        if (node.node().tier() == tier && fit) {
          (node.health.isPaused() ? paused : ready).add(node);
        }
      }
      if (backups == Backups.FIRST && isBackup(tier, ready)) {
        ready.forEach(node -> groups.add(List.of(node)));
      } else {
        groups.add(ready);
      }
      groups.add(paused);
    }
    return groups;
  }

  private static boolean isBackup(int tier, List<LiveNode> nodes) {
    return tier > 0 && !nodes.isEmpty() && nodes.get(0).node().site().isEmpty();
  }

  private static List<List<LiveNode>> lastResort(
      Collection<LiveNode> nodes, double panicThreshold) {
    return Census.isPanic(nodes, panicThreshold)
        ? List.of(nodes.stream().filter(node -> node.health.isSoftlyOut()).toList())
        : List.of();
  }

  /** Nodes that drain by their own probe still serve; and a set of one node is never emptied. */
  private static List<LiveNode> nobodyElse(Collection<LiveNode> nodes, boolean isEmpty) {
    List<LiveNode> draining = nodes.stream().filter(node -> node.health.drainsItself()).toList();
    boolean isOnly = isEmpty && nodes.size() == 1;
    return draining.isEmpty() && isOnly
        ? nodes.stream().filter(node -> node.health.isEnabled()).toList()
        : draining;
  }
}
