package io.nodewise.lb;

import io.nodewise.lb.cluster.SourceWatch;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who may be a member: primary nodes, sites and backup nodes, in their order. Stateless. */
final class Members {
  private Members() {}

  /** Each site is a tier of its own, then come the backup nodes. */
  static NodeSet of(
      Collection<Node> nodes, Map<String, List<Node>> sites, Collection<Node> backups) {
    List<Node> all = new ArrayList<>(nodes);
    int tier = nodes.stream().mapToInt(node -> node.tier() + 1).max().orElse(0);
    for (List<Node> site : sites.values()) {
      for (Node node : site) {
        all.add(node.toBuilder().tier(tier).build());
      }
      tier++;
    }
    for (Node node : backups) {
      all.add(node.toBuilder().tier(sites.isEmpty() ? 1 : tier).build());
    }
    return NodeSet.of(all);
  }

  /** Checks that nothing but a source says who is a member, where there is one. */
  static void requireNoneBeside(
      NodeSource source, Collection<Node> nodes, Map<String, List<Node>> sites) {
    if (!nodes.isEmpty() || !sites.isEmpty()) {
      throw new IllegalArgumentException(
          "node source: "
              + source
              + ", and "
              + (nodes.isEmpty() ? "sites" : "nodes")
              + " too (expected: one of them; backupNodes may stand beside a source)");
    }
  }

  /** Checks that there is a source. */
  static SourceWatch requireSource(@Nullable SourceWatch source) {
    if (source == null) {
      throw new IllegalStateException("there is no node source (expected: update(), with nodes)");
    }
    return source;
  }

  /** Checks that a user may replace the present members by others. */
  static void requireUpdate(NodeSet others, NodeSet present, @Nullable SourceWatch source) {
    if (source != null) {
      throw new IllegalStateException(
          "the nodes come from " + source.sourceName() + " (expected: refresh(), to ask it now)");
    }
    if (others.size() == 0) {
      throw new IllegalArgumentException("node set: no nodes (expected: at least one)");
    }
    requireSites(others, present);
  }

  /** Two clusters balanced as one would each miss half of the writes. */
  private static void requireSites(NodeSet others, NodeSet present) {
    boolean onlySites =
        present.nodes().stream().allMatch(node -> node.tier() > 0 || node.site().isPresent());
    for (Node node : others) {
      if (onlySites && node.tier() == 0 && node.site().isEmpty()) {
        throw new IllegalArgumentException(
            "node "
                + node
                + ": no site (expected: a site and its tier, as this is a set of sites)");
      }
    }
  }
}
