package io.nodewise.examples.cli;

import io.nodewise.lb.ClusterSnapshot;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.ProbeSnapshot;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The nodes as probes find them, a line each. */
final class NodeTable {
  private NodeTable() {}

  static String of(ClusterSnapshot cluster) {
    int longest = 4;
    for (NodeSnapshot node : cluster.nodes()) {
      longest = Math.max(longest, node.node().id().length());
    }
    String format = "%-" + longest + "s  %-9s  %8s  %8s  %s%n";
    List<String> lines = new ArrayList<>();
    if (cluster.source() != null) {
      lines.add(cluster.source() + System.lineSeparator());
    }
    lines.add(String.format(Locale.ROOT, format, "NODE", "STATE", "SINCE", "PROBE", "REASON"));
    for (NodeSnapshot node : cluster.nodes()) {
      ProbeSnapshot probe = node.probe();
      lines.add(
          String.format(
              Locale.ROOT,
              format,
              node.node().id(),
              node.state(),
              seconds(node.age()),
              probe == null ? "-" : millis(probe.took()),
              node.reason()));
    }
    return String.join("", lines);
  }

  /** Whether it was asked and is fit for something. */
  static boolean isHealthy(NodeSnapshot node) {
    return node.state().eligible() && node.state() != NodeState.UNKNOWN;
  }

  private static String seconds(Duration age) {
    return String.format(Locale.ROOT, "%.1f s", age.toMillis() / 1000.0);
  }

  static String millis(Duration time) {
    return String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6);
  }
}
