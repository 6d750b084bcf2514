package io.nodewise.lb.simulation;

import io.nodewise.lb.routing.BalancingPolicy;
import java.util.function.IntFunction;

/** The policies that are compared. */
enum Policy {
  LEAST_LOADED("leastLoaded", client -> BalancingPolicy.leastLoaded()),
  POWER_OF_TWO("powerOfTwoChoices", client -> BalancingPolicy.powerOfTwoChoices()),
  ROUND_ROBIN("roundRobin", client -> BalancingPolicy.roundRobin()),
  RANDOM("random", client -> BalancingPolicy.random()),
  /** One node for everything; sensible for one client only, shown as the floor. */
  PIN_UNTIL_ERROR("pinUntilError", client -> BalancingPolicy.pinUntilError()),
  /** Twenty nodes of a large set for each client. */
  SUBSET_20("subset(20)", client -> BalancingPolicy.subset(20, "client-" + client));

  private final String shown;
  private final IntFunction<BalancingPolicy> ofClient;

  Policy(String shown, IntFunction<BalancingPolicy> ofClient) {
    this.shown = shown;
    this.ofClient = ofClient;
  }

  BalancingPolicy of(int client) {
    return ofClient.apply(client);
  }

  @Override
  public String toString() {
    return shown;
  }
}
