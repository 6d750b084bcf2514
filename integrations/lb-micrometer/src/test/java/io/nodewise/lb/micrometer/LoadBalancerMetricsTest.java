package io.nodewise.lb.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.nodewise.lb.Attempt;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.Route;
import io.nodewise.lb.VirtualCluster;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.probe.ScriptedProbeClient;
import io.nodewise.lb.retry.Hedging;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** By numbers, in virtual time: what happened so often is shown so often. */
class LoadBalancerMetricsTest {
  private static final String N1 = "n1:9000";
  private static final String N4 = "n4:9000";

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Meters meters = new Meters(registry);
  private final VirtualCluster cluster =
      VirtualCluster.up(
          builder ->
              builder
                  .name("images")
                  .nodes("http://n{1...4}:9000")
                  .hedging(Hedging.builder().share(0.5).burst(1000).build()));
  private final LoadBalancer balancer = cluster.balancer();
  private final LoadBalancerMetrics metrics =
      new LoadBalancerMetrics(balancer, Tags.of("team", "storage"), Duration.ZERO);

  @BeforeEach
  void bind() {
    metrics.bindTo(registry);
  }

  @AfterEach
  void close() {
    metrics.close();
    cluster.close();
    assertThat(registry.getMeters()).isEmpty();
  }

  private Route read() {
    return balancer.route(RequestHint.read());
  }

  private void reads(int times) throws Exception {
    for (int i = 0; i < times; i++) {
      Attempt attempt = read().next(false);
      cluster.advance(10);
      attempt.status(200);
      attempt.firstByte();
      cluster.advance(5);
      attempt.idle(1000);
      attempt.end(Outcome.success());
    }
  }

  /** The registry gives one meter to both, and only the one that returned may have it. */
  @Test
  void a_late_attempt_of_a_node_that_left_takes_nothing_from_the_one_that_returned() {
    View view = new View(balancer, 0);
    NodeMeters left = new NodeMeters(registry, Tags.of("cluster", "other"), view, N1);
    left.remove();
    NodeMeters returned = new NodeMeters(registry, Tags.of("cluster", "other"), view, N1);
    returned.attempted(failed());
    left.attempted(failed());
    left.moved(NodeState.DOWN);
    assertThat(meters.count("nodewise.attempts", "cluster", "other", "outcome", "fault"))
        .isEqualTo(1);
    assertThat(registry.find("nodewise.node.transitions").tag("cluster", "other").counter())
        .isNull();
    returned.remove();
  }

  private AttemptReport failed() {
    return new AttemptReport(
        balancer.nodes().nodes().get(0),
        1,
        AttemptReport.Kind.REQUEST,
        true,
        null,
        0,
        null,
        Duration.ofMillis(1),
        0,
        0,
        Outcome.fault("reset"));
  }

  @Test
  void attempts_by_node_and_outcome_with_times_and_bytes() throws Exception {
    reads(100);
    Attempt write = balancer.route(RequestHint.write()).next(true);
    write.bodySent(5000);
    write.sent();
    cluster.advance(30);
    write.firstByte();
    write.end(Outcome.success());
    cluster.endOn(N1, Outcome.fault("500"), 2);
    cluster.endOn(N1, Outcome.load("503"), 3);
    assertThat(meters.count("nodewise.attempts", "outcome", "success")).isEqualTo(101);
    assertThat(meters.total("nodewise.attempts", "outcome", "success")).isEqualTo(1.53);
    assertThat(meters.count("nodewise.attempts", "node", N1, "outcome", "fault")).isEqualTo(2);
    assertThat(meters.count("nodewise.attempts", "node", N1, "outcome", "load")).isEqualTo(3);
    assertThat(meters.count("nodewise.attempts", "node", N4, "outcome", "fault")).isZero();
    assertThat(meters.count("nodewise.attempts.first.byte", "type", "read")).isEqualTo(100);
    assertThat(meters.total("nodewise.attempts.first.byte", "type", "read")).isEqualTo(1.0);
    assertThat(meters.count("nodewise.attempts.first.byte", "type", "write")).isEqualTo(1);
    assertThat(meters.count("nodewise.received")).isEqualTo(100_000);
    assertThat(meters.count("nodewise.sent")).isEqualTo(5000);
    assertThat(meters.value("nodewise.node.share")).isBetween(0.999, 1.001);
    long attempts = balancer.snapshot().attempts();
    assertThat(meters.count("nodewise.attempts")).as("all of them").isEqualTo(attempts);
  }

