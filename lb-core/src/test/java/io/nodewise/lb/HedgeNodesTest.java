package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.probe.ScriptedProbeClient;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** To which node a read is sent a second time, and what the node that lost is thought of. */
class HedgeNodesTest extends HedgedReads {

  @Test
  void the_second_node_is_another_one_and_the_request_goes_to_a_third_after_both() {
    use(builder -> builder.hedging(GENEROUS));
    reads(500, HedgedReads::usual);
    Route route = read();
    Attempt first = next(route);
    Attempt second = route.hedge().orElseThrow();
    assertThat(second.node()).isNotEqualTo(first.node());
    assertThat(route.attempts()).isEqualTo(2);
    first.end(Outcome.fault("500"));
    second.end(Outcome.fault("500"));
    try (Attempt third = next(route)) {
      assertThat(third.node()).isNotIn(first.node(), second.node());
    }
    assertThat(cluster.balancer().snapshot().failovers()).isEqualTo(1);
  }

  /** The session is on its node still, and not where its slow read was sent a second time. */
  @Test
  void a_second_try_moves_no_session() {
    use(builder -> builder.hedging(GENEROUS).policy(BalancingPolicy.sticky()));
    reads(500, HedgedReads::usual);
    RequestHint session = RequestHint.read().withAffinity("session");
    Route route = cluster.balancer().route(session);
    String home;
    try (Attempt first = next(route);
        Attempt second = route.hedge().orElseThrow()) {
      home = first.node().id();
      assertThat(second.node().id()).isNotEqualTo(home);
    }
    for (int i = 0; i < 20; i++) {
      try (Attempt later = next(cluster.balancer().route(session))) {
        assertThat(later.node().id()).isEqualTo(home);
      }
    }
  }

  @Test
  void where_there_is_no_other_node_nothing_is_sent_twice() {
    cluster.close();
    cluster = VirtualCluster.up(b -> b.nodes("http://n1:9000").hedging(GENEROUS));
    reads(500, HedgedReads::usual);
    assertThat(read().hedgeDelay()).as("no timer is needed").isEmpty();
  }

  @Test
  void never_to_a_backup_nor_to_another_site() {
    cluster.close();
    cluster =
        VirtualCluster.up(
            b -> b.nodes("http://n1:9000").backupNodes("http://b1:9000").hedging(GENEROUS));
    assertThatOnlyTheFirstSetIsUsed();
    cluster.close();
    cluster =
        VirtualCluster.up(
            b -> b.site("a", "http://a1:9000").site("b", "http://b1:9000").hedging(GENEROUS));
    assertThatOnlyTheFirstSetIsUsed();
  }

  private void assertThatOnlyTheFirstSetIsUsed() {
    reads(500, HedgedReads::usual);
    Route route = read();
    try (Attempt first = next(route)) {
      assertThat(first.node().id()).isNotEqualTo("b1:9000");
      assertThat(route.hedgeDelay()).isPresent();
      assertThat(route.hedge()).isEmpty();
    }
  }

  /** Whatever is done to the other three nodes, and whether a read on the first is sent twice. */
  private boolean isHedged(Function<String, Runnable> toOthers) {
    use(
        builder ->
            builder
                .hedging(GENEROUS)
                .outlierDetection(OutlierDetection.builder().panicThreshold(0).build()));
    reads(500, (node, i) -> i % 2 == 0 ? 10 : 20);
    Route route = routeFirstOn(N1);
    for (String other : new String[] {N2, "n3:9000", "n4:9000"}) {
      toOthers.apply(other).run();
    }
    assertThat(route.hedgeDelay()).isPresent();
    Optional<Attempt> hedge = route.hedge();
    hedge.ifPresent(Attempt::close);
    return hedge.isPresent();
  }

  @Test
  void never_to_a_node_that_is_worse() {
    assertThat(isHedged(other -> () -> {})).as("all is well").isTrue();
    assertThat(isHedged(other -> () -> cluster.balancer().drain(other))).as("drained").isFalse();
    assertThat(isHedged(other -> () -> cluster.beginOn(other).end(Outcome.unreachable("refused"))))
        .as("down")
        .isFalse();
    assertThat(isHedged(other -> () -> cluster.endOn(other, Outcome.fault("500"), 5)))
        .as("ejected")
        .isFalse();
    assertThat(isHedged(other -> () -> cluster.endOn(other, Outcome.fault("500"), 1)))
        .as("failed lately")
        .isFalse();
    assertThat(isHedged(other -> () -> cluster.endOn(other, Outcome.load("503"), 1)))
        .as("asked for less lately")
        .isFalse();
    Outcome pause = Outcome.load("503", Duration.ofSeconds(30));
    assertThat(isHedged(other -> () -> cluster.endOn(other, pause, 1))).as("paused").isFalse();
  }

