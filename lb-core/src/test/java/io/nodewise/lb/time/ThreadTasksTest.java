package io.nodewise.lb.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ThreadTasksTest {
  private final ThreadTasks tasks = new ThreadTasks("nodewise-tasks-test");

  @AfterEach
  void close() {
    tasks.close();
  }

  private void drain() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    tasks.execute(done::countDown);
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private Thread thread() throws InterruptedException {
    AtomicReference<Thread> thread = new AtomicReference<>();
    tasks.execute(() -> thread.set(Thread.currentThread()));
    drain();
    return thread.get();
  }

  @Test
  void one_daemon_thread_of_this_name_runs_everything_in_order() throws Exception {
    List<Integer> order = new ArrayList<>(); // by the one thread
    for (int i = 0; i < 1000; i++) {
      int number = i;
      tasks.execute(() -> order.add(number));
    }
    Thread thread = thread();
    assertThat(order).hasSize(1000).isSorted();
    assertThat(thread.getName()).isEqualTo("nodewise-tasks-test");
    assertThat(thread.isDaemon()).isTrue();
    assertThat(thread()).isSameAs(thread);
  }

  @Test
  void a_task_that_throws_does_not_end_the_thread() throws Exception {
    Thread before = thread();
    tasks.execute(
        () -> {
          throw new AssertionError("thrown by a test");
        });
    assertThat(thread()).isSameAs(before);
  }

  @Test
  void a_task_runs_not_before_its_time_and_is_not_held_up_by_later_ones() throws Exception {
    CountDownLatch ran = new CountDownLatch(1);
    long start = System.nanoTime();
    tasks.schedule(Duration.ofHours(1), () -> {});
    tasks.schedule(Duration.ofMillis(20), ran::countDown);
    assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(20_000_000);
  }

  @Test
  void a_cancelled_task_does_not_run() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    List<String> ran = new ArrayList<>();
    tasks.execute(
        () -> {
          try {
            busy.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    Tasks.Scheduled cancelled = tasks.schedule(Duration.ZERO, () -> ran.add("cancelled"));
    tasks.execute(() -> ran.add("other"));
    cancelled.cancel();
    cancelled.cancel();
    busy.countDown();
    drain();
    assertThat(ran).containsExactly("other");
  }

  @Test
  void close_ends_the_thread_and_drops_what_waits() throws Exception {
    List<String> ran = new ArrayList<>();
    Thread thread = thread();
    tasks.schedule(Duration.ofMillis(1), () -> ran.add("waiting"));
    tasks.schedule(Duration.ofHours(1), () -> ran.add("waiting long"));
    tasks.close();
    assertThat(thread.isAlive()).isFalse();
    ran.clear(); // the first may have been quicker than close()
    tasks.execute(() -> ran.add("after close"));
    tasks.schedule(Duration.ZERO, () -> ran.add("after close")).cancel();
    tasks.close();
    assertThat(ran).isEmpty();
  }

  @Test
  void a_task_may_close_the_tasks() throws Exception {
    Thread thread = thread();
    tasks.execute(tasks::close);
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void an_interrupted_closer_stays_interrupted_and_does_not_wait() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    Thread thread = thread();
    tasks.execute(
        () -> {
          while (release.getCount() > 0) {
            try {
              release.await();
            } catch (InterruptedException e) {
              // close() interrupts; this task is deaf
            }
          }
        });
    Thread.currentThread().interrupt();
    tasks.close();
    assertThat(Thread.interrupted()).isTrue();
    release.countDown();
    thread.join(10_000);
    assertThat(thread.isAlive()).isFalse();
  }
}
