package io.nodewise.lb;

import io.nodewise.lb.cluster.SourceWatch;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a source found, with the backup nodes behind it. Thread-safe. */
final class FoundMembers implements SourceWatch.Composition {
  private final List<Node> backups;
  private volatile @Nullable String scheme; // written by the first answer, if not known before

  /**
   * Composes with these backups.
   *
   * @param scheme that of the logical endpoint; null: that of the first answer, for life
   */
  FoundMembers(List<Node> backups, @Nullable String scheme) {
    this.backups = List.copyOf(backups);
    this.scheme = scheme;
  }

  @Override
  public NodeSet members(List<Node> found) {
    String expected = scheme;
    for (Node node : found) {
      if (expected != null && !node.scheme().equals(expected)) {
        throw new IllegalArgumentException(
            "found " + node.uri() + " (expected: " + expected + ", as the logical endpoint has)");
      }
    }
    Set<String> taken = new HashSet<>();
    int last = 0;
    for (Node node : found) {
      taken.add(node.id());
      taken.add(node.authority());
      last = Math.max(last, node.tier());
    }
    List<Node> all = new ArrayList<>(found);
    for (Node backup : backups) {
      if (!taken.contains(backup.id()) && !taken.contains(backup.authority())) {
        all.add(backup.toBuilder().tier(last + 1).build());
      }
    }
    NodeSet members = NodeSet.of(all);
    scheme = members.scheme();
    return members;
  }
}
