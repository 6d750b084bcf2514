package io.nodewise.lb.hedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Two attempts of one read that end at the same moment, again and again. */
class RaceContentionTest extends HeldRace {

  /** Both do what they do at the same moment; gives the result, or the exception's message. */
  private String together(Runnable one, Runnable other) throws Exception {
    Future<String> call = both();
    CyclicBarrier at = new CyclicBarrier(2);
    Future<?> beside =
        callers.submit(
            () -> {
              at.await();
              other.run();
              return null;
            });
    at.await();
    one.run();
    beside.get(20, TimeUnit.SECONDS);
    try {
      return result(call);
    } catch (ExecutionException e) {
      return String.valueOf(e.getCause().getMessage());
    }
  }

  @Test
  void of_two_answers_at_once_one_is_received_and_the_other_one_dropped() throws Exception {
    for (int i = 0; i < 1000; i++) {
      again();
      String result = together(() -> first.answer("200 first"), () -> second.answer("200 second"));

      HeldContender winner = result.equals("200 first") ? first : second;
      assertThat(result).isEqualTo("200 " + winner);
      assertThat(first.received.get() + second.received.get()).as("race %s", i).isEqualTo(1);
      assertThat(winner.received).hasValue(1);
      assertThat((winner == first ? second : first).end).as("race %s", i).hasValue("lost");
      settled();
    }
  }

  @Test
  void who_fails_as_the_other_one_answers_costs_nothing() throws Exception {
    for (int i = 0; i < 500; i++) {
      again();
      IOException reset = new IOException("Connection reset");
      assertThat(together(() -> first.fail(reset), () -> second.answer("200 second")))
          .isEqualTo("200 second");
      settled();
      again();
      assertThat(together(() -> first.answer("200 first"), () -> second.fail(reset)))
          .isEqualTo("200 first");
      settled();
    }
  }

  @Test
  void who_gives_up_as_the_second_answers_leaves_nothing() throws Exception {
    for (int i = 0; i < 1000; i++) {
      again();
      HeldContender one = first;
      Race<String> running = race;
      String result =
          together(
              () -> {
                running.giveUp();
                one.abort(); // as whoever owns the two does
              },
              () -> second.answer("200 second"));

      assertThat(result).isIn("aborted", "200 second");
      settled();
      assertThat(second.received.get()).isEqualTo(result.equals("aborted") ? 0 : 1);
    }
  }

  @Test
  void who_stops_waiting_as_the_second_answers_leaves_nothing() throws Exception {
    for (int i = 0; i < 1000; i++) {
      again();
      Future<String> call = both();
      first.fail(new IOException("of the first"));
      soon(() -> first.end.get() != null);
      Future<?> beside = callers.submit(() -> second.answer("200 second"));
      Thread waiting = caller;
      if (waiting != null) {
        waiting.interrupt();
      }
      beside.get(20, TimeUnit.SECONDS);
      String result;
      try {
        result = result(call);
      } catch (ExecutionException e) {
        result = String.valueOf(e.getCause().getMessage());
      }

      assertThat(result).isIn("of the first", "200 second");
      settled();
      assertThat(second.received.get()).isEqualTo(result.startsWith("200") ? 1 : 0);
    }
  }
}
