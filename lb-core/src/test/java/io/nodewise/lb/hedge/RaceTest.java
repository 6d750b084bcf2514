package io.nodewise.lb.hedge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Two attempts of one read, answered in every order. */
class RaceTest extends HeldRace {
  // Who wins.

  @Test
  void who_answers_in_time_is_alone() throws Exception {
    Future<String> call = run(Duration.ofMinutes(1));
    first.answer("200");

    assertThat(result(call)).isEqualTo("200");
    assertThat(second.sent.getCount()).isEqualTo(1);
  }

  @Test
  void the_second_answers_first() throws Exception {
    Future<String> call = both();
    second.answer("200 second");

    assertThat(result(call)).isEqualTo("200 second");
    settled();
    assertThat(first.end).hasValue("lost");
    assertThat(first.aborted).hasPositiveValue();
    assertThat(second.received).hasValue(1);
  }

  @Test
  void the_first_answers_first_after_all() throws Exception {
    Future<String> call = both();
    first.answer("200 first");

    assertThat(result(call)).isEqualTo("200 first");
    assertThat(second.end).as("at once, whatever its thread does").hasValue("lost");
    settled();
  }

  @Test
  void an_answer_of_a_loser_that_does_not_heed_the_abort_is_dropped() throws Exception {
    second.ignoresAbort = true;
    Future<String> call = both();
    first.answer("200 first");
    assertThat(result(call)).isEqualTo("200 first");

    second.answer("200 second");

    soon(() -> second.dropped.get() == 1);
  }

  // Failures.

  @Test
  void an_error_of_one_waits_for_the_other() throws Exception {
    Future<String> call = both();
    first.answer("503");
    soon(() -> first.end.get() != null);
    assertThat(call).isNotDone();
    second.answer("200 second");

    assertThat(result(call)).isEqualTo("200 second");
    settled();
    assertThat(first.end).hasValue("refused");
  }

  @Test
  void where_both_refuse_it_is_the_first_ones_answer() throws Exception {
    Future<String> call = both();
    second.answer("500");
    soon(() -> second.end.get() != null);
    first.answer("503");

    assertThat(result(call)).isEqualTo("503");
    assertThat(second.end).hasValue("refused");
    assertThat(second.dropped).hasValue(1);
  }

  @Test
  void where_both_fail_it_is_the_first_ones_failure() throws Exception {
    Future<String> call = both();
    first.fail(new IOException("of the first"));
    soon(() -> first.end.get() != null);
    second.fail(new IOException("of the second"));

    assertThatThrownBy(() -> result(call)).hasRootCauseMessage("of the first");
    assertThat(race.hasSecondFailed()).isTrue();
    settled();
  }

  @Test
  void a_bug_that_is_to_be_seen_is_not_hidden_by_the_other_one() throws Exception {
    first.showsItsBugs = true;
    Future<String> call = both();
    first.fail(new IllegalStateException("a bug"));

    assertThatThrownBy(() -> result(call)).hasRootCauseMessage("a bug");
    assertThat(second.end).hasValue("cancelled");
    settled();
  }

  @Test
  void a_bug_of_the_second_costs_nobody_the_firsts_answer() throws Exception {
    second.showsItsBugs = true;
    Future<String> call = both();
    second.fail(new IllegalStateException("a bug"));
    soon(race::hasSecondFailed);
    first.answer("200 first");

    assertThat(result(call)).isEqualTo("200 first");
    assertThat(second.end).hasValue("failed");
  }

  @Test
  void an_abort_or_drop_that_fails_costs_nobody_his_answer() throws Exception {
    for (boolean secondWins : new boolean[] {true, false}) {
      again();
      HeldContender winner = secondWins ? second : first;
      HeldContender loser = secondWins ? first : second;
      loser.abortThrows = new IllegalStateException("a bug");
      loser.dropThrows = new IllegalStateException("another");
      Future<String> call = both();
      winner.answer("200");

      assertThat(result(call)).isEqualTo("200");
      assertThat(loser.end).hasValue("lost");
      settled();
    }
  }

  // Errors of this process.

  @Test
  void where_the_first_dies_the_answer_of_the_second_is_dropped() throws Exception {
    first.ignoresAbort = true;
    Future<String> call = both();
    second.answer("200 second");
    soon(() -> first.aborted.get() > 0);
    first.fail(new StackOverflowError());

    assertThatThrownBy(() -> result(call)).hasRootCauseInstanceOf(StackOverflowError.class);
    assertThat(second.dropped).hasValue(1);
    assertThat(second.end).hasValue("cancelled");
  }

  @Test
  void where_taking_in_the_answer_of_the_second_dies_it_is_dropped() throws Exception {
    second.receivedThrows = new StackOverflowError();
    Future<String> call = both();
    second.answer("200 second");

    assertThatThrownBy(() -> result(call)).hasRootCauseInstanceOf(StackOverflowError.class);
    assertThat(second.dropped).hasValue(1);
    assertThat(second.end).hasValue("cancelled");
  }

  @Test
  void where_the_second_dies_the_first_goes_on() throws Exception {
    Future<String> call = both();
    second.fail(new StackOverflowError());
    soon(race::hasSecondFailed);
    first.answer("200 first");

    assertThat(result(call)).isEqualTo("200 first");
    assertThat(second.end).hasValue("cancelled");
  }

  // No second one.

  @Test
  void none_is_begun_once_the_caller_has_given_up() throws Exception {
    race.giveUp();
    Future<String> call = run(Duration.ZERO);
    first.answer("200 first");
    assertThat(result(call)).isEqualTo("200 first");

    again();
    threads.close();
    call = run(Duration.ZERO);
    first.answer("200 first");
    assertThat(result(call)).as("nor after the client was closed").isEqualTo("200 first");
    assertThat(second.sent.getCount()).isEqualTo(1);
  }
}
