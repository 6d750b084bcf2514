package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.Hedging;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A read that waits longer than nearly all do is sent to a second node. */
class HedgedReadsTest extends HedgedReads {

  @Test
  void by_default_nothing_is_sent_twice() {
    use(builder -> builder);
    assertThat(cluster.balancer().hedging().isOn()).isFalse();
    reads(500, HedgedReads::usual);
    advance(Duration.ofSeconds(2));
    Route route = read();
    try (Attempt first = next(route)) {
      assertThat(route.hedgeDelay()).isEmpty();
      assertThat(route.hedge()).isEmpty();
    }
    assertThat(hedges()).isEqualTo(new HedgeSnapshot(0, 0, 0, Duration.ZERO));
  }

  @Test
  void the_delay_is_what_all_but_the_share_of_the_reads_took() {
    // One in a hundred takes 200 ms, three in a hundred 40.
    reads(1000, (node, i) -> i % 100 == 50 ? 200 : i % 100 >= 97 ? 40 : 10);
    advance(Duration.ofSeconds(2));
    assertThat(read().hedgeDelay().orElseThrow()).isBetween(millis(40), millis(50));
    assertThat(hedges().delay()).isEqualTo(read().hedgeDelay().orElseThrow());
  }

  @Test
  void a_write_is_never_sent_twice() {
    use(builder -> builder.hedging(GENEROUS));
    reads(500, HedgedReads::usual);
    Route route = cluster.balancer().route(RequestHint.write());
    try (Attempt first = next(route)) {
      assertThat(route.hedgeDelay()).isEmpty();
      assertThat(route.hedge()).isEmpty();
    }
  }

  @Test
  void with_too_few_reads_nothing_is_known_and_nothing_sent_twice() {
    reads(90, (node, i) -> 10);
    advance(Duration.ofSeconds(2));
    assertThat(read().hedgeDelay()).isEmpty();
    reads(20, (node, i) -> 10);
    advance(Duration.ofSeconds(2));
    assertThat(read().hedgeDelay()).isPresent();
    advance(Duration.ofMinutes(2)); // what is known is forgotten
    assertThat(read().hedgeDelay()).isEmpty();
  }

  @Test
  void a_small_share_takes_more_reads() {
    use(b -> b.hedging(Hedging.builder().share(0.002).leastSamples(10).build()));
    reads(490, (node, i) -> 10);
    advance(Duration.ofSeconds(2));
    assertThat(read().hedgeDelay()).isEmpty();
    reads(20, (node, i) -> 10);
    advance(Duration.ofSeconds(2));
    assertThat(read().hedgeDelay()).isPresent();
  }

  @Test
  void no_read_is_sent_twice_before_the_least_delay() {
    use(b -> b.hedging(Hedging.builder().leastDelay(Duration.ofMillis(77)).build()));
    reads(200, (node, i) -> 2);
    advance(Duration.ofSeconds(2));
    assertThat(read().hedgeDelay()).contains(Duration.ofMillis(77));
  }

  @Test
  void no_more_than_the_share_is_added_however_many_are_slow() {
    reads(300, (node, i) -> 10);
    advance(Duration.ofSeconds(1));
    reads(3000, (node, i) -> i % 3 == 0 ? 50 + i : 10); // each slower than all before it
    ClusterSnapshot seen = cluster.balancer().snapshot();
    assertThat(seen.hedges().denied()).isGreaterThan(10);
    assertThat(seen.hedges().begun()).isPositive();
    assertThat((double) seen.hedges().begun())
        .isLessThanOrEqualTo((seen.attempts() - seen.hedges().begun()) * 0.02);
    assertThat(seen).asString().contains("hedges " + seen.hedges().begun() + " (won ");
  }

  @Test
  void one_node_that_stalls_now_and_then_is_no_longer_felt() {
    Times times = (node, i) -> node.equals(N2) && i >= 0 && i % 8 == 0 ? 500 : 8 + (i & 3);
    use(builder -> builder);
    assertThat(reads(4000, times)).isEqualTo(millis(500));
    use(builder -> builder.hedging(Hedging.defaults()));
    reads(1000, times); // learning
    long before = hedges().begun();
    assertThat(reads(4000, times)).isLessThan(millis(50));
    assertThat(hedges().won()).isPositive();
    assertThat(hedges().begun() - before).isBetween(10L, 80L);
    assertThat(hedges().denied()).isZero();
  }
}
