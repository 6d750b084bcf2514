package io.nodewise.lb.health;

import io.nodewise.lb.node.Node;

/**
 * A question to a node, and what its answer means: the seam for checks of one's own, a signed one
 * for example. Sent over a connection of its own, with the time-out, the port and the TLS of the
 * {@link HealthCheck}. A node that gives no HTTP answer is judged without it.
 *
 * <p>Implementations are thread-safe, don't block and keep no state; what they throw counts as if
 * nothing had been asked.
 */
public interface Probe {

  /** What to ask; made anew for every probe, so that it may carry a date or a signature. */
  ProbeRequest request(Node node);

  /** What the answer means. */
  Verdict read(ProbeAnswer answer);

  /** What to ask this node from now on; by default the same. */
  default Probe next(ProbeAnswer answer) {
    return this;
  }

  /** What to ask it from now on when it gave no HTTP answer to this; by default the same. */
  default Probe unanswered() {
    return this;
  }
}
