package io.nodewise.lb.awssdk;

import static io.nodewise.lb.awssdk.HeldHttpClient.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.hedge.HedgeThreads;
import java.time.Duration;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Errors of this process in the midst of two attempts: no answer is left behind. */
class HedgeErrorsTest extends HedgedCalls {

  @Test
  void where_the_first_dies_the_answer_of_the_second_is_dropped() throws Exception {
    Future<String> call = called(get());
    HeldHttpClient.Sending first = http.first();
    HeldHttpClient.Sending second = http.second();
    first.ignoresAbort = true;
    second.answer(200);
    soon().until(first.aborted::get);
    first.die(new StackOverflowError());
    assertThatThrownBy(() -> result(call)).hasRootCauseInstanceOf(StackOverflowError.class);
    assertThat(second.bodyAborted).isTrue();
    assertThat(nodes.balancer().snapshot().inFlight()).isZero();
    assertThat(faulty()).isEmpty();
  }

  @Test
  void where_taking_in_the_answer_of_the_second_dies_it_is_dropped() throws Exception {
    Future<String> call = called(get());
    http.first();
    HeldHttpClient.Sending second = http.second();
    second.diesInBody = new StackOverflowError();
    second.answer(404);
    assertThatThrownBy(() -> result(call)).hasRootCauseInstanceOf(StackOverflowError.class);
    assertThat(second.bodyAborted).isTrue();
    assertThat(nodes.balancer().snapshot().inFlight()).isZero();
    assertThat(faulty()).isEmpty();
  }

  @Test
  void where_the_first_dies_alone_its_answer_is_dropped() throws Exception {
    Future<String> call = called(get());
    HeldHttpClient.Sending first = http.first();
    HeldHttpClient.Sending second = http.second();
    second.abortThrows = new StackOverflowError();
    first.answer(200);
    assertThatThrownBy(() -> result(call)).hasRootCauseInstanceOf(StackOverflowError.class);
    assertThat(first.bodyAborted).isTrue();
    assertThat(faulty()).isEmpty();
  }

  @Test
  void an_abort_that_fails_costs_nobody_his_answer() throws Exception {
    for (boolean secondWins : new boolean[] {true, false}) {
      http.forget();
      Future<String> call = called(get());
      HeldHttpClient.Sending winner = secondWins ? http.second() : http.first();
      HeldHttpClient.Sending loser = secondWins ? http.first() : http.second();
      loser.abortThrows = new IllegalStateException("a bug");
      winner.answer(200);
      assertThat(result(call)).isEqualTo("200 " + winner.node);
      assertThat(winner.bodyAborted).isFalse();
      assertThat(nodes.balancer().snapshot().inFlight()).isZero();
      assertThat(faulty()).isEmpty();
    }
  }

  /** The system has no more threads, so there is no timer: nothing stays in flight. */
  @Test
  void no_thread_for_the_timer() throws Exception {
    HedgeThreads none =
        new HedgeThreads("none", Duration.ofSeconds(1)) {
          @Override
          public Future<?> after(Duration delay, Runnable attempt) {
            throw new OutOfMemoryError("unable to create native thread: as the test says");
          }
        };
    try (BalancedTransport balanced =
        new BalancedTransport(http, true, calls, new Confirmation(), none)) {
      Future<String> call = called(get(balanced));
      assertThatThrownBy(() -> result(call)).hasRootCauseInstanceOf(OutOfMemoryError.class);
      assertThat(nodes.balancer().snapshot().inFlight()).isZero();
    }
    assertThat(faulty()).isEmpty();
  }
}
