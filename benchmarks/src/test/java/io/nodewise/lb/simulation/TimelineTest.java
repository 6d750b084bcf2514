package io.nodewise.lb.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.time.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TimelineTest {
  private final Timeline timeline = new Timeline();
  private final List<String> log = new ArrayList<>();

  private Timeline.Event note(long nanos, String name) {
    return timeline.after(nanos, () -> log.add(name + "@" + timeline.read()));
  }

  @Test
  void events_run_in_order_of_time_then_of_scheduling_each_at_its_own_time() {
    note(20, "c");
    note(10, "a");
    note(10, "b");
    timeline.runUntil(15);
    assertThat(log).containsExactly("a@10", "b@10");
    assertThat(timeline.read()).isEqualTo(15);
    timeline.runUntil(20);
    assertThat(log).endsWith("c@20");
  }

  @Test
  void a_cancelled_event_does_not_happen_and_is_not_counted() {
    note(1, "no").cancel();
    note(1, "yes");
    timeline.runUntil(1);
    assertThat(log).containsExactly("yes@1");
    assertThat(timeline.events()).isEqualTo(1);
  }

  @Test
  void closing_the_tasks_of_one_leaves_those_of_another() {
    Tasks one = timeline.tasks();
    Tasks other = timeline.tasks();
    one.schedule(Duration.ofNanos(1), () -> log.add("one"));
    other.schedule(Duration.ofNanos(1), () -> log.add("other"));
    one.close();
    one.execute(() -> log.add("late"));
    timeline.runUntil(5);
    assertThat(log).containsExactly("other");
  }
}
