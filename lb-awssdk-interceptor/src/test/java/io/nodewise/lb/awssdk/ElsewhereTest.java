package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whose interrupts are whose. */
class ElsewhereTest {
  private final List<String> said = new ArrayList<>();

  private Elsewhere work(Runnable waits) {
    return new Elsewhere(
        () -> {
          waits.run();
          return () -> said.add("done");
        },
        e -> said.add("failed"),
        Runnable::run);
  }

  /** After close() it is run by whoever closes, who may have been interrupted himself. */
  @Test
  void an_interrupt_of_its_threads_owner_is_left_to_him() {
    Thread.currentThread().interrupt();
    work(() -> {}).run();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(said).containsExactly("done");
  }

  @Test
  void one_that_was_for_the_work_goes_with_it() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Elsewhere waiting =
        work(
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    boolean[] flag = {true};
    Thread thread =
        new Thread(
            () -> {
              waiting.run();
              flag[0] = Thread.currentThread().isInterrupted();
            });
    thread.start();
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    waiting.interrupt();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
    assertThat(flag[0]).isFalse();
  }
}
