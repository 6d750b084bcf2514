package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.VirtualTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Urgent probes, in virtual time. */
class ProberSuspicionTest {
  private final Node a = Node.of("http://a:9000");
  private final VirtualTasks tasks = new VirtualTasks();
  private final ScriptedProbeClient client = new ScriptedProbeClient(tasks);
  private final List<String> told = new ArrayList<>();
  private boolean fast;
  private final Prober prober =
      new Prober(
          HealthCheck.auto().toBuilder().jitter(0).build(),
          client,
          tasks,
          tasks,
          new Random(7)::nextLong,
          (node, result) -> {
            told.add(result.reason());
            return fast ? Pace.FAST : Pace.STEADY;
          });

  @BeforeEach
  void probedOnceAndQuiet() {
    prober.track(List.of(a));
    tasks.advance(Duration.ofSeconds(2));
    assertThat(told).containsExactly("200");
    told.clear();
  }

  private int sent() {
    return client.sent(a.id()).size() - 1;
  }

  @Test
  void a_suspected_node_is_probed_at_once() {
    prober.probeNow(a);
    tasks.runDue();
    assertThat(told).containsExactly("200");
  }

  @Test
  void the_next_regular_probe_is_counted_from_the_urgent_one() {
    prober.probeNow(a);
    tasks.runDue();
    assertThat(tasks.pending()).isEqualTo(1);
    assertThat(tasks.untilNext()).contains(Duration.ofSeconds(5));
    fast = true;
    tasks.advance(Duration.ofSeconds(1));
    prober.probeNow(a);
    tasks.runDue();
    assertThat(tasks.untilNext()).contains(Duration.ofSeconds(1));
  }

  @Test
  void a_probe_under_way_since_before_the_suspicion_does_not_serve() {
    client.hold(a.id());
    tasks.advance(Duration.ofSeconds(5)); // a regular one is under way
    assertThat(client.held(a.id())).isEqualTo(1);
    prober.probeNow(a);
    tasks.runDue();
    assertThat(client.held(a.id())).isEqualTo(2);
    client.release(a.id(), 1, ScriptedProbeClient.noAnswer());
    tasks.runDue();
    assertThat(told).containsExactly(ScriptedProbeClient.noAnswer().reason());
  }

  @Test
  void a_result_older_than_one_told_is_dropped() {
    client.hold(a.id());
    tasks.advance(Duration.ofSeconds(5));
    prober.probeNow(a);
    tasks.runDue();
    client.release(a.id(), 1, ScriptedProbeClient.up()); // the urgent one
    client.release(a.id(), 0, ScriptedProbeClient.noAnswer()); // the regular one, late
    tasks.runDue();
    assertThat(told).containsExactly("200");
    assertThat(tasks.pending()).as("the next regular one").isEqualTo(1);
  }

  @Test
  void an_older_probe_that_answers_first_is_told_too() {
    client.hold(a.id());
    tasks.advance(Duration.ofSeconds(5));
    prober.probeNow(a);
    tasks.runDue();
    client.release(a.id(), 0, ScriptedProbeClient.up());
    tasks.runDue();
    assertThat(tasks.pending()).as("no regular one beside the urgent one").isZero();
    client.release(a.id(), 0, ScriptedProbeClient.refused());
    tasks.runDue();
    assertThat(told).containsExactly("200", "connection refused");
  }