  @Test
  void failovers_refusals_resumes_and_retries() throws Exception {
    for (int i = 0; i < 3; i++) {
      Route route = read();
      route.next(false).end(Outcome.fault("500"));
      route.next(false).end(Outcome.success());
    }
    Route cut = read();
    cut.next(false).end(Outcome.fault("body cut"));
    cut.resume().end(Outcome.success());
    Route nowhere = read();
    while (nowhere.hasUntried()) {
      nowhere.next(false).end(Outcome.load("503")); // and none is at ease then
    }
    for (int i = 0; i < 2; i++) {
      try {
        nowhere.next(false);
      } catch (java.io.IOException expected) {
        // Refused.
      }
    }
    double budget = meters.value("nodewise.retries.budget");
    assertThat(budget).isPositive();
    for (int i = 0; i < 3; i++) {
      assertThat(nowhere.takeRetry()).isTrue();
    }
    assertThat(meters.value("nodewise.retries.budget")).isEqualTo(budget - 3);
    while (nowhere.takeRetry()) {
      // To the last.
    }
    assertThat(meters.count("nodewise.failovers")).isEqualTo(3 + 1 + 3);
    assertThat(meters.count("nodewise.resumes")).isEqualTo(1);
    assertThat(meters.count("nodewise.refusals")).isEqualTo(2);
    assertThat(meters.count("nodewise.retries")).isEqualTo((long) budget);
    assertThat(meters.count("nodewise.retries.denied")).isEqualTo(1);
    assertThat(meters.value("nodewise.retries.budget")).isZero();
  }

  @Test
  void states_transitions_ejections_probes_and_panic() {
    assertThat(meters.value("nodewise.nodes", "state", "up")).isEqualTo(4);
    double goodBefore = meters.count("nodewise.probes", "node", N4, "result", "good");
    assertThat(goodBefore).as("since it was built").isPositive();
    cluster.endOn(N1, Outcome.fault("500"), 5);
    cluster.advance(0);
    assertThat(meters.value("nodewise.nodes", "state", "ejected")).isEqualTo(1);
    assertThat(meters.value("nodewise.nodes", "state", "up")).isEqualTo(3);
    assertThat(meters.count("nodewise.node.ejections", "node", N1)).isEqualTo(1);
    assertThat(meters.count("nodewise.node.ejections")).isEqualTo(1);
    assertThat(meters.count("nodewise.node.transitions", "node", N1, "to", "ejected")).isEqualTo(1);
    assertThat(meters.value("nodewise.node.eligible", "node", N1)).isZero();
    assertThat(meters.value("nodewise.node.eligible", "node", N4)).isEqualTo(1);
    assertThat(meters.value("nodewise.panic")).isZero();
    cluster.probesOf("n2:9000", ScriptedProbeClient.refused());
    cluster.probesOf(N4, ScriptedProbeClient.refused());
    cluster.awaitState("n2:9000", NodeState.DOWN, Duration.ofSeconds(30));
    cluster.awaitState(N4, NodeState.DOWN, Duration.ofSeconds(30));
    assertThat(meters.count("nodewise.probes", "node", N4, "result", "bad"))
        .isEqualTo(cluster.node(N4).history().badProbes())
        .isPositive();
    assertThat(meters.count("nodewise.node.transitions", "to", "down")).isEqualTo(2);
    assertThat(meters.count("nodewise.node.transitions"))
        .as("as many as listeners heard of")
        .isEqualTo(cluster.transitions().size());
    cluster.endOn("n3:9000", Outcome.unreachable("refused"), 1);
    assertThat(meters.value("nodewise.panic")).isEqualTo(1);
  }

  @Test
  void what_is_in_flight_and_parked() throws Exception {
    Attempt one = cluster.beginOn(N1);
    Attempt two = cluster.beginOn(N1);
    assertThat(meters.value("nodewise.attempts.in.flight", "node", N1)).isEqualTo(2);
    two.firstByte();
    cluster.advance(5000);
    assertThat(meters.value("nodewise.attempts.parked", "node", N1)).isEqualTo(1);
    one.end(Outcome.success());
    two.end(Outcome.success());
    assertThat(meters.value("nodewise.attempts.in.flight")).isZero();
    assertThat(meters.value("nodewise.attempts.parked")).isZero();
  }

