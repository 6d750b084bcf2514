package io.nodewise.lb.cluster;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.time.Randomness;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Questions about a whole set of nodes: functions of their published states, and of their probes
 * where witnesses are asked for, which is done under the registry's lock.
 */
final class Census {
  /** A message shows that many nodes one by one. */
  private static final int MAX_SPELLED_OUT = 8;

  /** Of three at least one is well unless more than half of the set is not. */
  static final int WITNESSES = 3;

  /**
   * Probes asked for together begin that far apart at most: a suspect may have to wait its turn.
   */
  private static final long TOGETHER = TimeUnit.MILLISECONDS.toNanos(300);

  private Census() {}

  /** Whether the share of eligible nodes, of those left in, is below the threshold. */
  static boolean isPanic(Collection<LiveNode> nodes, double threshold) {
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
    return eligible < enabled * threshold;
  }

  /**
   * Whether soft evidence may put out one more of the node's tier: a site must not be lost to soft
   * evidence, nor must trials in one that gets no requests count in another.
   */
  static boolean hasRoomForEjection(
      Collection<LiveNode> nodes, LiveNode node, OutlierDetection settings) {
    int enabled = 0;
    int out = 0;
    for (LiveNode other : nodes) {
      if (other.health.isEnabled() && other.node().tier() == node.node().tier()) {
        enabled++;
        NodeState state = other.health.state();
        if (state == NodeState.EJECTED || state == NodeState.TRIAL) {
          out++;
        }
      }
    }
    int cap = Math.max(1, (int) (enabled * settings.maxEjectedFraction()));
    return out < cap && (enabled > 1 || hasElsewhere(nodes, node));
  }

  /** Whether there is another node that requests can go on at. */
  static boolean hasElsewhere(Collection<LiveNode> nodes, LiveNode node) {
    for (LiveNode other : nodes) {
      NodeHealth health = other.health;
      boolean usable = health.state().eligible() || health.isSoftlyOut() || health.drainsItself();
      if (other != node && usable) {
        return true;
      }
    }
    return false;
  }

  /** Whether any node can be used in normal times. */
  static boolean hasEligible(Collection<LiveNode> nodes) {
    for (LiveNode node : nodes) {
      if (node.health.state().eligible()) {
        return true;
      }
    }
    return false;
  }

  /**
   * What every probe says where all nodes are out because their probes are answered wrongly, and
   * all alike; null if that is not so. Then it is likely the question that is wrong.
   */
  static @Nullable String failAlike(Collection<LiveNode> nodes) {
    String common = null;
    for (LiveNode node : nodes) {
      if (node.health.isEnabled()) {
        String reason = node.health.reason();
        boolean differs = common != null && !common.equals(reason);
        if (!isAnsweredWrongly(node) || differs) {
          return null;
        }
        common = reason;
      }
    }
    return nodes.size() > 1 ? common : null;
  }

  /** Softly down, and not because nobody answers, nor about to come back. */
  private static boolean isAnsweredWrongly(LiveNode node) {
    LastProbe last = node.lastProbe();
    return node.health.state() == NodeState.DOWN
        && node.health.isSoftlyOut()
        && last != null
        && !last.result().isUp()
        && last.result().evidence() != ProbeResult.Evidence.NO_ANSWER;
  }

  /**
   * Whether another node, one in no worse state, has answered a probe that began about then or
   * later: so it is this node that is silent, and not everybody.
   */
  static boolean hasWitness(Collection<LiveNode> nodes, LiveNode node, long since) {
    boolean eligible = node.health.state().eligible();
    boolean sameTier = hasNeighbour(nodes, node);
    for (LiveNode other : nodes) {
      NodeHealth health = other.health;
      boolean asGood =
          health.state().eligible()
              || health.drainsItself()
              || health.state() == NodeState.EJECTED
              || (!eligible && health.isSoftlyOut());
      if (isNear(other, node, sameTier) && asGood && health.hasAnsweredSince(since - TOGETHER)) {
        return true;
      }
    }
    return false;
  }

  /** Whether the tier of the node has another that can be asked. */
  private static boolean hasNeighbour(Collection<LiveNode> nodes, LiveNode node) {
    for (LiveNode other : nodes) {
      if (isNear(other, node, true) && canBeAsked(other)) {
        return true;
      }
    }
    return false;
  }

  /** Another one, on the same way through the network where that can be had. */
  private static boolean isNear(LiveNode other, LiveNode node, boolean sameTier) {
    return other != node && (!sameTier || other.node().tier() == node.node().tier());
  }

  private static boolean canBeAsked(LiveNode node) {
    return node.health.isEnabled() && !node.health.isGone() && node.node().isProbed();
  }

  /** The node, and up to {@code most} near ones that can be asked, at random. */
  static List<Node> withOthers(List<LiveNode> nodes, LiveNode node, int most, Randomness random) {
    List<Node> found = new ArrayList<>(most + 1);
    found.add(node.node());
    boolean sameTier = hasNeighbour(nodes, node);
    int rest = nodes.size() - 1;
    int self = nodes.indexOf(node);
    int start = rest > 0 ? random.nextInt(rest) : 0;
    for (int i = 0; i < rest && found.size() <= most; i++) {
      LiveNode other = nodes.get((self + 1 + (start + i) % rest) % nodes.size());
      if (isNear(other, node, sameTier) && canBeAsked(other)) {
        found.add(other.node());
      }
    }
    return found;
  }

  /** How many have been found healthy; without probes, not having failed is enough. */
  static int healthy(Collection<LiveNode> nodes, boolean probing) {
    int count = 0;
    for (LiveNode node : nodes) {
      NodeState state = node.health.state();
      boolean known = state != NodeState.UNKNOWN && state != NodeState.TRIAL;
      boolean probed = probing && node.node().isProbed();
      if (state.eligible() && (known || !probed)) {
        count++;
      }
    }
    return count;
  }

  /** All states on one line, as an exception's message shows them. */
  static String describe(Collection<LiveNode> nodes, long now) {
    int eligible = 0;
    List<String> parts = new ArrayList<>();
    for (LiveNode node : nodes) {
      NodeHealth health = node.health;
      if (health.state().eligible()) {
        eligible++;
      }
      if (parts.size() < MAX_SPELLED_OUT) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(now - health.since());
        parts.add(
            node.node().id()
                + " "
                + health.state()
                + " "
                + seconds
                + "s ("
                + health.reason()
                + ")");
      }
    }
    int more = nodes.size() - parts.size();
    return eligible
        + "/"
        + nodes.size()
        + " eligible: "
        + String.join(", ", parts)
        + (more == 0 ? "" : ", and " + more + " more");
  }
}
