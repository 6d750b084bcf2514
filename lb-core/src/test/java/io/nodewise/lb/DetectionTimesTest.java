package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * How soon a sick node is left, what that costs, and how soon it is back, with default settings:
 * the table in the operations page is computed here, in virtual time.
 */
class DetectionTimesTest {
  private static final int SEEDS = 21;
  private static final int PER_SECOND = 50;

  private static final Path PAGE =
      Path.of("").toAbsolutePath().getParent().resolve("docs/operations.md");
  private static final String MARKER = "<!-- detection-times -->";

  private static final Map<NodeFault, List<FaultCourse>> BUSY = new EnumMap<>(NodeFault.class);
  private static final Map<NodeFault, List<FaultCourse>> IDLE = new EnumMap<>(NodeFault.class);

  @BeforeAll
  static void runAll() {
    for (NodeFault fault : NodeFault.values()) {
      List<FaultCourse> busy = new ArrayList<>();
      List<FaultCourse> idle = new ArrayList<>();
      for (long seed = 1; seed <= SEEDS; seed++) {
        busy.add(FaultCourse.run(fault, seed, PER_SECOND));
        idle.add(FaultCourse.run(fault, seed, 0));
      }
      BUSY.put(fault, busy);
      IDLE.put(fault, idle);
    }
  }

  // The table.

  private static String table() {
    StringBuilder table = new StringBuilder();
    table.append(
        "| what happens | left after | as | requests that met it | longest wait | asked again after | full"
            + " share after | without requests: out after | back after |\n");
    table.append("|---|---|---|---|---|---|---|---|---|\n");
    for (NodeFault fault : NodeFault.values()) {
      List<FaultCourse> busy = BUSY.get(fault);
      List<FaultCourse> idle = IDLE.get(fault);
      table
          .append("| ")
          .append(fault.shown)
          .append(" | ")
          .append(times(busy, FaultCourse::left))
          .append(" | ")
          .append(states(busy))
          .append(" | ")
          .append(counts(busy))
          .append(" | ")
          .append(times(busy, FaultCourse::longest))
          .append(" | ")
          .append(times(busy, FaultCourse::again))
          .append(" | ")
          .append(times(busy, FaultCourse::full))
          .append(" | ")
          .append(times(idle, FaultCourse::left))
          .append(" | ")
          .append(times(idle, FaultCourse::again))
          .append(" |\n");
    }
    return table.toString();
  }

  private static List<Duration> sorted(
      List<FaultCourse> courses, Function<FaultCourse, @Nullable Duration> what) {
    List<Duration> times = new ArrayList<>();
    for (FaultCourse course : courses) {
      Duration time = what.apply(course);
      if (time != null) {
        times.add(time);
      }
    }
    Collections.sort(times);
    return times;
  }

  private static String times(
      List<FaultCourse> courses, Function<FaultCourse, @Nullable Duration> what) {
    List<Duration> times = sorted(courses, what);
    return times.isEmpty()
        ? "–"
        : shown(times.get(times.size() / 2)) + " / " + shown(times.get(times.size() - 1));
  }

  private static String counts(List<FaultCourse> courses) {
    List<Long> counts = courses.stream().map(FaultCourse::met).sorted().toList();
    return counts.get(counts.size() / 2) + " / " + counts.get(counts.size() - 1);
  }

  /** What the node became, where it became anything; in most courses if not in all. */
  private static String states(List<FaultCourse> courses) {
    List<NodeState> states =
        courses.stream().map(course -> course.as() == null ? NodeState.UP : course.as()).toList();
    return states.stream()
        .distinct()
        .max(Comparator.comparing(state -> Collections.frequency(states, state)))
        .orElseThrow()
        .toString();
  }

  private static String shown(Duration time) {
    long millis = time.toMillis();
    if (millis < 1000) {
      return Math.round(millis / 10.0) * 10 + " ms";
    }
    return millis >= 9_950
        ? Math.round(millis / 1000.0) + " s"
        : String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
  }

  @Test
  void the_table_in_the_operations_page_is_what_was_computed() throws Exception {
    String[] parts = Files.readString(PAGE).split(MARKER, -1);
    assertThat(parts).as("%s has the marker twice", PAGE).hasSize(3);
    assertThat(parts[1].strip())
        .as("between the markers of %s belongs:\n\n%s\n", PAGE, table())
        .isEqualTo(table().strip());
  }

  // Bounds that hold whatever the table says: what the defaults promise.

  private static Duration worst(
      List<FaultCourse> courses, Function<FaultCourse, @Nullable Duration> what) {
    List<Duration> times = sorted(courses, what);
    return times.get(times.size() - 1);
  }

