package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.retry.Hedging;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is learnt of attempts that lost. */
class HedgesTest {
  private static final long MILLI = 1_000_000;

  private final Hedges hedges = new Hedges(Hedging.defaults(), 0);
  private final LiveNode node = LiveNodeTest.liveNode();
  private final LiveNode other = LiveNodeTest.liveNode();
  private long now;

  private void answered(int count, long millis) {
    for (int i = 0; i < count; i++) {
      now += 100 * MILLI;
      node.firstByte(millis * MILLI, now);
    }
  }

  private void learn() {
    now += 1000 * MILLI;
    hedges.tick(List.of(node, other), false, now);
  }

  @Test
  void one_beyond_the_delay_counts_as_beyond_it() {
    answered(200, 10);
    learn();
    assertThat(hedges.delay().orElseThrow().toNanos()).isBetween(10 * MILLI, 13 * MILLI);
    for (int i = 0; i < 300; i++) {
      hedges.lost(other, 30 * MILLI, now);
    }
    assertThat(other.firstByteQuantile(0.5)).isBetween(26 * MILLI, 34 * MILLI);
    learn();
    assertThat(hedges.delay().orElseThrow().toNanos()).isGreaterThan(28 * MILLI);
  }

  @Test
  void one_that_was_given_up_early_is_no_fast_one() {
    answered(200, 10);
    learn();
    long before = node.latency();
    for (int i = 0; i < 1000; i++) {
      now += 100 * MILLI;
      hedges.lost(node, MILLI, now);
    }
    assertThat(node.latency()).isEqualTo(before);
    assertThat(node.firstByteQuantile(0.01)).isGreaterThan(8 * MILLI);
  }

  @Test
  void one_that_was_slower_than_the_estimate_raises_it_to_no_more_than_is_certain() {
    answered(200, 10);
    learn();
    for (int i = 0; i < 10; i++) {
      now += 100 * MILLI;
      hedges.lost(node, 60 * MILLI, now);
    }
    assertThat(node.latency()).isBetween(50 * MILLI, 60 * MILLI);
  }

  @Test
  void those_that_lose_at_once_count_as_one() {
    answered(200, 10);
    learn();
    now += 100 * MILLI;
    for (int i = 0; i < 50; i++) {
      hedges.lost(node, 60 * MILLI, now);
    }
    assertThat(node.latency()).isBetween(30 * MILLI, 40 * MILLI);
  }

  @Test
  void one_that_lost_has_answered_nothing() {
    learn();
    hedges.lost(node, 60 * MILLI, now);
    assertThat(node.hasAnsweredReadSince(now - MILLI)).isFalse();
    assertThat(node.latency()).as("all that is known").isEqualTo(60 * MILLI);
  }

  @Test
  void while_nothing_is_on_nothing_is_learnt() {
    Hedges off = new Hedges(Hedging.off(), 0);
    answered(1000, 10);
    off.tick(List.of(node, other), false, now);
    assertThat(off.delay()).isEmpty();
    assertThat(off.take()).isFalse();
  }
}
