package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.Hedging;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;

/** Reads in virtual time, hedged as an adapter does it. */
abstract class HedgedReads {
  static final String N1 = "n1:9000";
  static final String N2 = "n2:9000";

  VirtualCluster cluster = four(builder -> builder.hedging(Hedging.defaults()));

  /** Half the places are free for a hedge from the start: what is tested is not the budget. */
  static final Hedging GENEROUS = Hedging.builder().share(0.5).burst(1000).build();

  static VirtualCluster four(UnaryOperator<LoadBalancerBuilder> settings) {
    return VirtualCluster.up(builder -> settings.apply(builder.nodes("http://n{1...4}:9000")));
  }

  void use(UnaryOperator<LoadBalancerBuilder> settings) {
    cluster.close();
    cluster = four(settings);
  }

  @AfterEach
  void close() {
    assertThat(cluster.balancer().snapshot().inFlight()).isZero();
    cluster.close();
  }

  Route read() {
    return cluster.balancer().route(RequestHint.read());
  }

  static Attempt next(Route route) {
    try {
      return route.next(false);
    } catch (NoNodeAvailableException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  void advance(Duration time) {
    cluster.tasks().advance(time);
  }

  static Duration millis(double millis) {
    return Duration.ofNanos((long) (millis * 1e6));
  }

  HedgeSnapshot hedges() {
    return cluster.balancer().snapshot().hedges();
  }

  static void answer(Attempt attempt) {
    attempt.firstByte();
    attempt.end(Outcome.success());
  }

  /**
   * So many reads, one after another, as an adapter does them: the first byte after so many
   * milliseconds, which depend on the node and the number of the read. Returns the longest that one
   * of them took.
   */
  Duration reads(int count, Times times) {
    Duration longest = Duration.ZERO;
    for (int i = 0; i < count; i++) {
      Duration took = oneRead(i, times);
      longest = took.compareTo(longest) > 0 ? took : longest;
    }
    return longest;
  }

  interface Times {
    double of(String node, int read);
  }

  Duration oneRead(int number, Times times) {
    Route route = read();
    Attempt first = next(route);
    Duration its = millis(times.of(first.node().id(), number));
    Optional<Duration> delay = route.hedgeDelay();
    if (delay.isEmpty() || its.compareTo(delay.get()) <= 0) {
      advance(its);
      answer(first);
      return its;
    }
    advance(delay.get());
    Optional<Attempt> second = route.hedge();
    Duration left = its.minus(delay.get());
    if (second.isEmpty()) {
      advance(left);
      answer(first);
      return its;
    }
    Duration other = millis(times.of(second.get().node().id(), -1 - number));
    boolean won = other.compareTo(left) < 0;
    advance(won ? other : left);
    answer(won ? second.get() : first);
    (won ? first : second.get()).lost();
    return delay.get().plus(won ? other : left);
  }

  /** 10 ms, and every tenth 40 ms, unless it was sent a second time. */
  static double usual(String node, int read) {
    return read % 10 == 9 ? 40 : 10;
  }

  /** Attempts under way on all nodes but this one are ended by the caller. */
  Route routeFirstOn(String id) {
    for (int i = 0; i < 1000; i++) {
      Route route = read();
      Attempt attempt = next(route);
      if (attempt.node().id().equals(id)) {
        attempt.close();
        return route;
      }
      attempt.close();
    }
    throw new AssertionError("chance never took " + id);
  }
}
