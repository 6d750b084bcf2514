package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who waits keeps nobody else from being heard. */
class AsyncThreadsTest {

  /** A question at a silent node ends when it is given up, and that must not wait for it. */
  @Test
  void what_is_given_up_does_not_wait_behind_those_who_ask_or_wait_for_a_place()
      throws InterruptedException {
    CountDownLatch answer = new CountDownLatch(1);
    Runnable waits =
        () -> {
          try {
            answer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    CountDownLatch done = new CountDownLatch(2);
    try (AsyncThreads threads = new AsyncThreads("test")) {
      for (int i = 0; i < 2 * AsyncThreads.MOST; i++) {
        threads.ask(waits);
        threads.await(waits);
      }
      threads.execute(done::countDown);
      threads.after(1, done::countDown);

      assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
      answer.countDown();
    }
  }
}
