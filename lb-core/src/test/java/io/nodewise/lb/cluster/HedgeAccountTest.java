package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.retry.Hedging;
import java.util.List;
import org.junit.jupiter.api.Test;

class HedgeAccountTest {
  private static final long TICK = Sweeper.TICK.toNanos();

  /** The clock may be about to overflow. */
  private static final long START = Long.MAX_VALUE - 2 * TICK;

  private static HedgeAccount account(double share, int burst) {
    return new HedgeAccount(Hedging.builder().share(share).burst(burst).build(), START);
  }

  private static int taken(HedgeAccount account) {
    int taken = 0;
    while (account.take()) {
      taken++;
    }
    return taken;
  }

  @Test
  void it_begins_with_nothing_and_denials_are_counted() {
    HedgeAccount account = account(0.02, 10);
    assertThat(account.take()).isFalse();
    assertThat(account.denied()).isEqualTo(1);
    assertThat(account.taken()).isZero();
  }

  @Test
  void a_share_of_the_attempts_comes_in_and_parts_add_up() {
    HedgeAccount account = account(0.02, 10);
    int taken = 0;
    for (int tick = 1; tick <= 1000; tick++) {
      account.paidIn(7, START + tick * TICK);
      taken += taken(account);
    }
    assertThat(taken).as("a fiftieth of 7000, but what is lost in rounding").isBetween(138, 140);
  }

  @Test
  void a_calm_hour_saves_up_no_more_than_the_burst() {
    HedgeAccount account = account(0.02, 10);
    for (int tick = 1; tick <= 18_000; tick++) {
      account.paidIn(20, START + tick * TICK);
    }
    assertThat(taken(account)).isEqualTo(10);
  }

  @Test
  void where_a_second_brings_in_more_than_the_burst_that_much_can_be_saved_up() {
    HedgeAccount account = account(0.02, 10);
    for (int tick = 1; tick <= 100; tick++) {
      account.paidIn(2000, START + tick * TICK); // 10,000 a second
    }
    assertThat(taken(account)).as("a fiftieth of a second's").isEqualTo(200);
  }

  @Test
  void a_tick_that_comes_late_loses_nothing() {
    HedgeAccount account = account(0.02, 10);
    account.paidIn(500, START + 50 * TICK);
    assertThat(taken(account)).isEqualTo(10);
    account.paidIn(500, START + 50 * TICK); // and the next at once
    assertThat(taken(account)).isEqualTo(10);
  }

  @Test
  void what_is_given_back_was_never_taken() {
    HedgeAccount account = account(0.5, 10);
    account.paidIn(2, START + TICK);
    assertThat(account.take()).isTrue();
    account.giveBack();
    assertThat(account.taken()).isZero();
    assertThat(taken(account)).isEqualTo(1);
  }

  @Test
  void attempts_are_read_off_the_nodes_and_hedges_bring_in_nothing() {
    HedgeAccount account = account(0.5, 100);
    LiveNode one = LiveNodeTest.liveNode();
    LiveNode other = LiveNodeTest.liveNode();
    begin(one, 12);
    begin(other, 8);
    account.tick(List.of(one, other), START + TICK);
    assertThat(taken(account)).isEqualTo(10);
    begin(other, 10); // those are the hedges
    account.tick(List.of(one, other), START + 2 * TICK);
    assertThat(taken(account)).isZero();
    begin(one, 2);
    account.tick(List.of(one), START + 3 * TICK);
    assertThat(taken(account)).as("the other left with what it had").isZero();
    begin(one, 2);
    account.tick(List.of(one), START + 4 * TICK);
    assertThat(taken(account)).isEqualTo(1);
  }

  private static void begin(LiveNode node, int times) {
    for (int i = 0; i < times; i++) {
      node.tryBegin(false);
    }
  }
}
