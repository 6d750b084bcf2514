package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Another policy while requests run: only the choice changes. */
class PolicySwapTest {
  private static final String N1 = "n1:9000";
  private static final String N2 = "n2:9000";
  private static final String N3 = "n3:9000";

  private static final List<BalancingPolicy> POLICIES =
      List.of(
          BalancingPolicy.roundRobin(),
          BalancingPolicy.random(),
          BalancingPolicy.powerOfTwoChoices(),
          BalancingPolicy.rendezvous(),
          BalancingPolicy.sticky(),
          BalancingPolicy.pinUntilError(),
          BalancingPolicy.zoneAware("a"),
          BalancingPolicy.subset(3, "client"),
          BalancingPolicy.leastLoaded());

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...6}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private void swap(BalancingPolicy policy) {
    cluster.balancer().policy(policy);
  }

  @Test
  void requests_are_given_out_by_the_new_policy_from_the_next_pick_on() {
    swap(BalancingPolicy.roundRobin());
    List<String> round = cluster.picks(6);
    assertThat(round).doesNotHaveDuplicates();
    assertThat(cluster.picks(6)).isEqualTo(round);
    swap(BalancingPolicy.pinUntilError());
    assertThat(new HashSet<>(cluster.picks(50))).hasSize(1);
    swap(BalancingPolicy.subset(2, "client", BalancingPolicy.random()));
    assertThat(new HashSet<>(cluster.picks(100))).hasSize(2);
    swap(BalancingPolicy.leastLoaded());
    assertThat(cluster.burst(6)).doesNotHaveDuplicates();
  }

  @Test
  void states_weights_counters_and_attempts_in_flight_stay() {
    cluster.probesOf(N1, refused());
    cluster.awaitState(N1, NodeState.DOWN, Duration.ofSeconds(30));
    cluster.balancer().drain(N2);
    cluster.balancer().weight(N3, 2.5);
    cluster.endOn(N3, Outcome.fault("500"), 1);
    List<Attempt> running = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      running.add(cluster.begin());
      running.get(i).firstByte();
    }
    cluster.advance(0); // listeners
    List<String> events = cluster.transitions();
    for (BalancingPolicy policy : POLICIES) {
      String before = cluster.balancer().snapshot().toTable();
      swap(policy);
      assertThat(cluster.balancer().snapshot().toTable()).as("%s", policy).isEqualTo(before);
      assertThat(cluster.picks(50)).as("%s", policy).doesNotContain(N1, N2);
    }
    cluster.advance(0);
    assertThat(cluster.transitions()).as("nobody is told anything").isEqualTo(events);
    running.forEach(attempt -> attempt.end(Outcome.success()));
    assertThat(cluster.balancer().snapshot().nodes()).allMatch(node -> node.inFlight() == 0);
  }

  @Test
  void a_node_that_goes_or_comes_back_is_noticed_by_the_new_policy() {
    swap(BalancingPolicy.pinUntilError());
    String pinned = cluster.picks(1).get(0);
    cluster.probesOf(pinned, refused());
    cluster.awaitState(pinned, NodeState.DOWN, Duration.ofSeconds(30));
    Set<String> next = new HashSet<>(cluster.picks(50));
    assertThat(next).hasSize(1).doesNotContain(pinned);
    cluster.balancer().drain(next.iterator().next());
    assertThat(cluster.picks(50)).doesNotContain(pinned).doesNotContainAnyElementsOf(next);
  }

  @Test
  void one_failure_moves_what_is_pinned() {
    swap(BalancingPolicy.pinUntilError());
    String pinned = cluster.picks(1).get(0);
    cluster.begin().end(Outcome.fault("500"));
    Set<String> next = new HashSet<>(cluster.picks(50));
    assertThat(next).hasSize(1).doesNotContain(pinned);
    cluster.advance(120_000); // it is forgotten
    assertThat(new HashSet<>(cluster.picks(50))).isEqualTo(next);
  }

  @Test
  void a_key_has_its_node_and_a_session_its_own() {
    swap(BalancingPolicy.rendezvous());
    Set<String> owners = new HashSet<>();
    for (int key = 0; key < 50; key++) {
      RequestHint hint = RequestHint.read().withAffinity("key" + key);
      Set<String> met = new HashSet<>(cluster.picks(5, hint));
      assertThat(met).hasSize(1);
      owners.addAll(met);
    }
    assertThat(owners).hasSize(6);
    swap(BalancingPolicy.sticky());
    RequestHint session = RequestHint.read().withAffinity("session");
    String first = cluster.picks(1, session).get(0);
    List<Attempt> others = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      others.add(cluster.begin(session));
    }
    assertThat(others).allMatch(attempt -> attempt.node().id().equals(first));
    others.forEach(Attempt::close);
  }

  @Test
  void nothing_is_lost_under_traffic_while_a_node_fails_and_policies_change() {
    VirtualTraffic traffic = new VirtualTraffic(cluster, 3);
    traffic.rate(200);
    for (int round = 0; round < 3; round++) {
      for (BalancingPolicy policy : POLICIES) {
        swap(policy);
        traffic.behave(
            N1,
            round == 1
                ? VirtualTraffic.answers(5, Outcome.fault("500"))
                : VirtualTraffic.answers(10));
        cluster.advance(700);
      }
    }
    traffic.rate(0);
    cluster.advance(5_000);
    assertThat(traffic.requests()).hasSizeGreaterThan(3000).allMatch(one -> one.succeeded);
    assertThat(traffic.withoutNode()).isZero();
    assertThat(cluster.balancer().snapshot().nodes()).allMatch(node -> node.inFlight() == 0);
    assertThat(cluster.balancer().snapshot().nodes().stream().mapToLong(NodeSnapshot::attempts))
        .satisfies(
            counts ->
                assertThat(counts.stream().mapToLong(n -> n).sum())
                    .isEqualTo(traffic.starts().size()));
  }

  @Test
  void a_custom_policy_chooses_and_sees_only_nodes_that_may_be_given_out() {
    cluster.balancer().drain(N1);
    List<Set<String>> groups = new ArrayList<>();
    swap(
        BalancingPolicy.custom(
            "last",
            () ->
                group -> {
                  Set<String> ids = new HashSet<>();
                  for (var candidate : group) {
                    ids.add(candidate.node().id());
                  }
                  groups.add(ids);
                  return (tried, hint, random) -> {
                    for (int i = group.length - 1; i >= 0; i--) {
                      if (group[i].weight() > 0 && !tried.contains(group[i])) {
                        return group[i];
                      }
                    }
                    return null;
                  };
                }));
    assertThat(groups).containsExactly(Set.of(N2, N3, "n4:9000", "n5:9000", "n6:9000"));
    assertThat(cluster.picks(3)).containsOnly("n6:9000");
    assertThat(cluster.reach()).containsExactly("n6:9000", "n5:9000", "n4:9000", N3, N2);
    cluster.balancer().resume(N1);
    assertThat(groups.get(groups.size() - 1)).hasSize(6);
  }

  @Test
  void a_custom_policy_that_finds_nobody_does_not_stop_requests() {
    swap(BalancingPolicy.custom("nobody", () -> group -> (tried, hint, random) -> null));
    List<String> picks = cluster.burst(60);
    for (String id : new HashSet<>(picks)) {
      assertThat(Collections.frequency(picks, id)).as("the least busy is given").isEqualTo(10);
    }
    assertThat(cluster.reach()).hasSize(6);
  }

  @Test
  void a_custom_policy_is_asked_for_one_balancer_and_keeps_its_state_over_tables() {
    List<String> made = new ArrayList<>();
    BalancingPolicy counting =
        BalancingPolicy.custom(
            "counting",
            () -> {
              made.add("balancer");
              return BalancingPolicy.pinUntilError().newBalancer();
            });
    try (VirtualCluster other =
        VirtualCluster.up(b -> b.nodes("http://n{1...6}:9000").policy(counting))) {
      String pinned = other.picks(1).get(0);
      for (int i = 1; i <= 6; i++) {
        String id = "n" + i + ":9000";
        if (!id.equals(pinned)) {
          other.balancer().drain(id);
          assertThat(other.picks(5)).containsOnly(pinned);
          other.balancer().resume(id);
        }
      }
      assertThat(other.picks(5)).containsOnly(pinned);
      assertThat(made).hasSize(1);
    }
  }

  @Test
  void a_policy_that_fails_to_make_its_balancer_changes_nothing() {
    swap(BalancingPolicy.roundRobin());
    BalancingPolicy broken =
        BalancingPolicy.custom(
            "broken",
            () -> {
              throw new IllegalStateException("no balancer");
            });
    assertThatThrownBy(() -> swap(broken)).hasMessage("no balancer");
    assertThat(cluster.picks(6)).doesNotHaveDuplicates();
  }

  @Test
  void null_and_closed_are_told() {
    assertThatNullPointerException().isThrownBy(() -> swap(null));
    cluster.close();
    assertThatThrownBy(() -> swap(BalancingPolicy.random()))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_policy_that_fails_changes_nothing_and_one_that_fails_later_is_stood_in_for() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...3}:9000")) {
      BalancingPolicy broken =
          BalancingPolicy.custom(
              "broken",
              () ->
                  group -> {
                    throw new IllegalStateException("boom");
                  });
      org.assertj.core.api.Assertions.assertThatThrownBy(() -> cluster.balancer().policy(broken))
          .isInstanceOf(IllegalStateException.class);
      assertThat(cluster.picks(30)).hasSize(30);
      BalancingPolicy fussy =
          BalancingPolicy.custom(
              "fussy",
              () ->
                  group -> {
                    if (group.length < 3) {
                      throw new IllegalStateException("too few");
                    }
                    return (tried, hint, random) -> group[0];
                  });
      cluster.balancer().policy(fussy);
      cluster.balancer().drain("n1:9000");
      assertThat(cluster.picks(30)).doesNotContain("n1:9000").contains("n2:9000", "n3:9000");
    }
  }
}
