package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.routing.BalancingPolicy;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Requests that were asked for less are sent again as far as the retry budget goes. */
class RetriesInOverloadTest {
  private static final Outcome SLOW_DOWN = Outcome.load("503 SlowDown");

  /** What became of some requests that were sent, and sent again where they were allowed to be. */
  private static final class Tally {
    int requests;
    int retries;
    int failed;
  }

  private static UnaryOperator<LoadBalancerBuilder> four(RetryBudget budget) {
    return builder -> builder.nodes("http://n{1...4}:9000").retryBudget(budget);
  }

  /** So many requests a second for so long, each of up to three attempts. */
  private static Tally play(
      VirtualCluster cluster, int perSecond, int seconds, Predicate<String> isOverloaded) {
    Tally tally = new Tally();
    for (int i = 0; i < perSecond * seconds; i++) {
      cluster.advance(1000 / perSecond);
      request(cluster, isOverloaded, tally);
    }
    return tally;
  }

  private static void request(VirtualCluster cluster, Predicate<String> isOverloaded, Tally tally) {
    tally.requests++;
    Route route = cluster.balancer().route(RequestHint.read());
    for (int attempts = 1; ; attempts++) {
      try {
        Attempt attempt = route.next(false);
        if (!isOverloaded.test(attempt.node().id())) {
          attempt.end(Outcome.success());
          return;
        }
        attempt.end(SLOW_DOWN);
      } catch (NoNodeAvailableException e) {
        throw new AssertionError(e.getMessage(), e);
      }
      if (attempts == 3 || !route.takeRetry()) {
        tally.failed++;
        return;
      }
      tally.retries++;
      if (!route.hasUntried()) {
        route.newRound();
      }
    }
  }

  @Test
  void where_all_nodes_ask_for_less_a_twentieth_is_sent_again() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      play(cluster, 100, 60, id -> false);
      Tally tally = play(cluster, 100, 60, id -> true);
      assertThat(tally.failed).isEqualTo(tally.requests);
      // A twentieth, one a second, what was saved up before, and those before the first penalties.
      assertThat(tally.retries).isBetween(6000 / 20 + 60, 6000 / 20 + 60 + 50 + 10 + 30);
      assertThat(cluster.balancer().snapshot().deniedRetries()).isGreaterThan(5000);
      assertThat(cluster.balancer().snapshot()).asString().contains("retries denied ");
    }
  }

  @Test
  void with_no_budget_every_one_is_sent_again() {
    try (VirtualCluster cluster = VirtualCluster.up(four(RetryBudget.unlimited()))) {
      Tally tally = play(cluster, 100, 20, id -> true);
      assertThat(tally.retries).isEqualTo(2 * tally.requests);
      assertThat(cluster.balancer().snapshot().deniedRetries()).isZero();
      assertThat(cluster.balancer().snapshot()).asString().doesNotContain("denied");
    }
  }

  @Test
  void a_client_of_few_requests_may_send_each_again() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n1:9000")) {
      for (int minute = 0; minute < 10; minute++) {
        Tally tally = play(cluster, 1, 4, id -> true);
        assertThat(tally.retries).as("in minute %s", minute).isEqualTo(2 * 4);
        cluster.advance(56_000);
      }
    }
  }

  @Test
  void one_overloaded_node_among_idle_ones_costs_nothing_even_in_turn_and_without_a_budget() {
    RetryBudget nothing = RetryBudget.builder().share(0).perSecond(0).build();
    UnaryOperator<LoadBalancerBuilder> inTurn =
        builder -> four(nothing).apply(builder).policy(BalancingPolicy.roundRobin());
    try (VirtualCluster cluster = VirtualCluster.up(inTurn)) {
      Tally tally = play(cluster, 100, 20, "n2:9000"::equals);
      assertThat(tally.retries).isGreaterThan(tally.requests / 5);
      assertThat(tally.failed).isZero();
      assertThat(cluster.balancer().snapshot().deniedRetries()).isZero();
    }
  }

  @Test
  void with_nothing_to_spend_an_overload_is_not_sent_again() {
    RetryBudget nothing = RetryBudget.builder().share(0).perSecond(0).build();
    try (VirtualCluster cluster = VirtualCluster.up(four(nothing))) {
      Tally tally = play(cluster, 100, 20, id -> true);
      assertThat(tally.retries).as("before the first penalties").isLessThan(10);
      Tally calm = play(cluster, 100, 20, id -> false);
      assertThat(calm.failed).isZero();
    }
  }

  @Test
  void when_it_is_over_requests_are_sent_again_as_before() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000")) {
      play(cluster, 100, 60, id -> true);
      play(cluster, 100, 30, id -> false);
      Tally tally = play(cluster, 100, 1, "n2:9000"::equals);
      assertThat(tally.failed).isZero();
    }
  }
}
