package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.VirtualTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The schedule of regular probes, in virtual time; urgent ones have a test of their own. */
class ProberTest {
  private static final long SEED = 42;

  private final Node a = Node.of("http://a:9000");
  private final Node b = Node.of("http://b:9000");
  private final VirtualTasks tasks = new VirtualTasks();
  private final Randomness random = new Random(SEED)::nextLong;
  private final ScriptedProbeClient client = new ScriptedProbeClient(tasks);
  private final List<String> told = new ArrayList<>();
  private final Set<String> fast = new TreeSet<>();
  private Prober prober = prober(HealthCheck.auto());

  private Prober prober(HealthCheck check) {
    return new Prober(
        check,
        client,
        tasks,
        tasks,
        random,
        (node, result) -> {
          told.add(node.id() + " " + result.reason());
          return fast.contains(node.id()) ? Pace.FAST : Pace.STEADY;
        });
  }

  private List<Duration> gaps(String id) {
    List<ScriptedProbeClient.Sent> sent = client.sent(id);
    return IntStream.range(1, sent.size())
        .mapToObj(i -> Duration.ofNanos(sent.get(i).at() - sent.get(i - 1).at()))
        .toList();
  }

  @Test
  void first_probes_come_within_a_second_and_are_spread_over_it() {
    List<Node> nodes =
        IntStream.range(0, 1000).mapToObj(i -> Node.of("http://n" + i + ":9000")).toList();
    long start = tasks.read();
    prober = prober(HealthCheck.auto().toBuilder().subset(1000).build());
    prober.track(nodes);
    tasks.advance(Duration.ofSeconds(1));
    assertThat(client.sent()).hasSize(1000);
    int[] perTenth = new int[10];
    client.sent().forEach(s -> perTenth[(int) ((s.at() - start) / 100_000_000)]++);
    assertThat(IntStream.of(perTenth).boxed())
        .as("seed %s", SEED)
        .allSatisfy(n -> assertThat(n).isBetween(60, 140));
  }

  @Test
  void first_probes_come_within_an_interval_shorter_than_a_second() {
    prober =
        prober(
            HealthCheck.auto().toBuilder()
                .interval(Duration.ofMillis(50))
                .timeout(Duration.ofMillis(20))
                .build());
    prober.track(List.of(a, b));
    tasks.advance(Duration.ofMillis(50));
    assertThat(client.sent()).extracting(s -> s.node().id()).contains(a.id(), b.id());
  }