  @Test
  void never_in_panic() {
    use(builder -> builder.hedging(GENEROUS));
    reads(500, HedgedReads::usual);
    Route route = routeFirstOn(N1);
    for (String id : new String[] {N2, "n3:9000", "n4:9000"}) {
      cluster.probesOf(id, ScriptedProbeClient.refused());
    }
    cluster.beginOn(N2).end(Outcome.unreachable("refused"));
    cluster.beginOn("n3:9000").end(Outcome.unreachable("refused"));
    assertThat(cluster.balancer().snapshot().panic()).as("two of four").isFalse();
    route.hedge().orElseThrow().close();
    route.newRound();
    cluster.beginOn("n4:9000").end(Outcome.unreachable("refused"));
    assertThat(cluster.balancer().snapshot().panic()).isTrue();
    assertThat(route.hedge()).isEmpty();
    cluster.advance(1500);
    assertThat(route.hedgeDelay()).as("no timers either").isEmpty();
  }

  @Test
  void never_to_a_node_at_its_limit_and_never_beyond_the_limit_of_all() {
    InFlightLimits two = InFlightLimits.builder().perNode(1).total(2).build();
    use(builder -> builder.hedging(GENEROUS).limits(two));
    reads(500, HedgedReads::usual);
    Route one = read();
    Attempt first = next(one);
    Route other = read();
    Attempt second = next(other);
    assertThat(one.hedge()).as("both places are taken").isEmpty();
    second.close();
    Attempt hedge = one.hedge().orElseThrow();
    assertThat(cluster.balancer().snapshot().inFlight()).isEqualTo(2);
    hedge.lost();
    first.close();
    next(read()).close(); // its place is free again
    use(b -> b.hedging(GENEROUS).limits(InFlightLimits.builder().perNode(1).build()));
    reads(500, HedgedReads::usual);
    Attempt[] all = {next(read()), next(read()), next(read())};
    Route last = read();
    Attempt lastPlace = next(last);
    assertThat(last.hedge()).as("every node is full").isEmpty();
    for (Attempt attempt : all) {
      attempt.close();
    }
    lastPlace.close();
    assertThat(hedges().denied()).as("the budget was not asked").isZero();
  }

  @Test
  void the_loser_is_not_charged() {
    use(builder -> builder.hedging(GENEROUS));
    for (int i = 0; i < 200; i++) {
      reads(10, (node, j) -> node.equals(N2) && j >= 0 ? 300 : 10);
    }
    assertThat(hedges().won()).isGreaterThan(5);
    assertThat(cluster.node(N2).faults()).isZero();
    assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N2).penalty()).isZero();
  }

  @Test
  void an_attempt_that_the_clocks_gave_up_is_charged_though_it_lost() {
    use(builder -> builder.hedging(GENEROUS));
    reads(500, HedgedReads::usual);
    Route route = read();
    Attempt first = next(route);
    Attempt second = route.hedge().orElseThrow();
    cluster.advance(36_000);
    assertThat(first.verdict()).isNotNull();
    second.close();
    first.lost();
    assertThat(cluster.node(first.node().id()).faults()).isEqualTo(1);
  }

  @Test
  void a_node_that_always_loses_does_not_look_fast() {
    use(builder -> builder.hedging(GENEROUS));
    reads(500, (node, i) -> i % 2 == 0 ? 10 : 12);
    double before = cluster.node(N2).firstByteP50().toNanos();
    for (int i = 0; i < 300; i++) {
      Route route = read();
      Attempt first = next(route);
      if (!first.node().id().equals(N2)) {
        advance(millis(10));
        answer(first);
        continue;
      }
      advance(millis(60));
      Attempt second = route.hedge().orElseThrow();
      advance(millis(10));
      answer(second);
      first.lost();
    }
    assertThat(cluster.node(N2).firstByteP99()).isGreaterThan(millis(60));
    assertThat((double) cluster.node(N2).firstByteP50().toNanos()).isGreaterThanOrEqualTo(before);
    long share = cluster.picks(400).stream().filter(N2::equals).count();
    assertThat(share).as("pickers know that it is slow").isLessThan(60);
  }

  @Test
  void a_hedge_whose_rival_answered_at_once_says_nothing_about_its_node() {
    use(builder -> builder.hedging(GENEROUS));
    reads(500, (node, i) -> 10);
    for (int i = 0; i < 100; i++) {
      Route route = read();
      Attempt first = next(route);
      advance(millis(20));
      Attempt second = route.hedge().orElseThrow();
      advance(millis(0.01));
      answer(first);
      second.lost();
    }
    assertThat(cluster.balancer().snapshot().nodes())
        .allSatisfy(node -> assertThat(node.firstByteP50()).isGreaterThan(millis(8)));
  }

  @Test
  void the_delay_does_not_sink_though_the_slowest_are_given_up() {
    // Ordinary reads take 5 to 15 ms, evenly; one in a hundred stalls wherever it is sent first.
    Times times = (node, i) -> i >= 0 && i % 100 == 17 ? 400 : 5 + Math.abs(i * 37 % 100) / 10.0;
    reads(2000, times);
    advance(Duration.ofSeconds(1));
    Duration learnt = hedges().delay();
    assertThat(learnt).isBetween(millis(14), millis(18));
    reads(20_000, times);
    assertThat(hedges().won()).isGreaterThan(150);
    assertThat(hedges().delay()).as("four minutes later").isBetween(millis(14), millis(18));
    assertThat(hedges().denied()).isZero();
  }
}