  private static void assertAll(NodeFault fault, NodeState state, long leftMillis, int met) {
    List<FaultCourse> courses = BUSY.get(fault);
    assertThat(courses).extracting(FaultCourse::as).containsOnly(state);
    assertThat(worst(courses, FaultCourse::left)).isLessThan(Duration.ofMillis(leftMillis));
    assertThat(courses).allMatch(course -> course.met() <= met);
    assertThat(sorted(courses, FaultCourse::again)).as("all come back").hasSize(SEEDS);
  }

  private static void assertIdle(
      NodeFault fault, NodeState state, long outMillis, long backMillis) {
    List<FaultCourse> courses = IDLE.get(fault);
    assertThat(courses).extracting(FaultCourse::as).containsOnly(state);
    assertThat(worst(courses, FaultCourse::left)).isLessThan(Duration.ofMillis(outMillis));
    assertThat(sorted(courses, FaultCourse::again)).as("all come back").hasSize(SEEDS);
    assertThat(worst(courses, FaultCourse::again)).isLessThan(Duration.ofMillis(backMillis));
  }

  @Test
  void a_killed_node_is_left_with_the_first_request_that_is_refused() {
    assertAll(NodeFault.KILLED, NodeState.DOWN, 500, 3);
    assertIdle(NodeFault.KILLED, NodeState.DOWN, 6_100, 7_300); // one interval; gap and rise
  }

  @Test
  void a_silent_node_is_left_after_suspicion_and_a_probe() {
    assertAll(NodeFault.HUNG, NodeState.DOWN, 2_700, 10);
    assertAll(NodeFault.VANISHED, NodeState.DOWN, 2_700, 10);
    assertThat(worst(BUSY.get(NodeFault.HUNG), FaultCourse::longest))
        .isLessThan(Duration.ofMillis(2_700));
    // Without a request it takes three probes: an interval, three time-outs, two fast intervals.
    assertIdle(NodeFault.HUNG, NodeState.DOWN, 6_000 + 3_000 + 2_400 + 100, 8_300);
    assertIdle(NodeFault.VANISHED, NodeState.DOWN, 6_000 + 3_000 + 2_400 + 100, 8_300);
  }

  @Test
  void hung_storage_behind_a_healthy_probe_costs_few_reads_two_seconds_each() {
    assertAll(NodeFault.HUNG_STORAGE, NodeState.EJECTED, 3_000, 15);
    assertThat(worst(BUSY.get(NodeFault.HUNG_STORAGE), FaultCourse::longest))
        .isLessThan(Duration.ofMillis(2_700));
    assertThat(IDLE.get(NodeFault.HUNG_STORAGE))
        .as("only requests tell")
        .allMatch(c -> c.as() == null);
  }

  @Test
  void a_node_that_fails_fast_is_left_after_five_faults() {
    assertAll(NodeFault.ERRORS, NodeState.EJECTED, 3_000, 15);
    // The last ejection of the 2 min that it lasted may go on for as long as 80 s.
    assertThat(worst(BUSY.get(NodeFault.ERRORS), FaultCourse::again))
        .isLessThan(Duration.ofSeconds(81));
  }

  @Test
  void three_bad_answers_to_probes_take_a_node_out_and_one_that_says_maintenance_does() {
    assertAll(NodeFault.UNHEALTHY, NodeState.DOWN, 6_000 + 2_400 + 300, 0);
    assertIdle(NodeFault.UNHEALTHY, NodeState.DOWN, 6_000 + 2_400 + 300, 7_300);
    assertAll(NodeFault.MAINTENANCE, NodeState.DRAINING, 6_300, 0);
    assertIdle(NodeFault.MAINTENANCE, NodeState.DRAINING, 6_100, 6_100);
  }

  @Test
  void a_slow_node_gets_a_small_part_of_its_share() {
    int share = PER_SECOND * (int) FaultCourse.FAULT.toSeconds() / 4;
    assertThat(BUSY.get(NodeFault.SLOW)).allMatch(course -> course.met() < share / 10);
    assertThat(worst(BUSY.get(NodeFault.SLOW), FaultCourse::full))
        .isLessThan(Duration.ofSeconds(70));
  }

  @Test
  void a_node_that_was_down_has_its_full_share_within_forty_seconds() {
    for (NodeFault fault :
        List.of(NodeFault.KILLED, NodeFault.VANISHED, NodeFault.HUNG, NodeFault.UNHEALTHY)) {
      assertThat(worst(BUSY.get(fault), FaultCourse::full))
          .as(fault.shown)
          .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(40));
    }
  }
}
