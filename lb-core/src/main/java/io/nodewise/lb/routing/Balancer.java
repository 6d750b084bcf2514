package io.nodewise.lb.routing;

/**
 * A {@link BalancingPolicy} at work in one load balancer: holds what outlives a routing table, such
 * as who is pinned, and makes a {@link Picker} for each group of nodes of each table. Thread-safe.
 */
@FunctionalInterface
public interface Balancer {

  /**
   * A picker of these candidates. Called whenever a table is made, so work that depends on nothing
   * but who is in the group belongs here. The load balancer's lock is held meanwhile: it must be
   * quick, and must not wait for anybody nor call the load balancer. Where it throws, the default
   * policy stands in for that table.
   *
   * @param group one or more, the best first by no order that matters; must not be changed
   */
  Picker over(Candidate[] group);

  /**
   * Whether another node may be taken than the one that was picked, because that one holds its
   * {@linkplain InFlightLimits#spillsAt share} of what is in flight. Not where the choice itself
   * was promised.
   */
  default boolean yieldsAtShare() {
    return true;
  }
}
