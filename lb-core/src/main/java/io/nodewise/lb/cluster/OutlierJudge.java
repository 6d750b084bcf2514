package io.nodewise.lb.cluster;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.time.Ticker;
import java.util.Collection;

/*
 * Requests that failed on a node which can be reached are soft evidence: faults in a row, the share
 * of faults in the breaker's window, or one fault on trial. The node goes out under the cap; where
 * the cap is reached, it stays and is counted anew. A node that is out already, by whatever voice,
 * is not judged: what it was charged with meanwhile would hit it when it is back.
 */
/** What the outcomes of requests do to a node. Under the registry's lock, but for succeeded(). */
final class OutlierJudge {
  private final OutlierDetection settings;
  private final Ticker ticker;

  OutlierJudge(OutlierDetection settings, Ticker ticker) {
    this.settings = settings;
    this.ticker = ticker;
  }

  /** A request succeeded. By any thread: a healthy node has no breaker, and so nothing to do. */
  static void succeeded(LiveNode node) {
    Breaker breaker = node.breaker();
    if (breaker != null) {
      breaker.success();
    }
  }

  /** Whether the node has shown what it must to be trusted again. */
  static boolean isTrusted(LiveNode node) {
    Breaker breaker = node.breaker();
    return breaker == null || breaker.isClosed();
  }

  /** A request failed; {@code nodes} is the set that the cap is a share of. */
  void failed(LiveNode node, String what, Collection<LiveNode> nodes, long now) {
    if (!node.health.state().eligible()) {
      return;
    }
    Breaker breaker = breakerOf(node);
    breaker.fault();
    boolean onTrial = node.health.isOnTrial();
    String reason;
    if (onTrial) {
      reason = "failed on trial: " + what;
    } else if (node.consecutiveFaults() >= settings.consecutiveFaults()) {
      reason = node.consecutiveFaults() + " faults in a row: " + what;
    } else if (breaker.isOpen()) {
      reason = "too many faults: " + what;
    } else {
      return;
    }
    node.forgetFaults();
    if (onTrial || Census.hasRoomForEjection(nodes, node, settings)) {
      breaker.open();
      eject(node, reason, now);
    } else {
      node.breaker(null);
    }
  }

  /** A node is much slower than the others. */
  void slow(LiveNode node, String reason, Collection<LiveNode> nodes, long now) {
    if (node.health.state().eligible() && Census.hasRoomForEjection(nodes, node, settings)) {
      breakerOf(node).open();
      eject(node, reason, now);
    }
  }

  private static void eject(LiveNode node, String reason, long now) {
    node.health.eject(reason, now);
    node.history().ejected();
  }

  /** The node starts anew, on trial or not: what it was charged with before is no longer held. */
  void beginEra(LiveNode node) {
    node.era(node.health.comeback().era());
    node.setLeftover();
    node.forgetFaults();
    if (node.health.isOnTrial()) {
      breakerOf(node).halfOpen();
    } else {
      node.breaker(null);
    }
  }

  /** Drops a breaker that has nothing to tell any more. */
  static void tick(LiveNode node) {
    Breaker breaker = node.breaker();
    if (breaker != null && breaker.isClean() && !node.health.isOnTrial()) {
      node.breaker(null);
    }
  }

  private Breaker breakerOf(LiveNode node) {
    Breaker breaker = node.breaker();
    if (breaker == null) {
      breaker = new Breaker(node.node().id(), settings, ticker);
      node.breaker(breaker);
    }
    return breaker;
  }
}
