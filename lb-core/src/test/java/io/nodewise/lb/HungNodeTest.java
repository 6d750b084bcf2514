package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static io.nodewise.lb.probe.ScriptedProbeClient.status;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.probe.ProbeResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A node that is stopped, not dead: it takes connections and never answers. */
class HungNodeTest {
  private static final String N1 = "n1:9000";
  private static final String N2 = "n2:9000";

  /** Suspicion, the probe's time-out, and a tick to notice each. */
  private static final Duration BOUND = Duration.ofMillis(1000 + 1000 + 2 * 200);

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  /** An attempt whose I/O fails when it is aborted, as a socket does. */
  private final class Io {
    final Attempt attempt;
    Duration abortedAt = Duration.ZERO;

    Io(String id, boolean hasBody, Consumer<Attempt> phase) {
      attempt = cluster.beginOn(id, hasBody);
      attempt.abortBy(
          () -> {
            abortedAt = cluster.tasks().elapsed();
            attempt.end(Outcome.fault("socket closed"));
          });
      phase.accept(attempt);
    }

    boolean aborted() {
      return !abortedAt.isZero();
    }
  }

  private static void half(Attempt attempt) {
    attempt.sent();
    attempt.firstByte();
    attempt.reading();
  }

  static List<Consumer<Attempt>> silentPhases() {
    return List.of(Attempt::sending, Attempt::sent, HungNodeTest::half, attempt -> {});
  }

  @ParameterizedTest
  @MethodSource("silentPhases")
  void a_silent_attempt_is_given_up_within_suspicion_and_probe_timeout(Consumer<Attempt> phase) {
    for (int offset = 0; offset < 30; offset++) {
      try (VirtualCluster fresh = VirtualCluster.up("http://n{1...4}:9000")) {
        fresh.advance(offset * 191L);
        Attempt attempt = fresh.beginOn(N2, true);
        phase.accept(attempt);
        fresh.probesOf(N2, noAnswer());
        Duration hungAt = fresh.tasks().elapsed();
        assertThat(fresh.tasks().advanceUntil(() -> attempt.verdict() != null, BOUND))
            .as("given up, at offset %s: %s", offset, fresh)
            .isTrue();
        assertThat(fresh.tasks().elapsed().minus(hungAt)).isGreaterThan(Duration.ofSeconds(1));
        assertThat(attempt.verdict()).hasToString("FAULT (node hung)");
        assertThat(fresh.state(N2)).isEqualTo(NodeState.DOWN);
      }
    }
  }

  @Test
  void the_reason_says_that_neither_requests_nor_probes_were_answered() {
    Attempt attempt = cluster.beginOn(N2);
    cluster.probesOf(N2, noAnswer());
    cluster.awaitState(N2, NodeState.DOWN, BOUND);
    assertThat(attempt.verdict()).as("at once, not with the next tick").isNotNull();
    assertThat(cluster.node(N2).reason()).isEqualTo("hung: no answer to requests nor to a probe");
    assertThat(cluster.transitions()).containsExactly(N2 + " UP->DOWN");
  }

  @Test
  void all_its_silent_attempts_are_aborted_together_and_no_others() {
    List<Io> silent = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      silent.add(new Io(N2, true, silentPhases().get(i % 4)));
    }
    Io slowReader = new Io(N2, false, Attempt::firstByte);
    Io slowBody = new Io(N2, true, Attempt::readingLocalBody);
    Io elsewhere = new Io(N1, false, Attempt::sent);
    cluster.probesOf(N2, noAnswer());
    cluster.advance(BOUND.toMillis());
    assertThat(silent).allMatch(Io::aborted);
    assertThat(silent).extracting(io -> io.abortedAt).containsOnly(silent.get(0).abortedAt);
    assertThat(List.of(slowReader, slowBody, elsewhere)).noneMatch(Io::aborted);
    assertThat(cluster.node(N2).inFlight()).isEqualTo(2);
    assertThat(cluster.node(N1).inFlight()).isEqualTo(1);
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void the_verdict_is_what_counts_and_not_the_echo_of_the_abort() {
    Io io = new Io(N2, false, Attempt::sent);
    cluster.probesOf(N2, noAnswer());
    cluster.advance(BOUND.toMillis());
    assertThat(io.aborted()).isTrue();
    assertThat(io.attempt.verdict()).hasToString("FAULT (node hung)");
    assertThat(cluster.node(N2).faults()).isEqualTo(1);
    io.attempt.end(Outcome.fault("again"));
    io.attempt.close();
    assertThat(cluster.node(N2).faults()).as("it ended once").isEqualTo(1);
  }

  @Test
  void an_abort_action_that_comes_after_the_verdict_is_run_at_once() {
    Attempt attempt = cluster.beginOn(N2);
    cluster.probesOf(N2, noAnswer());
    cluster.advance(BOUND.toMillis());
    List<String> ran = new ArrayList<>();
    attempt.abortBy(() -> ran.add("aborted"));
    assertThat(ran).containsExactly("aborted");
  }