  @Test
  void hedges() throws Exception {
    assertThat(meters.value("nodewise.hedges.delay")).isZero();
    reads(500);
    assertThat(meters.value("nodewise.hedges.delay")).isBetween(0.010, 0.013);
    for (boolean won : new boolean[] {true, false}) {
      Route route = read();
      Attempt first = route.next(false);
      cluster.tasks().advance(route.hedgeDelay().orElseThrow());
      Attempt second = route.hedge().orElseThrow();
      (won ? second : first).firstByte();
      (won ? first : second).lost();
      (won ? second : first).end(Outcome.success());
    }
    assertThat(meters.count("nodewise.hedges")).isEqualTo(2);
    assertThat(meters.count("nodewise.hedges.won")).isEqualTo(1);
    assertThat(meters.count("nodewise.attempts", "outcome", "cancelled")).isEqualTo(2);
  }

  @Test
  void the_meters_of_a_node_come_and_leave_with_it() throws Exception {
    Attempt late = cluster.beginOn(N4);
    assertThat(meters.ofNode(N4)).isNotEmpty();
    balancer.update(NodeSet.parse("http://n{1...3}:9000", "http://n5:9000"));
    cluster.advance(0);
    assertThat(meters.ofNode(N4)).isEmpty();
    late.end(Outcome.success());
    assertThat(meters.ofNode(N4)).as("its last attempt does not bring them back").isEmpty();
    assertThat(meters.ofNode("n5:9000")).isNotEmpty();
    balancer.update(NodeSet.parse("http://n{1...4}:9000"));
    cluster.endOn(N4, Outcome.success(), 1); // before anybody was told of the set
    assertThat(meters.count("nodewise.attempts", "node", N4, "outcome", "success")).isEqualTo(1);
    cluster.advance(2000);
    assertThat(meters.count("nodewise.attempts", "node", N4, "outcome", "success")).isEqualTo(1);
    assertThat(meters.ofNode("n5:9000")).isEmpty();
    assertThat(meters.value("nodewise.nodes")).isEqualTo(4);
  }

  @Test
  void a_name_has_the_same_tags_everywhere_and_none_of_them_is_a_request() throws Exception {
    reads(10);
    cluster.endOn(N1, Outcome.fault("500"), 5);
    cluster.advance(0);
    for (Meter meter : registry.getMeters()) {
      Set<String> keys =
          meter.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toSet());
      assertThat(keys).contains("cluster", "team");
      assertThat(Set.of("cluster", "team", "node", "outcome", "state", "to", "type", "result"))
          .containsAll(keys);
      assertThat(meter.getId().getTag("cluster")).isEqualTo("images");
      assertThat(meter.getId().getName()).matches("nodewise(\\.[a-z]+)+");
      assertThat(meter.getId().getDescription()).isNotBlank();
      for (Meter other : registry.find(meter.getId().getName()).meters()) {
        assertThat(other.getId().getTags().stream().map(Tag::getKey).collect(Collectors.toSet()))
            .as("%s", other.getId())
            .isEqualTo(keys);
      }
    }
  }

  @Test
  void several_registries_and_a_second_close() throws Exception {
    SimpleMeterRegistry other = new SimpleMeterRegistry();
    metrics.bindTo(other);
    reads(3);
    assertThat(new Meters(other).count("nodewise.attempts")).isEqualTo(3);
    assertThat(meters.count("nodewise.attempts")).isEqualTo(3);
    Attempt late = read().next(false);
    metrics.close();
    metrics.close();
    late.end(Outcome.success());
    balancer.drain(N1);
    balancer.update(NodeSet.parse("http://n{1...5}:9000"));
    cluster.advance(100);
    assertThat(registry.getMeters()).isEmpty();
    assertThat(other.getMeters()).isEmpty();
    assertThat(read().isObserved()).as("and attempts cost what they did before").isFalse();
  }

  /** In the middle of a node's, the first of which are registered by then. */
  @Test
  void a_registry_with_such_a_meter_of_another_kind_is_left_as_it_was() {
    SimpleMeterRegistry taken = new SimpleMeterRegistry();
    Meter received = registry.get("nodewise.received").tag("node", N4).meter();
    Meter theirs =
        Gauge.builder("nodewise.received", () -> 7)
            .tags(received.getId().getTags())
            .register(taken);
    assertThatIllegalArgumentException().isThrownBy(() -> metrics.bindTo(taken));
    assertThat(taken.getMeters()).containsExactly(theirs);
  }

  @Test
  void a_closed_load_balancer_is_still_shown() {
    balancer.close();
    assertThat(meters.value("nodewise.nodes")).isEqualTo(4);
    metrics.close();
    assertThat(registry.getMeters()).isEmpty();
  }
}
