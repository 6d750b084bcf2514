package io.nodewise.lb.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VirtualTasksTest {
  private final VirtualTasks tasks = new VirtualTasks();
  private final List<String> log = new ArrayList<>();

  private void at(long millis, String name) {
    tasks.schedule(
        Duration.ofMillis(millis), () -> log.add(name + "@" + tasks.elapsed().toMillis()));
  }

  @Test
  void runs_in_order_of_time_then_of_scheduling_each_at_its_own_time() {
    at(20, "c");
    at(10, "a");
    at(10, "b");
    at(-5, "now");
    assertThat(log).isEmpty();
    tasks.advance(Duration.ofMillis(15));
    assertThat(log).containsExactly("now@0", "a@10", "b@10");
    assertThat(tasks.elapsed()).isEqualTo(Duration.ofMillis(15));
    assertThat(tasks.untilNext()).contains(Duration.ofMillis(5));
    tasks.advance(Duration.ofMillis(5));
    assertThat(log).endsWith("c@20");
  }

  @Test
  void a_task_scheduled_by_a_task_runs_in_the_same_advance_if_due() {
    tasks.schedule(Duration.ofMillis(10), () -> at(10, "later"));
    tasks.advance(Duration.ofMillis(20));
    assertThat(log).containsExactly("later@20");
  }

  @Test
  void cancel_takes_back_what_has_not_begun() {
    Tasks.Scheduled scheduled = tasks.schedule(Duration.ofMillis(1), () -> log.add("no"));
    scheduled.cancel();
    assertThat(tasks.pending()).isZero();
    tasks.advance(Duration.ofSeconds(1));
    scheduled.cancel();
    assertThat(log).isEmpty();
  }

  @Test
  void what_a_task_throws_comes_out_after_the_others_have_run() {
    tasks.execute(
        () -> {
          throw new IllegalStateException("boom");
        });
    at(1, "ran");
    assertThatThrownBy(() -> tasks.advance(Duration.ofMillis(1)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("boom");
    assertThat(log).containsExactly("ran@1");
    tasks.runDue();
  }

  @Test
  void stops_where_the_condition_holds() {
    at(10, "a");
    at(20, "b");
    assertThat(tasks.advanceUntil(() -> log.size() == 1, Duration.ofSeconds(1))).isTrue();
    assertThat(tasks.elapsed()).isEqualTo(Duration.ofMillis(10));
    assertThat(tasks.advanceUntil(() -> log.size() == 3, Duration.ofSeconds(1))).isFalse();
    assertThat(tasks.elapsed()).isEqualTo(Duration.ofMillis(1010));
  }

  @Test
  void the_clock_overflows_within_the_first_seconds() {
    long before = tasks.read();
    tasks.advance(Duration.ofSeconds(10));
    assertThat(tasks.read()).isLessThan(before);
    assertThat(tasks.read() - before).isEqualTo(10_000_000_000L);
  }

  @Test
  void close_drops_everything_before_and_after() {
    at(1, "a");
    tasks.close();
    at(1, "b");
    tasks.advance(Duration.ofSeconds(1));
    assertThat(log).isEmpty();
    assertThat(tasks.isClosed()).isTrue();
  }

  @Test
  void a_task_may_not_advance_time() {
    tasks.execute(() -> tasks.advance(Duration.ofSeconds(1)));
    assertThatThrownBy(tasks::runDue).hasMessageContaining("within a task");
  }
}
