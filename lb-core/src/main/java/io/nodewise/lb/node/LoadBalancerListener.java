package io.nodewise.lb.node;

/**
 * Hears what happens to the nodes. Called on the load balancer's background thread, one call at a
 * time and in the order of the events, never under a lock; what it throws is logged and changes
 * nothing. It should not block: the next event and the clocks of running attempts wait for it.
 */
public interface LoadBalancerListener {

  /** A node changed its state. */
  default void onTransition(Transition transition) {}

  /** The set has other members now; nodes that stay kept their state. */
  default void onNodeSet(NodeSet before, NodeSet after) {}

  /** Another site is first now. */
  default void onSiteChange(SiteChange change) {}

  /** A site can do more or less than before, by its own account. */
  default void onSiteVerdict(SiteVerdict verdict) {}
}
