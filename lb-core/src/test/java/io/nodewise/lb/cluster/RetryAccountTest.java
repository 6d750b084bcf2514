package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nodewise.lb.retry.RetryBudget;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryAccountTest {
  private static final long SECOND = 1_000_000_000L;

  /** The clock may be about to overflow. */
  private static final long START = Math.subtractExact(Long.MAX_VALUE, 2 * SECOND);

  private static RetryAccount account(double share, double perSecond) {
    return new RetryAccount(
        RetryBudget.builder()
            .share(share)
            .perSecond(perSecond)
            .fade(Duration.ofSeconds(10))
            .build(),
        START);
  }

  private static int taken(RetryAccount account) {
    int taken = 0;
    while (account.take()) {
      taken++;
    }
    return taken;
  }

  @Test
  void it_begins_with_what_a_calm_client_has_saved_up() {
    RetryAccount account = account(0.05, 2);
    assertThat(account.left()).isEqualTo(20);
    for (int second = 1; second <= 100; second++) {
      account.paidIn(0, START + second * SECOND);
    }
    assertThat(account.left()).isBetween(19L, 21L);
  }

  @Test
  void what_is_taken_is_gone_and_what_is_denied_is_counted() {
    RetryAccount account = account(0, 0.3);
    assertThat(taken(account)).isEqualTo(3);
    assertThat(account.take()).isFalse();
    assertThat(account.denied()).isEqualTo(2);
    assertThat(account.left()).isZero();
  }

  @Test
  void a_share_of_the_attempts_and_some_a_second_come_in() {
    RetryAccount account = account(0.05, 1);
    taken(account);
    account.paidIn(200, START + SECOND);
    assertThat(taken(account)).as("a twentieth of 200, and 1").isEqualTo(11);
  }

  @Test
  void the_unspent_fades_to_what_one_fading_time_brings_in() {
    RetryAccount account = account(0.1, 0);
    for (int tick = 1; tick <= 1000; tick++) {
      account.paidIn(100, START + tick * SECOND / 5);
    }
    assertThat((double) account.left()).isCloseTo(0.1 * 500 * 10, within(10.0));
    account.paidIn(0, START + 1000 * SECOND / 5 + 10 * SECOND);
    assertThat((double) account.left()).isCloseTo(500 / Math.E, within(3.0));
  }

  @Test
  void parts_of_a_retry_add_up() {
    RetryAccount account = account(0.05, 0);
    int taken = 0;
    for (int tick = 1; tick <= 100; tick++) {
      account.paidIn(7, START + tick * SECOND / 5);
      taken += taken(account);
    }
    assertThat(taken).as("a twentieth of 700, but what faded").isBetween(33, 35);
  }

  @Test
  void attempts_are_read_off_the_nodes() {
    RetryAccount account = account(0.5, 0);
    LiveNode one = LiveNodeTest.liveNode();
    LiveNode other = LiveNodeTest.liveNode();
    for (int i = 0; i < 10; i++) {
      one.tryBegin(false);
      other.tryBegin(false);
    }
    account.tick(List.of(one, other), START + 1);
    assertThat(taken(account)).isEqualTo(10);
    account.tick(List.of(one, other), START + 2);
    assertThat(taken(account)).as("nothing new").isZero();
    account.tick(List.of(one), START + 3);
    assertThat(taken(account)).as("the other left with what it had").isZero();
    one.tryBegin(false);
    one.tryBegin(false);
    account.tick(List.of(one), START + 4);
    assertThat(taken(account)).isEqualTo(1);
  }

  @Test
  void a_clock_that_stands_still_or_runs_backwards_brings_in_nothing() {
    RetryAccount account = account(0, 100);
    taken(account);
    account.paidIn(0, START);
    account.paidIn(0, START - SECOND);
    assertThat(account.left()).isZero();
  }

  @Test
  void an_unlimited_one_denies_nothing() {
    RetryAccount account = new RetryAccount(RetryBudget.unlimited(), START);
    for (int i = 0; i < 100_000; i++) {
      assertThat(account.take()).isTrue();
    }
    assertThat(account.denied()).isZero();
  }
}
