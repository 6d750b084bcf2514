package io.nodewise.lb.cluster;

import java.time.Duration;

/*
 * A request that is silent, or that broke off, raises a doubt. The node is probed at once, and
 * another one with it, as a witness:
 *
 *   the probe is answered            the doubt is settled, if the probe began after it arose
 *   no answer, but from the witness  the node hangs: it is the node and not the network
 *   no answer from either            the node is probed again, with more witnesses; if the network
 *                                    is what stalls, they all fail, and nobody is blamed before as
 *                                    many probes have failed in a row as take any node down
 */
/** The doubt about one node. Under the registry's lock. */
final class Suspicion {
  /** Between two probes that silent requests ask for. */
  private static final Duration DOUBT = Duration.ofSeconds(1);

  private boolean raised;
  private long raisedAt; // since when it has not been settled
  private long askedAt; // when it last had the node probed

  Suspicion(long now) {
    raisedAt = now;
    askedAt = now - DOUBT.toNanos();
  }

  /**
   * Raises it. False if the node has been probed for it a moment ago: a slow operation on a healthy
   * node costs two probes per {@link #DOUBT}, no more.
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
      raised = false;
    }
  }

  /** The node is out, so there is nothing left to doubt. */
  void drop() {
    raised = false;
  }

  boolean isRaised() {
    return raised;
  }
}
