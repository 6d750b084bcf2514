package io.nodewise.lb.routing;

import java.util.stream.Stream;

/** All policies, for what must be true of each. */
final class Policies {
  private Policies() {}

  /** Every policy in several settings, also within each other. */
  static Stream<BalancingPolicy> all() {
    return Stream.concat(
        withoutMemory(),
        Stream.of(
            BalancingPolicy.sticky(),
            BalancingPolicy.pinUntilError(),
            BalancingPolicy.zoneAware("a", BalancingPolicy.sticky()),
            BalancingPolicy.zoneAware("a", BalancingPolicy.pinUntilError()),
            BalancingPolicy.subset(5, "client", BalancingPolicy.pinUntilError()),
            BalancingPolicy.subset(5, "client", BalancingPolicy.sticky())));
  }

  /** Those that choose without regard to what they chose before, or only in turn. */
  static Stream<BalancingPolicy> withoutMemory() {
    return Stream.concat(
        withoutPreference(),
        Stream.of(
            BalancingPolicy.zoneAware("a"),
            BalancingPolicy.zoneAware("a", BalancingPolicy.roundRobin()),
            BalancingPolicy.subset(5, "client"),
            BalancingPolicy.subset(5, "client", BalancingPolicy.roundRobin())));
  }

  /** Those to which, where no request belongs to anything, idle nodes are all the same. */
  static Stream<BalancingPolicy> withoutPreference() {
    return Stream.of(
        BalancingPolicy.leastLoaded(),
        BalancingPolicy.leastLoaded(1),
        BalancingPolicy.leastLoaded(3),
        BalancingPolicy.leastLoaded(7),
        BalancingPolicy.leastLoaded(16),
        BalancingPolicy.powerOfTwoChoices(),
        BalancingPolicy.roundRobin(),
        BalancingPolicy.random(),
        BalancingPolicy.rendezvous(),
        BalancingPolicy.rendezvous(1.01));
  }
}
