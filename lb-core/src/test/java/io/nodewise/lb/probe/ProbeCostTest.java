package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ScriptedProbeClient.Sent;
import io.nodewise.lb.time.VirtualTasks;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * How many probes nodes get, counted from the real schedule in virtual time, and what the
 * documentation says of it.
 */
class ProbeCostTest {
  private static final Path OPERATIONS = Path.of("../docs/operations.md");
  private static final String MARKER = "<!-- probe-cost -->";
  private static final int[] NODES = {4, 100, 1000};
  private static final int[] CLIENTS = {1, 100, 10_000};
  private static final double INTERVAL = 5; // the default of both the interval and the down one

  @SuppressWarnings("ImmutableEnumChecker") // a check is immutable
  private enum Mode {
    DEFAULT("default", HealthCheck.auto()),
    OPTIMISTIC("`optimistic`", HealthCheck.auto().toBuilder().optimistic(true).build()),
    SUBSET("`subset` 20", HealthCheck.auto().toBuilder().subset(20).build()),
    NO_SUBSET("no subset", HealthCheck.auto().toBuilder().subset(Integer.MAX_VALUE).build());

    final String text;
    final HealthCheck check;

    Mode(String text, HealthCheck check) {
      this.text = text;
      this.check = check;
    }

    /** From one probe of a node that is well to the next, in seconds; what the settings promise. */
    double period(int nodes) {
      return INTERVAL * Math.max(1, (double) nodes / check.subset());
    }
  }

  /** Probes a second: of one client on average on a node that is well, and on the one down. */
  private record Cost(double well, double down) {}

  private static Cost measure(Mode mode, int count, boolean oneDown) {
    ProberFixture client = new ProberFixture(mode.check, new SplittableRandom(count)::nextLong);
    List<Node> nodes = ProberFixture.nodes(count);
    String down = oneDown ? nodes.get(0).id() : "none";
    client.paces.put(down, Pace.BACK_OFF);
    client.prober.track(nodes);
    client.advance(20 * mode.period(count)); // until the start is forgotten
    int periods = oneDown ? 1000 : Math.max(40, 4000 / count); // one node takes longer to even out
    periods = Math.min(periods, 150_000 / count);
    long start = client.tasks.read();
    client.advance(periods * mode.period(count));
    int ofDown = 0;
    int ofWell = 0;
    for (Sent sent : client.client.sent()) {
      if (sent.at() - start > 0) {
        boolean isDown = sent.node().id().equals(down);
        ofDown += isDown ? 1 : 0;
        ofWell += isDown ? 0 : 1;
      }
    }
    double seconds = periods * mode.period(count);
    return new Cost(ofWell / seconds / (oneDown ? count - 1 : count), ofDown / seconds);
  }

  private static String line(Mode mode, int count) {
    Cost allWell = measure(mode, count, false);
    Cost oneDown = measure(mode, count, true);
    double expected = mode == Mode.OPTIMISTIC ? 0 : 1 / mode.period(count);
    assertThat(allWell.well()).as("%s %s", mode, count).isCloseTo(expected, withinPercentage(3));
    assertThat(oneDown.well()).as("%s %s", mode, count).isCloseTo(expected, withinPercentage(3));
    assertThat(oneDown.down())
        .as("%s %s", mode, count)
        .isCloseTo(1 / mode.period(count), withinPercentage(4));
    StringBuilder line = new StringBuilder("| " + count + " | " + mode.text);
    line.append(" | ").append(number(allWell.well() * count));
    for (double perClient : new double[] {allWell.well(), oneDown.down()}) {
      for (int clients : CLIENTS) {
        line.append(" | ").append(number(perClient * clients));
      }
    }
    return line.append(" |").toString();
  }

  /** Two digits that count, so that chance does not show. */
  private static String number(double value) {
    BigDecimal rounded = new BigDecimal(value).round(new MathContext(2, RoundingMode.HALF_UP));
    int digitsBefore = rounded.precision() - rounded.scale();
    return value == 0 ? "0" : rounded.setScale(Math.max(0, 2 - digitsBefore)).toPlainString();
  }

