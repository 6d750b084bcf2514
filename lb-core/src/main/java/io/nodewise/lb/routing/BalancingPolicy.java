package io.nodewise.lb.routing;

import java.util.Objects;
import java.util.function.Supplier;

/**
 * How a node is chosen among those that may be. Immutable and thread-safe; one policy may serve
 * many load balancers, each of which gets a {@link Balancer}, and so the policy's state, of its
 * own. Weights, degraded nodes, slow starts and limits apply to all policies. The default is {@link
 * #leastLoaded()}.
 */
public final class BalancingPolicy {
  private static final BalancingPolicy LEAST_LOADED =
      of("leastLoaded", () -> leastLoaded(LeastLoaded.CHOICES, LeastLoaded.SCAN_ALL));

  private final String name;
  private final Supplier<Balancer> balancers;
  private final boolean affine;

  private BalancingPolicy(String name, Supplier<Balancer> balancers, boolean affine) {
    this.name = name;
    this.balancers = balancers;
    this.affine = affine;
  }

  private static BalancingPolicy of(String name, Supplier<Balancer> balancers) {
    return new BalancingPolicy(name, balancers, false);
  }

  private static BalancingPolicy affine(String name, Supplier<Balancer> balancers, boolean affine) {
    return new BalancingPolicy(name, balancers, affine);
  }

  private static Balancer leastLoaded(int choices, int scanAll) {
    return group -> new LeastLoaded(group, choices, scanAll);
  }

  /**
   * The node with the fewest attempts in flight, plus a decaying penalty for failures, relative to
   * its weight; one clearly slower to answer than the others counts as having two more. Ties are
   * drawn at random, the more likely the lower the recent time to first byte. Looks at all nodes of
   * up to thirty-two, at five distinct random ones of more.
   */
  public static BalancingPolicy leastLoaded() {
    return LEAST_LOADED;
  }

  /**
   * The same among so many distinct random nodes, however small the set.
   *
   * @throws IllegalArgumentException if {@code choices} is not from 1 to 16
   */
  public static BalancingPolicy leastLoaded(int choices) {
    if (choices < 1 || choices > LeastLoaded.MOST_CHOICES) {
      throw new IllegalArgumentException("choices: " + choices + " (expected: 1 to 16)");
    }
    return of("leastLoaded(" + choices + ")", () -> leastLoaded(choices, choices));
  }

  /** The less loaded of two distinct random nodes (Mitzenmacher, 2001). */
  public static BalancingPolicy powerOfTwoChoices() {
    return of("powerOfTwoChoices", () -> leastLoaded(2, 2));
  }

  /** Each node in turn, as often as its weight says, without bursts, whatever its load. */
  public static BalancingPolicy roundRobin() {
    return of("roundRobin", RoundRobin.Turns::new);
  }

  /** Any node, as likely as its weight says. */
  public static BalancingPolicy random() {
    return of("random", () -> RandomChoice::new);
  }

  /** As {@link #rendezvous(double)} with a bound of 1.25. */
  public static BalancingPolicy rendezvous() {
    return rendezvous(1.25);
  }

  /**
   * The same node for the same object, for gateways that cache. Only its own objects move when a
   * node goes or comes. A node with more than {@code bound} times its share of what is in flight
   * passes its objects on to the next; less than three for each node counts as three. Looks at all
   * nodes for every request; requests without a key go to the least loaded.
   *
   * @throws IllegalArgumentException if {@code bound} is not greater than 1
   */
  public static BalancingPolicy rendezvous(double bound) {
    if (!(bound > 1 && bound <= Double.MAX_VALUE)) {
      throw new IllegalArgumentException("bound: " + bound + " (expected: > 1)");
    }
    Balancer otherwise = leastLoaded(LeastLoaded.CHOICES, LeastLoaded.SCAN_ALL);
    return affine(
        "rendezvous(" + bound + ")",
        () -> group -> new Rendezvous(group, bound, otherwise.over(group)),
        true);
  }

  /**
   * The node that a session was on before. When that can't be had, the session moves to the least
   * loaded node and stays there, also when the other is back. Remembers 100,000 sessions that were
   * used in the last half hour.
   */
  public static BalancingPolicy sticky() {
    return affine("sticky", () -> new Sticky(LEAST_LOADED.newBalancer()), true);
  }

  /** One node for everything until it fails or can't be had, then another one. */
  public static BalancingPolicy pinUntilError() {
    return of("pinUntilError", () -> new PinUntilError(LEAST_LOADED.newBalancer()));
  }

  /** As {@link #zoneAware(String, BalancingPolicy)}, the least loaded on each side. */
  public static BalancingPolicy zoneAware(String zone) {
    return zoneAware(zone, LEAST_LOADED);
  }

  /**
   * Nodes of this zone first. Spills over to the others when the local node has more than twice as
   * much to do as a remote one, and four attempts more; not only when the zone is dead.
   *
   * @param zone where the client is, as in {@link io.nodewise.lb.node.Node#zone}
   * @param within how a node is chosen on either side
   */
  public static BalancingPolicy zoneAware(String zone, BalancingPolicy within) {
    if (zone.isBlank()) {
      throw new IllegalArgumentException("zone: '" + zone + "' (expected: visible characters)");
    }
    return affine(
        "zoneAware(" + zone + ", " + within + ")",
        () -> new ZoneAware(zone, within.newBalancer(), within.newBalancer()),
        within.affine);
  }

  /** As {@link #subset(int, String, BalancingPolicy)}, the least loaded of the subset. */
  public static BalancingPolicy subset(int size, String client) {
    return subset(size, client, LEAST_LOADED);
  }

  /**
   * A few nodes of a large set, so that not every client has connections to every node. Which ones
   * depends on the client's name and on nothing else; a node of them that can't be used is replaced
   * by another. All others come after them.
   *
   * @param size how many; below some twenty the load of the nodes differs a good deal
   * @param client a name that differs from client to client, such as the host's
   * @param within how a node is chosen among them
   * @throws IllegalArgumentException if {@code size} is less than 1
   */
  public static BalancingPolicy subset(int size, String client, BalancingPolicy within) {
    if (size < 1) {
      throw new IllegalArgumentException("subset size: " + size + " (expected: >= 1)");
    }
    Objects.requireNonNull(client, "client");
    return affine(
        "subset(" + size + ", " + within + ")",
        () -> new Subset(size, client, within.newBalancer()),
        within.affine);
  }

  /**
   * A policy of one's own.
   *
   * @param name what logs call it
   * @param balancers makes one for each load balancer that uses the policy, and one for each side
   *     of {@link #zoneAware}
   */
  public static BalancingPolicy custom(String name, Supplier<Balancer> balancers) {
    Objects.requireNonNull(balancers, "balancers");
    return affine(Objects.requireNonNull(name, "name"), balancers, true);
  }

  /**
   * Whether it looks at what a request belongs to; if not, adapters need not say. True for custom
   * policies, which may.
   */
  public boolean usesAffinity() {
    return affine;
  }

  /** A balancer with a state of its own. */
  public Balancer newBalancer() {
    return balancers.get();
  }

  @Override
  public String toString() {
    return name;
  }
}
