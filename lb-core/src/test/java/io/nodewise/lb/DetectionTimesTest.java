package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ProbeResult;
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
  private static final String NODES = "http://n{1...4}:9000";
  private static final String SICK = "n2:9000";
  private static final int SEEDS = 21;
  private static final int PER_SECOND = 50;
  private static final VirtualTraffic.Behaviour USUAL = VirtualTraffic.answers(20);
  private static final Duration DELAYED = Duration.ofMillis(100); // five times the usual

  private static final Duration FAULT = Duration.ofMinutes(2);

  /** So long without a new request is being left. */
  private static final Duration LEFT = Duration.ofSeconds(2);

  private static final Duration SHARE_WINDOW = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final Path PAGE =
      Path.of("").toAbsolutePath().getParent().resolve("docs/operations.md");
  private static final String MARKER = "<!-- detection-times -->";

  /** What happens to the node. */
  private enum Fault {
    KILLED("process killed: connections are refused", refused(), refuses(), Ending.RESET),
    VANISHED("host gone: no packet comes back", noAnswer(), timesOut(), Ending.SILENT),
    HUNG("process stopped: takes connections, says nothing", noAnswer(), silent(), Ending.SILENT),
    HUNG_STORAGE("storage hangs, its probe says 200", up(), silent(), Ending.SILENT),
    ERRORS("answers 500 in 2 ms, its probe says 200", up(), fails(), Ending.AS_BEFORE),
    UNHEALTHY("its probe says 503, requests are answered", status(503), USUAL, Ending.AS_BEFORE),
    SLOW("slow: 250 ms instead of 20 ms", up(), VirtualTraffic.answers(250), Ending.AS_BEFORE),
    MAINTENANCE("its probe says 412: maintenance", up(), USUAL, Ending.AS_BEFORE);

    final String shown;
    final ProbeResult probe;
    final VirtualTraffic.Behaviour requests;
    final Ending running;

    Fault(String shown, ProbeResult probe, VirtualTraffic.Behaviour requests, Ending running) {
      this.shown = shown;
      this.probe = probe;
      this.requests = requests;
      this.running = running;
    }

    private static VirtualTraffic.Behaviour refuses() {
      return VirtualTraffic.unreachable(1, "connection refused");
    }

    private static VirtualTraffic.Behaviour timesOut() {
      return VirtualTraffic.unreachable(2_000, "connect timed out");
    }

    private static VirtualTraffic.Behaviour silent() {
      return VirtualTraffic.silent();
    }

    private static VirtualTraffic.Behaviour fails() {
      return VirtualTraffic.answers(2, Outcome.fault("HTTP 500"));
    }

    void begin(VirtualCluster cluster, VirtualTraffic traffic) {
      if (this == MAINTENANCE) {
        cluster.probesSay(SICK, Verdict.drain("412"));
      } else {
        cluster.probesOf(SICK, probe);
      }
      traffic.behave(SICK, requests);
      switch (running) {
        case RESET -> traffic.cut(SICK, Outcome.fault("connection reset"));
        case SILENT -> traffic.goOn(SICK, VirtualTraffic.silent());
        case AS_BEFORE -> {}
      }
    }

    void end(VirtualCluster cluster, VirtualTraffic traffic) {
      cluster.probesOf(SICK, up());
      traffic.behave(SICK, USUAL);
      if (this == HUNG || this == HUNG_STORAGE) {
        traffic.goOn(SICK, USUAL);
      }
    }
  }

  /** What becomes of the requests that run on the node when the fault begins. */
  private enum Ending {
    RESET,
    SILENT,
    AS_BEFORE
  }

  /** One course; what is null did not happen. */
  private record Course(
      @Nullable Duration left,
      @Nullable NodeState as,
      long met,
      Duration longest,
      @Nullable Duration again,
      @Nullable Duration full) {}

  private static final Map<Fault, List<Course>> BUSY = new EnumMap<>(Fault.class);
  private static final Map<Fault, List<Course>> IDLE = new EnumMap<>(Fault.class);

  @BeforeAll
  static void runAll() {
    for (Fault fault : Fault.values()) {
      List<Course> busy = new ArrayList<>();
      List<Course> idle = new ArrayList<>();
      for (long seed = 1; seed <= SEEDS; seed++) {
        busy.add(run(fault, seed, PER_SECOND));
        idle.add(run(fault, seed, 0));
      }
      BUSY.put(fault, busy);
      IDLE.put(fault, idle);
    }
  }

  private static Course run(Fault fault, long seed, int perSecond) {
    try (VirtualCluster cluster = VirtualCluster.of(seed, builder -> builder.nodes(NODES))) {
      VirtualTraffic traffic = new VirtualTraffic(cluster, seed);
      for (int i = 1; i <= 4; i++) {
        traffic.behave("n" + i + ":9000", USUAL);
      }
      traffic.rate(perSecond);
      cluster.advance(20_000 + seed * 211); // at any point of the intervals
      Duration begun = cluster.tasks().elapsed();
      fault.begin(cluster, traffic);
      cluster.tasks().advance(FAULT);
      Duration ended = cluster.tasks().elapsed();
      fault.end(cluster, traffic);
      Duration full = perSecond == 0 ? null : untilFull(cluster, traffic, ended);
      if (perSecond == 0) {
        cluster.advance(30_000);
      }
      traffic.rate(0);
      cluster.advance(3_000);
      VirtualCluster.@Nullable Event out = firstOut(cluster, begun);
      List<Duration> starts = traffic.starts(SICK);
      return new Course(
          perSecond == 0 ? (out == null ? null : out.at().minus(begun)) : left(starts, begun),
          out == null ? null : out.transition().to(),
          traffic.requests().stream().filter(one -> met(one)).count(),
          traffic.requests().stream()
              .map(one -> one.took)
              .max(Duration::compareTo)
              .orElse(Duration.ZERO),
          perSecond == 0 ? back(cluster, out, ended) : again(starts, ended),
          full);
    }
  }

  private static boolean met(VirtualTraffic.Request request) {
    assertThat(request.succeeded).as("no request is lost for good").isTrue();
    return request.failedOn.contains(SICK) || request.took.compareTo(DELAYED) >= 0;
  }

  private static VirtualCluster.@Nullable Event firstOut(VirtualCluster cluster, Duration since) {
    return cluster.events().stream()
        .filter(event -> event.transition().node().id().equals(SICK))
        .filter(event -> event.at().compareTo(since) >= 0)
        .filter(event -> !event.transition().to().eligible())
        .findFirst()
        .orElse(null);
  }

  /** How long until the last request before the first pause. */
  private static @Nullable Duration left(List<Duration> starts, Duration begun) {
    Duration last = begun;
    for (Duration start : starts) {
      if (start.compareTo(begun) > 0) {
        if (start.minus(last).compareTo(LEFT) > 0) {
          break;
        }
        last = start;
      }
    }
    return last.minus(begun);
  }

  private static @Nullable Duration again(List<Duration> starts, Duration ended) {
    return starts.stream()
        .filter(start -> start.compareTo(ended) > 0)
        .findFirst()
        .map(start -> start.minus(ended))
        .orElse(null);
  }

  private static @Nullable Duration back(
      VirtualCluster cluster, VirtualCluster.@Nullable Event out, Duration ended) {
    if (out == null) {
      return null;
    }
    return cluster.events().stream()
        .filter(event -> event.transition().node().id().equals(SICK))
        .filter(event -> event.at().compareTo(ended) >= 0)
        .filter(event -> event.transition().to().eligible())
        .findFirst()
        .map(event -> event.at().minus(ended))
        .orElse(null);
  }

  /** Until its weight is whole, nothing limits it and it gets at least half of a fair share. */
  private static Duration untilFull(
      VirtualCluster cluster, VirtualTraffic traffic, Duration ended) {
    while (cluster.tasks().elapsed().minus(ended).compareTo(PATIENCE) < 0) {
      cluster.advance(100);
      Duration now = cluster.tasks().elapsed();
      Duration from = now.minus(SHARE_WINDOW);
      NodeSnapshot node = cluster.node(SICK);
      double fair = PER_SECOND * SHARE_WINDOW.toSeconds() / 4.0;
      if (node.state() == NodeState.UP
          && node.weight() == 1
          && traffic.startsSince(SICK, from) >= fair / 2) {
        return now.minus(ended);
      }
    }
    throw new AssertionError("never whole again:\n" + cluster);
  }

  // The table.

  private static String table() {
    StringBuilder table = new StringBuilder();
    table.append(
        "| what happens | left after | as | requests that met it | longest wait | asked again after | full"
            + " share after | without requests: out after | back after |\n");
    table.append("|---|---|---|---|---|---|---|---|---|\n");
    for (Fault fault : Fault.values()) {
      List<Course> busy = BUSY.get(fault);
      List<Course> idle = IDLE.get(fault);
      table
          .append("| ")
          .append(fault.shown)
          .append(" | ")
          .append(times(busy, Course::left))
          .append(" | ")
          .append(states(busy))
          .append(" | ")
          .append(counts(busy))
          .append(" | ")
          .append(times(busy, Course::longest))
          .append(" | ")
          .append(times(busy, Course::again))
          .append(" | ")
          .append(times(busy, Course::full))
          .append(" | ")
          .append(times(idle, Course::left))
          .append(" | ")
          .append(times(idle, Course::again))
          .append(" |\n");
    }
    return table.toString();
  }

  private static List<Duration> sorted(
      List<Course> courses, Function<Course, @Nullable Duration> what) {
    List<Duration> times = new ArrayList<>();
    for (Course course : courses) {
      Duration time = what.apply(course);
      if (time != null) {
        times.add(time);
      }
    }
    Collections.sort(times);
    return times;
  }

  private static String times(List<Course> courses, Function<Course, @Nullable Duration> what) {
    List<Duration> times = sorted(courses, what);
    return times.isEmpty()
        ? "–"
        : shown(times.get(times.size() / 2)) + " / " + shown(times.get(times.size() - 1));
  }

  private static String counts(List<Course> courses) {
    List<Long> counts = courses.stream().map(Course::met).sorted().toList();
    return counts.get(counts.size() / 2) + " / " + counts.get(counts.size() - 1);
  }

  /** What the node became, where it became anything; in most courses if not in all. */
  private static String states(List<Course> courses) {
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

  private static Duration worst(List<Course> courses, Function<Course, @Nullable Duration> what) {
    List<Duration> times = sorted(courses, what);
    return times.get(times.size() - 1);
  }

  private static void assertAll(Fault fault, NodeState state, long leftMillis, int met) {
    List<Course> courses = BUSY.get(fault);
    assertThat(courses).extracting(Course::as).containsOnly(state);
    assertThat(worst(courses, Course::left)).isLessThan(Duration.ofMillis(leftMillis));
    assertThat(courses).allMatch(course -> course.met() <= met);
    assertThat(sorted(courses, Course::again)).as("all come back").hasSize(SEEDS);
  }

  private static void assertIdle(Fault fault, NodeState state, long outMillis, long backMillis) {
    List<Course> courses = IDLE.get(fault);
    assertThat(courses).extracting(Course::as).containsOnly(state);
    assertThat(worst(courses, Course::left)).isLessThan(Duration.ofMillis(outMillis));
    assertThat(sorted(courses, Course::again)).as("all come back").hasSize(SEEDS);
    assertThat(worst(courses, Course::again)).isLessThan(Duration.ofMillis(backMillis));
  }

  @Test
  void a_killed_node_is_left_with_the_first_request_that_is_refused() {
    assertAll(Fault.KILLED, NodeState.DOWN, 500, 3);
    assertIdle(Fault.KILLED, NodeState.DOWN, 6_100, 7_300); // one interval; gap and rise
  }

  @Test
  void a_silent_node_is_left_after_suspicion_and_a_probe() {
    assertAll(Fault.HUNG, NodeState.DOWN, 2_700, 10);
    assertAll(Fault.VANISHED, NodeState.DOWN, 2_700, 10);
    assertThat(worst(BUSY.get(Fault.HUNG), Course::longest)).isLessThan(Duration.ofMillis(2_700));
    // Without a request it takes three probes: an interval, three time-outs, two fast intervals.
    assertIdle(Fault.HUNG, NodeState.DOWN, 6_000 + 3_000 + 2_400 + 100, 8_300);
    assertIdle(Fault.VANISHED, NodeState.DOWN, 6_000 + 3_000 + 2_400 + 100, 8_300);
  }

  @Test
  void hung_storage_behind_a_healthy_probe_costs_few_reads_two_seconds_each() {
    assertAll(Fault.HUNG_STORAGE, NodeState.EJECTED, 3_000, 15);
    assertThat(worst(BUSY.get(Fault.HUNG_STORAGE), Course::longest))
        .isLessThan(Duration.ofMillis(2_700));
    assertThat(IDLE.get(Fault.HUNG_STORAGE)).as("only requests tell").allMatch(c -> c.as() == null);
  }

  @Test
  void a_node_that_fails_fast_is_left_after_five_faults() {
    assertAll(Fault.ERRORS, NodeState.EJECTED, 3_000, 15);
    // The last ejection of the 2 min that it lasted may go on for as long as 80 s.
    assertThat(worst(BUSY.get(Fault.ERRORS), Course::again)).isLessThan(Duration.ofSeconds(81));
  }

  @Test
  void three_bad_answers_to_probes_take_a_node_out_and_one_that_says_maintenance_does() {
    assertAll(Fault.UNHEALTHY, NodeState.DOWN, 6_000 + 2_400 + 300, 0);
    assertIdle(Fault.UNHEALTHY, NodeState.DOWN, 6_000 + 2_400 + 300, 7_300);
    assertAll(Fault.MAINTENANCE, NodeState.DRAINING, 6_300, 0);
    assertIdle(Fault.MAINTENANCE, NodeState.DRAINING, 6_100, 6_100);
  }

  @Test
  void a_slow_node_gets_a_small_part_of_its_share() {
    int share = PER_SECOND * (int) FAULT.toSeconds() / 4;
    assertThat(BUSY.get(Fault.SLOW)).allMatch(course -> course.met() < share / 10);
    assertThat(worst(BUSY.get(Fault.SLOW), Course::full)).isLessThan(Duration.ofSeconds(70));
  }

  @Test
  void a_node_that_was_down_has_its_full_share_within_forty_seconds() {
    for (Fault fault : List.of(Fault.KILLED, Fault.VANISHED, Fault.HUNG, Fault.UNHEALTHY)) {
      assertThat(worst(BUSY.get(fault), Course::full))
          .as(fault.shown)
          .isBetween(Duration.ofSeconds(30), Duration.ofSeconds(40));
    }
  }
}
