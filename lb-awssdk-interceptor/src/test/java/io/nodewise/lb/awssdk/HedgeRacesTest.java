package io.nodewise.lb.awssdk;

import static io.nodewise.lb.awssdk.HeldHttpClient.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.hedge.HedgeThreads;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.ExecutableHttpRequest;

/** Two attempts of one read that end at the same moment, again and again. */
class HedgeRacesTest extends HedgedCalls {

  /** Both do what they do at the same moment, many times. */
  private void race(
      int times, Consumer<HeldHttpClient.Sending> first, Consumer<HeldHttpClient.Sending> second)
      throws Exception {
    for (int i = 0; i < times; i++) {
      http.forget();
      ExecutableHttpRequest request = get();
      Future<String> call = called(request);
      HeldHttpClient.Sending one = http.first();
      HeldHttpClient.Sending other = http.second();
      CyclicBarrier together = new CyclicBarrier(2);
      Future<?> beside =
          callers.submit(
              () -> {
                together.await();
                second.accept(other);
                return null;
              });
      together.await();
      first.accept(one);
      String result = result(call);
      beside.get(20, TimeUnit.SECONDS);
      assertThat(result).isIn("200 " + one.node, "200 " + other.node);
      assertThat(nodes.balancer().snapshot().inFlight()).as("race %s", i).isZero();
      HeldHttpClient.Sending winner = result.endsWith(one.node) ? one : other;
      HeldHttpClient.Sending loser = winner == one ? other : one;
      assertThat(winner.bodyAborted).isFalse();
      soon().until(loser::isOver);
    }
  }

  @Test
  void both_answer_at_once() throws Exception {
    race(1000, one -> one.answer(200), other -> other.answer(200));
    assertThat(faulty()).isEmpty();
    assertThat(won()).isBetween(1L, 999L);
  }

  @Test
  void the_first_breaks_as_the_second_answers() throws Exception {
    for (int i = 1; i <= 30; i++) {
      race(1, one -> one.fail("Connection reset"), other -> other.answer(200));
      assertThat(won()).isEqualTo(i);
      forgetFaults();
    }
  }

  @Test
  void the_second_breaks_as_the_first_answers() throws Exception {
    for (int i = 1; i <= 30; i++) {
      race(1, one -> one.answer(200), other -> other.fail("Connection reset"));
      assertThat(nodes.balancer().snapshot().hedges().begun()).isEqualTo(i);
      forgetFaults();
    }
    assertThat(won()).isZero();
  }

  /** A node that failed lately is not hedged to. */
  private void forgetFaults() {
    nodes.advance(60_000);
    reads(200);
  }

  @Test
  void aborted_while_both_answer() throws Exception {
    int answered = 0;
    for (int i = 0; i < 500; i++) {
      http.forget();
      ExecutableHttpRequest request = get();
      Future<String> call = called(request);
      HeldHttpClient.Sending one = http.first();
      HeldHttpClient.Sending other = http.second();
      Future<?> beside = callers.submit(() -> other.answer(200));
      Future<?> abort = callers.submit(request::abort);
      one.answer(200);
      try {
        answered += result(call).startsWith("200") ? 1 : 0;
      } catch (java.util.concurrent.ExecutionException aborted) {
        assertThat(aborted).hasRootCauseMessage("aborted");
      }
      beside.get();
      abort.get();
      assertThat(nodes.balancer().snapshot().inFlight()).as("race %s", i).isZero();
    }
    assertThat(answered).isPositive();
    assertThat(faulty()).isEmpty();
  }

  /** The caller has stopped waiting for either, and the second one's answer comes just then. */
  @Test
  void interrupted_and_then_the_second_answers() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    CompletableFuture<Object> answers =
        new CompletableFuture<>() {
          @Override
          public boolean cancel(boolean whileRunning) {
            assertThat(Thread.interrupted()).isTrue();
            http.second().answer(200);
            try {
              return ended.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            } finally {
              Thread.currentThread().interrupt();
            }
          }
        };
    HedgeThreads late =
        new HedgeThreads("late", Duration.ofSeconds(10)) {
          @Override
          public Future<?> after(Duration delay, Runnable attempt) {
            super.after(
                delay,
                () -> {
                  attempt.run();
                  ended.countDown();
                });
            return answers;
          }
        };
    try (BalancedTransport balanced =
        new BalancedTransport(http, true, calls, new Confirmation(), late)) {
      Future<String> call = called(get(balanced));
      http.second();
      http.first().interrupt();
      assertThatThrownBy(() -> result(call)).hasRootCauseMessage("interrupted");
      assertThat(ended.getCount()).isZero();
      assertThat(nodes.balancer().snapshot().inFlight()).isZero();
      assertThat(http.second().bodyAborted).isTrue();
    }
    assertThat(faulty()).isEmpty();
  }
}
