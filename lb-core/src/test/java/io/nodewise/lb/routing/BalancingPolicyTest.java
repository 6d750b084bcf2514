package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BalancingPolicyTest {

  @Test
  void a_policy_says_what_it_is() {
    assertThat(BalancingPolicy.leastLoaded()).hasToString("leastLoaded");
    assertThat(BalancingPolicy.leastLoaded(3)).hasToString("leastLoaded(3)");
    assertThat(BalancingPolicy.powerOfTwoChoices()).hasToString("powerOfTwoChoices");
    assertThat(BalancingPolicy.roundRobin()).hasToString("roundRobin");
    assertThat(BalancingPolicy.random()).hasToString("random");
    assertThat(BalancingPolicy.rendezvous()).hasToString("rendezvous(1.25)");
    assertThat(BalancingPolicy.sticky()).hasToString("sticky");
    assertThat(BalancingPolicy.pinUntilError()).hasToString("pinUntilError");
    assertThat(BalancingPolicy.zoneAware("a", BalancingPolicy.random()))
        .hasToString("zoneAware(a, random)");
    assertThat(BalancingPolicy.subset(9, "host", BalancingPolicy.roundRobin()))
        .hasToString("subset(9, roundRobin)");
  }

  @Test
  void a_custom_policy_makes_a_balancer_for_each_load_balancer() {
    BalancingPolicy last =
        BalancingPolicy.custom(
            "last",
            () ->
                group ->
                    (tried, hint, random) -> {
                      Candidate candidate = group[group.length - 1];
                      return Picker.open(candidate, tried) ? candidate : null;
                    });
    assertThat(last).hasToString("last");
    assertThat(last.newBalancer()).isNotNull();
    Picking picking = Picking.by(last, FakeCandidate.idle(3));
    assertThat(picking.met(10)).containsExactly(picking.nodes[2]);
    Picking zones =
        Picking.by(
            BalancingPolicy.zoneAware("a", last),
            FakeCandidate.inZone("a", "a0"),
            FakeCandidate.inZone("a", "a1"),
            FakeCandidate.inZone("b", "b0"));
    assertThat(zones.met(10)).containsExactly(zones.nodes[1]);
  }

  @Test
  void a_custom_policy_has_a_name_and_something_that_makes_balancers() {
    assertThatThrownBy(() -> BalancingPolicy.custom(null, () -> group -> null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("name");
    assertThatThrownBy(() -> BalancingPolicy.custom("x", null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("balancers");
  }
}
