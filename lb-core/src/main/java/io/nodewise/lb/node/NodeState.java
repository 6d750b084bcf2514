package io.nodewise.lb.node;

/** What a node may be given just now, and so what an operator reads first. */
public enum NodeState {
  /** New, no probe has answered yet: takes requests, so that nobody waits for the first probe. */
  UNKNOWN(true),
  /** Healthy: takes requests. */
  UP(true),
  /** Healthy, but asks for less by its probe: takes a smaller share. */
  DEGRADED(true),
  /** Takes reads; writes go there only when nobody else is left. */
  READ_ONLY(true),
  /** Half-open: one request at a time shows whether the node is back. */
  TRIAL(true),
  /** Put out for a while because requests kept failing on it; comes back in panic. */
  EJECTED(false),
  /** Refuses, hangs, or fails its probes. */
  DOWN(false),
  /**
   * Finishes what it has and gets nothing new: an operator said so, its weight is 0, or its own
   * probe says that it is being taken out of service.
   */
  DRAINING(false),
  /** Switched off by an operator. */
  DISABLED(false);

  private final boolean eligible;

  NodeState(boolean eligible) {
    this.eligible = eligible;
  }

  /** Whether a node of this state is offered to new attempts in normal times. */
  public boolean eligible() {
    return eligible;
  }
}