  @Test
  void an_abort_action_that_throws_keeps_no_other_attempt_from_being_aborted() {
    List<Attempt> bad = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Attempt attempt = cluster.beginOn(N2);
      attempt.abortBy(
          () -> {
            throw new IllegalStateException("thrown by a test");
          });
      bad.add(attempt);
    }
    cluster.probesOf(N2, noAnswer());
    cluster.advance(BOUND.toMillis());
    assertThat(bad).allMatch(attempt -> attempt.verdict() != null);
  }

  @Test
  void a_body_half_read_is_given_up_once_it_has_been_silent_for_the_suspicion_time() {
    new Io(N2, false, Attempt::sent);
    Io download = new Io(N2, false, HungNodeTest::half);
    cluster.probesOf(N2, noAnswer());
    while (cluster.state(N2) == NodeState.UP) { // bytes still come out of the socket's buffer
      cluster.advance(50);
      download.attempt.idle();
      download.attempt.reading();
    }
    Duration lastByte = cluster.tasks().elapsed();
    cluster.advance(800);
    assertThat(download.aborted()).isFalse();
    cluster.advance(800);
    assertThat(download.aborted()).isTrue();
    assertThat(download.abortedAt.minus(lastByte))
        .isBetween(Duration.ofMillis(1000), Duration.ofMillis(1400));
  }

  @Test
  void a_local_body_that_goes_on_on_a_hung_node_is_given_up_when_the_node_is_waited_for_again() {
    Io upload = new Io(N2, true, Attempt::readingLocalBody);
    new Io(N2, false, Attempt::sent);
    cluster.probesOf(N2, noAnswer());
    cluster.advance(10_000);
    assertThat(upload.aborted()).isFalse();
    upload.attempt.sending();
    cluster.advance(900);
    assertThat(upload.aborted()).as("not silent for long enough").isFalse();
    cluster.advance(500);
    assertThat(upload.aborted()).isTrue();
  }

  @Test
  void the_last_eligible_node_is_not_taken_out_by_one_silent_probe() {
    cluster.balancer().drain("n3:9000");
    cluster.balancer().disable("n4:9000");
    cluster.endOn(N1, Outcome.unreachable("refused"), 1);
    cluster.probesOf(N1, noAnswer());
    cluster.probesOf(N2, noAnswer());
    Io io = new Io(N2, false, Attempt::sent);
    cluster.advance(BOUND.toMillis());
    assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
    assertThat(io.aborted()).isFalse();
    cluster.advance(5000);
    assertThat(cluster.state(N2)).as("three are enough").isEqualTo(NodeState.DOWN);
    assertThat(cluster.node(N2).reason()).isEqualTo("probe: no answer within 1000 ms");
    assertThat(io.aborted()).as("nobody else answers either, so nothing is certain").isFalse();
    assertThat(cluster.reach()).as("there is nobody else to ask").containsExactly(N2);
  }

  @Test
  void a_node_used_in_panic_that_hangs_is_left_too() {
    // A health path that no node knows: all are softly down, and in use.
    for (int i = 1; i <= 4; i++) {
      cluster.probesOf("n" + i + ":9000", status(404));
    }
    cluster.advance(20_000);
    assertThat(cluster.balancer().snapshot().eligible()).isZero();
    Io io = new Io(N2, false, Attempt::sent);
    cluster.probesOf(N2, noAnswer());
    cluster.advance(BOUND.toMillis());
    assertThat(io.aborted()).isTrue();
    assertThat(cluster.reach()).hasSize(3).doesNotContain(N2);
    cluster.probesOf(N2, status(404));
    cluster.advance(3000);
    assertThat(cluster.reach()).as("it answers again, if wrongly").contains(N2);
  }

  @Test
  void a_hung_node_that_goes_on_is_up_after_two_good_probes() {
    Io io = new Io(N2, false, Attempt::sent);
    cluster.probesOf(N2, noAnswer());
    cluster.advance(30_000);
    assertThat(io.aborted()).isTrue();
    cluster.probesOf(N2, up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(8));
    Attempt next = cluster.beginOn(N2);
    cluster.advance(400);
    assertThat(next.verdict()).as("nothing of the past sticks to it").isNull();
    next.end(Outcome.success());
    assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
  }

  @Test
  void a_drained_node_that_hangs_gives_up_what_it_still_has() {
    Io io = new Io(N2, false, Attempt::sent);
    cluster.balancer().drain(N2);
    cluster.probesOf(N2, noAnswer());
    cluster.advance(BOUND.toMillis());
    assertThat(io.aborted()).isTrue();
    assertThat(cluster.state(N2)).isEqualTo(NodeState.DRAINING);
  }

  @Test
  void shorter_settings_find_it_sooner() {
    try (VirtualCluster quick =
        VirtualCluster.up(
            builder ->
                builder
                    .nodes("http://n{1...4}:9000")
                    .healthCheck(
                        HealthCheck.auto().toBuilder().timeout(Duration.ofMillis(300)).build())
                    .timeouts(
                        io.nodewise.lb.retry.Timeouts.builder()
                            .suspicion(Duration.ofMillis(400))
                            .build()))) {
      Attempt attempt = quick.beginOn(N2);
      quick.probesOf(
          N2,
          ProbeResult.down(ProbeResult.Evidence.NO_ANSWER, "no answer", Duration.ofMillis(300)));
      quick.advance(400 + 300 + 2 * 200);
      assertThat(attempt.verdict()).isNotNull();
    }
  }
}