  @Test
  void a_probe_that_started_after_the_suspicion_serves_under_way_or_told() {
    Tasks busy = // everything is a millisecond late
        new Tasks() {
          @Override
          public Scheduled schedule(Duration delay, Runnable task) {
            return tasks.schedule(delay.plusMillis(1), task);
          }

          @Override
          public void close() {}
        };
    Prober late =
        new Prober(
            prober.check, client, busy, tasks, new Random(7)::nextLong, (n, r) -> Pace.STEADY);
    prober.close();
    late.track(List.of(a));
    tasks.advance(Duration.ofMillis(1));
    tasks.advance(tasks.untilNext().orElseThrow().minusNanos(500_000));
    late.probeNow(a); // comes to be seen to half a millisecond after the first probe
    tasks.advance(Duration.ofMillis(3));
    assertThat(sent()).isEqualTo(1);

    client.hold(a.id());
    tasks.advance(tasks.untilNext().orElseThrow().minusNanos(500_000));
    late.probeNow(a);
    tasks.advance(Duration.ofMillis(3));
    assertThat(client.held(a.id())).isEqualTo(1);
    assertThat(sent()).isEqualTo(2);
    client.release(a.id(), ScriptedProbeClient.up());
    tasks.advance(Duration.ofMillis(4900));
    assertThat(sent()).as("no doubt is left").isEqualTo(2);
  }

  @Test
  void one_urgent_probe_at_a_time_and_one_more_for_all_who_asked_meanwhile() {
    client.hold(a.id());
    for (int i = 0; i < 100; i++) {
      prober.probeNow(a);
      tasks.advance(Duration.ofMillis(1));
    }
    assertThat(client.held(a.id())).isEqualTo(1);
    client.release(a.id(), ScriptedProbeClient.up());
    tasks.advance(NodeProbes.URGENT_GAP.minusMillis(1));
    assertThat(client.held(a.id())).isZero();
    tasks.advance(Duration.ofMillis(1));
    assertThat(client.held(a.id())).isEqualTo(1);
    client.release(a.id(), ScriptedProbeClient.up());
    tasks.advance(Duration.ofSeconds(4));
    assertThat(sent()).as("nobody has asked since").isEqualTo(2);
  }

  @Test
  void a_storm_of_suspicions_costs_four_probes_a_second() {
    for (int i = 0; i < 10_000; i++) {
      prober.probeNow(a);
      tasks.advance(Duration.ofMillis(1));
    }
    assertThat(sent()).isBetween(38, 41);
  }

  @Test
  void a_suspicion_is_settled_when_the_node_is_down() {
    client.hold(a.id());
    prober.probeNow(a);
    tasks.advance(Duration.ofMillis(1));
    prober.probeNow(a);
    client.release(a.id(), ScriptedProbeClient.refused());
    tasks.advance(Duration.ofSeconds(4));
    assertThat(sent()).isEqualTo(1);
  }

  @Test
  void a_waiting_suspicion_is_served_by_a_regular_probe_that_comes_first() {
    prober.close();
    Prober quick =
        new Prober(
            HealthCheck.auto().toBuilder()
                .jitter(0)
                .interval(Duration.ofMillis(200))
                .timeout(Duration.ofMillis(100))
                .build(),
            client,
            tasks,
            tasks,
            new Random(7)::nextLong,
            (node, result) -> Pace.STEADY);
    quick.track(List.of(a));
    tasks.advance(Duration.ofMillis(200));
    quick.probeNow(a);
    tasks.runDue();
    int before = sent();
    tasks.advance(Duration.ofMillis(1));
    quick.probeNow(a);
    tasks.advance(Duration.ofMillis(199)); // the regular one is due, the urgent one 50 ms later
    assertThat(sent()).isEqualTo(before + 1);
    tasks.advance(Duration.ofMillis(199));
    assertThat(sent()).isEqualTo(before + 1);
  }

  @Test
  void a_node_that_is_not_tracked_is_not_probed() {
    prober.probeNow(Node.of("http://b:9000"));
    prober.track(List.of());
    prober.probeNow(a);
    tasks.advance(Duration.ofSeconds(60));
    assertThat(client.sent()).hasSize(1);
  }

  @Test
  void a_waiting_suspicion_leaves_with_its_node() {
    prober.probeNow(a);
    tasks.advance(Duration.ofMillis(1));
    prober.probeNow(a);
    tasks.runDue();
    assertThat(tasks.pending()).as("regular and urgent").isEqualTo(2);
    prober.track(List.of());
    tasks.runDue();
    assertThat(tasks.pending()).isZero();
  }
}
