package io.nodewise.lb.cluster;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.time.Randomness;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The nodes whose silence awaits a witness: another node that answers, so that it is the node that
 * hangs and not the network that stalls. Under the registry's lock.
 */
final class Witnesses {
  /** Of three at least one is well unless more than half of the set is not. */
  private static final int ASKED = 3;

  private final Randomness random;
  private final Set<LiveNode> silent = new LinkedHashSet<>();

  Witnesses(Randomness random) {
    this.random = random;
  }

  /** Takes in that the node has been probed; the result is who is to be probed as a witness. */
  List<Node> called(LiveNode node, List<LiveNode> nodes) {
    if (!node.health.suspicion().isUnanswered()) {
      silent.remove(node);
      return List.of();
    }
    silent.add(node);
    return Census.others(nodes, node, ASKED, random);
  }

  /** The nodes that hang for certain, now that somebody else has answered. */
  List<LiveNode> convicted(List<LiveNode> nodes) {
    silent.removeIf(node -> !node.health.suspicion().isUnanswered());
    if (silent.isEmpty()) {
      return List.of();
    }
    return silent.stream().filter(node -> Census.hasWitness(nodes, node)).toList();
  }

  /** The set has other members. */
  void forget() {
    silent.clear();
  }
}