  @Test
  void intervals_are_jittered_around_their_mean() {
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(5 * 1000));
    List<Duration> gaps = gaps(a.id());
    assertThat(gaps)
        .as("seed %s", SEED)
        .hasSizeGreaterThan(900)
        .allMatch(gap -> gap.toMillis() >= 4000 && gap.toMillis() <= 6000);
    assertThat(gaps.stream().mapToLong(Duration::toMillis).average().orElseThrow())
        .isCloseTo(5000, within(60.0));
    assertThat(gaps.stream().filter(gap -> gap.toMillis() < 4500).count())
        .isBetween(gaps.size() / 5L, gaps.size() * 3L / 10);
  }

  @Test
  void without_jitter_intervals_are_exact() {
    prober = prober(HealthCheck.auto().toBuilder().jitter(0).build());
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(60));
    assertThat(gaps(a.id())).isNotEmpty().containsOnly(Duration.ofSeconds(5));
  }

  @Test
  void a_node_that_is_changing_or_down_is_probed_at_the_fast_interval() {
    prober = prober(HealthCheck.auto().toBuilder().jitter(0).build());
    fast.add(a.id());
    prober.track(List.of(a, b));
    tasks.advance(Duration.ofSeconds(20));
    assertThat(gaps(a.id())).containsOnly(Duration.ofSeconds(1));
    assertThat(gaps(b.id())).containsOnly(Duration.ofSeconds(5));
    fast.clear();
    tasks.advance(Duration.ofSeconds(20));
    assertThat(gaps(a.id())).endsWith(Duration.ofSeconds(5), Duration.ofSeconds(5));
  }

  @Test
  void the_gap_is_counted_from_the_end_of_a_probe_so_probes_never_overlap() {
    client.hold(a.id());
    prober.track(List.of(a));
    tasks.advance(Duration.ofMinutes(1));
    assertThat(client.sent(a.id())).hasSize(1);
    assertThat(tasks.pending()).isZero();
    client.release(a.id(), ScriptedProbeClient.up());
    tasks.runDue();
    assertThat(tasks.untilNext())
        .hasValueSatisfying(d -> assertThat(d.toMillis()).isBetween(4000L, 6000L));
    assertThat(client.mostAtOnce(a.id())).isEqualTo(1);
  }

  @Test
  void a_node_that_leaves_is_not_probed_and_its_late_result_is_dropped() {
    client.hold(a.id());
    prober.track(List.of(a, b));
    tasks.advance(Duration.ofSeconds(2));
    prober.track(List.of(b));
    tasks.runDue();
    client.release(a.id(), ScriptedProbeClient.up());
    told.clear();
    tasks.advance(Duration.ofSeconds(60));
    assertThat(told).isNotEmpty().allMatch(line -> line.startsWith(b.id()));
    assertThat(client.sent(a.id())).hasSize(1);
  }

  @Test
  void a_node_that_left_and_came_back_starts_anew() {
    client.hold(a.id());
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(1));
    prober.track(List.of());
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(1));
    assertThat(client.held(a.id())).isEqualTo(2);
    client.release(a.id(), ScriptedProbeClient.refused()); // the one from before
    tasks.runDue();
    assertThat(told).isEmpty();
    client.release(a.id(), ScriptedProbeClient.up());
    tasks.runDue();
    assertThat(told).containsExactly(a.id() + " 200");
  }

  @Test
  void nodes_that_stay_keep_their_schedule_and_get_their_new_attributes() {
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(1));
    Duration before = tasks.untilNext().orElseThrow();
    Node heavier = a.toBuilder().weight(3).build();
    prober.track(List.of(heavier, b));
    prober.track(List.of(heavier));
    tasks.runDue();
    assertThat(tasks.untilNext()).contains(before);
    tasks.advance(before);
    assertThat(client.sent()).last().extracting(ScriptedProbeClient.Sent::node).isEqualTo(heavier);
  }

  @Test
  void a_node_whose_address_changed_starts_anew() {
    Node before = Node.builder("http://old:9000").id("n1").build();
    Node after = Node.builder("http://new:9000").id("n1").build();
    client.hold("n1");
    prober.track(List.of(before));
    tasks.advance(Duration.ofSeconds(1));
    prober.track(List.of(after));
    tasks.advance(Duration.ofSeconds(1));
    client.release("n1", ScriptedProbeClient.refused());
    tasks.runDue();
    assertThat(told).isEmpty();
    assertThat(client.sent("n1")).extracting(s -> s.node().host()).containsExactly("old", "new");
  }

  @Test
  void a_failure_of_our_own_is_not_told_and_the_node_is_probed_again() {
    ProbeResult local = ProbeResult.down(Evidence.LOCAL, "no socket", Duration.ZERO);
    client.answer(a.id(), local, local, ScriptedProbeClient.up());
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(5)); // fast, as long as nothing is known
    assertThat(told).containsExactly(a.id() + " 200");
  }

  @Test
  void a_sink_that_throws_does_not_end_the_probes() {
    int[] calls = new int[1];
    prober =
        new Prober(
            HealthCheck.auto(),
            client,
            tasks,
            tasks,
            random,
            (node, result) -> {
              calls[0]++;
              throw new IllegalStateException("boom");
            });
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(20));
    assertThat(calls[0]).isGreaterThan(3);
  }

  @Test
  void a_client_against_its_contract_does_no_harm() {
    int[] calls = new int[1];
    ProbeClient bad =
        new ProbeClient() {
          @Override
          public void probe(
              Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
            if (++calls[0] % 2 == 0) {
              throw new IllegalStateException("boom");
            }
            done.accept(ScriptedProbeClient.up());
            done.accept(ScriptedProbeClient.refused()); // told twice
          }

          @Override
          public void close() {}
        };
    prober =
        new Prober(
            HealthCheck.auto(),
            bad,
            tasks,
            tasks,
            random,
            (n, r) -> told.add(r.reason()) ? Pace.STEADY : Pace.FAST);
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(60));
    assertThat(calls[0]).isBetween(9, 16);
    assertThat(told).hasSizeGreaterThan(4).containsOnly("200");
    assertThat(tasks.pending()).isEqualTo(1);
  }

  @Test
  void none_schedules_nothing() {
    prober = prober(HealthCheck.none());
    assertThat(prober.isEnabled()).isFalse();
    prober.track(List.of(a, b));
    prober.probeNow(a);
    assertThat(tasks.pending()).isZero();
    prober.close();
    assertThat(tasks.pending()).isZero();
    assertThat(this.prober(HealthCheck.tcp()).isEnabled()).isTrue();
  }

  @Test
  void close_leaves_no_task_and_tells_nothing_more() {
    client.hold(a.id());
    prober.track(List.of(a, b));
    tasks.advance(Duration.ofSeconds(1));
    prober.probeNow(a);
    prober.probeNow(b);
    prober.track(List.of(a));
    prober.track(List.of(a, b));
    told.clear();
    prober.close();
    tasks.runDue();
    client.release(a.id(), ScriptedProbeClient.up());
    tasks.runDue();
    prober.track(List.of(a, b));
    prober.probeNow(a);
    prober.close();
    tasks.runDue();
    assertThat(tasks.pending()).isZero();
    assertThat(told).isEmpty();
    assertThat(client.isClosed()).as("the client stays its maker's").isFalse();
  }
}
