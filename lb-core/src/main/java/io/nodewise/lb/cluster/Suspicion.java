package io.nodewise.lb.cluster;

import java.time.Duration;

/*
 * A request that is silent, or that broke off, raises a doubt. The node is probed at once:
 *
 *   the probe is answered       the doubt is settled, if the probe began after it arose
 *   no answer, others do answer the node hangs: it is the node and not the network
 *   no answer, nobody is heard  unanswered: a few others are probed as witnesses; the first that
 *                               answers convicts the node, and if none does, nobody is blamed
 */
/** The doubt about one node. Under the registry's lock. */
final class Suspicion {
  /** Between two probes that suspicion asks for. */
  private static final Duration DOUBT = Duration.ofSeconds(1);

  private boolean raised;
  private boolean unanswered; // a probe got no answer since it was raised
  private long raisedAt; // since when it has not been settled
  private long askedAt; // when it last had the node probed

  Suspicion(long now) {
    raisedAt = now;
    askedAt = now - DOUBT.toNanos();
  }

  /**
   * Raises it. False if the node has been probed for it a moment ago: a slow operation on a healthy
   * node costs a probe per {@link #DOUBT}, no more.
   */
  boolean raise(long now) {
    if (now - askedAt < DOUBT.toNanos()) {
      return false;
    }
    if (!raised) {
      raised = true;
      raisedAt = now;
    }
    askedAt = now;
    return true;
  }

  /** A probe that began then was answered, in whatever way. */
  void answered(long probeBeganAt) {
    if (probeBeganAt - raisedAt >= 0) {
      drop();
    }
  }

  /** A probe got no answer. */
  void unanswered() {
    unanswered = raised;
  }

  /** The node is out, or nothing is held against it any more. */
  void drop() {
    raised = false;
    unanswered = false;
  }

  boolean isRaised() {
    return raised;
  }

  /** Whether one witness is all that is missing. */
  boolean isUnanswered() {
    return unanswered;
  }

  long raisedAt() {
    return raisedAt;
  }
}
