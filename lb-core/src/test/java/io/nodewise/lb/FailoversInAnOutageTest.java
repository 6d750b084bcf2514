package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.RetryBudget;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Moves away from nodes that fail are free while one is left that is well; else they are load. */
class FailoversInAnOutageTest {
  private static final Outcome FAULT = Outcome.fault("500 InternalError");

  private static final class Tally {
    int requests;
    int moves;
    int failed;
  }

  private static UnaryOperator<LoadBalancerBuilder> nodes(int count, RetryBudget budget) {
    return builder -> builder.nodes("http://n{1..." + count + "}:9000").retryBudget(budget);
  }

  private static Tally play(VirtualCluster cluster, int seconds, Predicate<String> isSick) {
    Tally tally = new Tally();
    for (int i = 0; i < 100 * seconds; i++) {
      cluster.advance(10);
      request(cluster, isSick, tally);
    }
    return tally;
  }

  private static void request(VirtualCluster cluster, Predicate<String> isSick, Tally tally) {
    tally.requests++;
    Route route = cluster.balancer().route(RequestHint.read());
    while (true) {
      try {
        Attempt attempt = route.next(false);
        if (!isSick.test(attempt.node().id())) {
          attempt.end(Outcome.success());
          return;
        }
        attempt.end(FAULT);
      } catch (NoNodeAvailableException e) {
        tally.failed++;
        return;
      }
      if (!route.hasUntried() || !route.takeFailover()) {
        tally.failed++;
        return;
      }
      tally.moves++;
    }
  }

  @Test
  void where_all_nodes_fail_no_more_is_sent_than_the_budget_gives() {
    for (int count : new int[] {4, 20}) {
      try (VirtualCluster cluster = VirtualCluster.up(nodes(count, RetryBudget.defaults()))) {
        play(cluster, 60, id -> false);
        Tally tally = play(cluster, 60, id -> true);
        assertThat(tally.failed).isEqualTo(tally.requests);
        // A twentieth, one a second, what was saved up, and the first visits to nodes still at
        // ease,
        // as all are again when their ejections end.
        assertThat(tally.moves).as("of %s nodes", count).isLessThan(6000 / 20 + 60 + 10 + 150);
        assertThat(cluster.balancer().snapshot().deniedRetries())
            .as("whoever asks may still repeat it in his own way")
            .isZero();
      }
    }
  }

  @Test
  void while_one_node_is_well_every_request_finds_it_whatever_is_left_of_the_budget() {
    RetryBudget nothing = RetryBudget.builder().share(0).perSecond(0).build();
    try (VirtualCluster cluster = VirtualCluster.up(nodes(4, nothing))) {
      Tally tally = play(cluster, 60, id -> !id.equals("n3:9000"));
      assertThat(tally.failed).isZero();
      assertThat(tally.moves).isPositive();
    }
  }

  @Test
  void two_nodes_of_which_the_better_one_had_a_hiccup_are_both_tried() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000")) {
      cluster.beginOn("n2:9000").end(FAULT);
      Tally tally = new Tally();
      for (int i = 0; i < 5; i++) {
        request(cluster, "n1:9000"::equals, tally);
      }
      assertThat(tally.failed).isZero();
    }
  }
}