  private static List<String> table() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| nodes | mode | one client sends | a node gets, 1 client | 100 clients | 10,000 clients"
            + " | a node that is down, 1 | 100 | 10,000 |");
    lines.add("|---|---|---|---|---|---|---|---|---|");
    for (int count : NODES) {
      for (Mode mode : Mode.values()) {
        lines.add(line(mode, count));
      }
    }
    return lines;
  }

  // Many clients.

  /** What four nodes get from a hundred clients that start at the same moment. */
  private static final class Crowd {
    static final int CLIENTS = 100;
    private static final long WINDOW = Duration.ofMillis(100).toNanos();

    private final Map<String, Integer> perWindow = new HashMap<>(); // by node and window
    private final int[] perMinute = new int[5];

    Crowd() {
      VirtualTasks tasks = new VirtualTasks();
      ScriptedProbeClient client = new ScriptedProbeClient(tasks);
      long start = tasks.read();
      for (int seed = 0; seed < CLIENTS; seed++) {
        SplittableRandom random = new SplittableRandom(seed); // Random begins alike
        new Prober(
                HealthCheck.auto(), client, tasks, tasks, random::nextLong, (n, r) -> Pace.STEADY)
            .track(ProberFixture.nodes(4));
      }
      tasks.advance(Duration.ofMinutes(perMinute.length).minusNanos(1));
      for (Sent sent : client.sent()) {
        long at = sent.at() - start;
        perWindow.merge(sent.node().id() + " " + at / WINDOW, 1, Integer::sum);
        perMinute[(int) (at / Duration.ofMinutes(1).toNanos())]++;
      }
    }

    /** The most one node got within 100 ms, of those that begin in these seconds. */
    int peak(int fromSecond, int toSecond) {
      return perWindow.entrySet().stream()
          .filter(
              entry -> {
                long window = Long.parseLong(entry.getKey().split(" ")[1]);
                return window >= fromSecond * 10L && window < toSecond * 10L;
              })
          .mapToInt(Map.Entry::getValue)
          .max()
          .orElse(0);
    }

    String text() {
      return "100 clients that start in the same moment, 4 nodes, the most probes one node gets"
          + " within 100 ms: "
          + String.format(
              "%d in the first second, %d in the rest of the first minute, %d after two minutes.",
              peak(0, 1), peak(1, 60), peak(120, 300));
    }
  }

  @Test
  void clients_started_together_add_up_and_do_not_gang_up() {
    Crowd crowd = new Crowd();
    for (int minute = 1; minute < crowd.perMinute.length; minute++) {
      double perSecondAndNode = crowd.perMinute[minute] / 60.0 / 4;
      assertThat(perSecondAndNode).isCloseTo(Crowd.CLIENTS / INTERVAL, withinPercentage(2));
    }
    assertThat(crowd.peak(0, 1)).as("of 100, where 10 is the mean").isBetween(11, 25);
    assertThat(crowd.peak(1, 60)).isBetween(5, 20);
    assertThat(crowd.peak(120, 300)).as("where 2 is the mean").isBetween(3, 12);
  }

  @Test
  void a_site_costs_two_questions_every_two_intervals() {
    HealthCheck minio = HealthCheck.minio();
    ProberFixture client = new ProberFixture(minio, new SplittableRandom(5)::nextLong);
    client.prober.track(ProberFixture.nodes(4));
    client.advance(10_000);
    double perSecond = client.client.siteSent().size() / 10_000.0;
    assertThat(perSecond).isCloseTo(2 / (2 * INTERVAL), withinPercentage(2));
  }

  @Test
  void the_documentation_says_what_was_computed() throws Exception {
    List<String> block = new ArrayList<>(table());
    block.add("");
    block.add(new Crowd().text());
    String computed = String.join("\n", block);
    String[] parts = Files.readString(OPERATIONS).split(MARKER, -1);
    assertThat(parts).as("%s has two %s", OPERATIONS, MARKER).hasSize(3);
    assertThat(parts[1].strip())
        .as("between the markers of %s belongs:\n\n%s\n", OPERATIONS, computed)
        .isEqualTo(computed);
  }
}
