package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** One thing after the other. */
class SerialTest {
  private final Serial serial = new Serial();

  @Test
  void what_comes_of_an_event_comes_after_it() {
    List<String> order = new ArrayList<>();
    serial.run(
        () -> {
          assertThat(serial.isMine()).isTrue();
          serial.run(() -> order.add("second"));
          order.add("first");
        });

    assertThat(order).containsExactly("first", "second");
    assertThat(serial.isMine()).isFalse();
  }

  @Test
  void one_that_fails_keeps_nobody_from_the_others() {
    List<String> order = new ArrayList<>();
    serial.run(
        () -> {
          serial.run(() -> order.add("other"));
          throw new IllegalStateException("a bug");
        });

    assertThat(order).containsExactly("other");
  }

  @Test
  void nor_does_one_that_dies() {
    List<String> order = new ArrayList<>();
    AssertionError death = new AssertionError("of a callback");

    assertThatThrownBy(
            () ->
                serial.run(
                    () -> {
                      serial.run(() -> order.add("other"));
                      throw death;
                    }))
        .isSameAs(death);
    serial.run(() -> order.add("later"));

    assertThat(order).containsExactly("other", "later");
  }

  /** A plain counter, which loses additions that are not ordered. */
  @Test
  void threads_see_what_the_others_wrote() throws Exception {
    int[] counter = {0};
    int threads = 4;
    int each = 20_000;
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return;
                }
                for (int n = 0; n < each; n++) {
                  serial.run(() -> counter[0]++);
                }
              });
      thread.start();
      all.add(thread);
    }
    start.countDown();
    for (Thread thread : all) {
      thread.join();
    }
    assertThat(counter[0]).isEqualTo(threads * each);
  }
}
