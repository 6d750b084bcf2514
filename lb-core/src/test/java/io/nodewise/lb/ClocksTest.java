package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Silence on a node that answers its probes: slow, not hung. */
class ClocksTest {
  private static final String N1 = "n1:9000";
  private static final Duration HOUR = Duration.ofHours(1);

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private static Duration endsAfter(VirtualCluster cluster, Attempt attempt, Duration atMost) {
    Duration from = cluster.tasks().elapsed();
    assertThat(cluster.tasks().advanceUntil(() -> attempt.verdict() != null, atMost))
        .as("given up")
        .isTrue();
    assertThat(cluster.state(N1)).as("slow is not down").isEqualTo(NodeState.UP);
    return cluster.tasks().elapsed().minus(from);
  }

  private static void assertWithinATick(Duration actual, long millis) {
    assertThat(actual).isBetween(Duration.ofMillis(millis), Duration.ofMillis(millis + 400));
  }

  private Attempt begin(Consumer<Attempt> phase) {
    Attempt attempt = cluster.beginOn(N1, true);
    phase.accept(attempt);
    return attempt;
  }

  @Test
  void an_answer_may_take_thirty_five_seconds() {
    Attempt attempt = begin(Attempt::sent);
    assertWithinATick(endsAfter(cluster, attempt, HOUR), 35_000);
    assertThat(attempt.verdict()).hasToString("FAULT (did not answer for 35000 ms)");
  }

  @Test
  void a_node_may_take_no_byte_for_twenty_seconds() {
    Attempt attempt = begin(Attempt::sending);
    assertWithinATick(endsAfter(cluster, attempt, HOUR), 20_000);
    assertThat(attempt.verdict()).hasToString("FAULT (took no byte of the request for 20000 ms)");
  }

  @Test
  void a_read_may_wait_for_thirty_seconds() {
    Attempt attempt = begin(Attempt::sent);
    attempt.firstByte();
    attempt.reading();
    assertWithinATick(endsAfter(cluster, attempt, HOUR), 30_000);
    assertThat(attempt.verdict()).hasToString("FAULT (sent no byte of the body for 30000 ms)");
  }

  @Test
  void with_a_body_the_attempt_begins_sending_and_without_one_waiting() {
    assertWithinATick(endsAfter(cluster, cluster.beginOn(N1, true), HOUR), 20_000);
    assertWithinATick(endsAfter(cluster, cluster.beginOn(N1, false), HOUR), 35_000);
  }

  @Test
  void the_time_to_the_first_byte_counts_from_the_last_byte_sent() {
    Attempt upload = begin(Attempt::sending);
    for (int i = 0; i < 600; i++) {
      cluster.advance(500);
      upload.sending();
    }
    assertThat(upload.verdict()).as("five minutes of upload").isNull();
    upload.sent();
    assertWithinATick(endsAfter(cluster, upload, HOUR), 35_000);
  }

  @Test
  void progress_of_any_size_keeps_an_attempt_alive() {
    Attempt upload = begin(Attempt::sending);
    Attempt download = begin(Attempt::sent);
    download.firstByte();
    for (int i = 0; i < 10; i++) {
      download.reading();
      upload.sending();
      cluster.advance(19_500);
    }
    assertThat(upload.verdict()).isNull();
    assertThat(download.verdict()).isNull();
  }

  @Test
  void a_slow_reader_and_a_slow_local_body_are_nobodys_fault() {
    Attempt reader = begin(Attempt::sent);
    reader.firstByte();
    Attempt idler = begin(Attempt::sent);
    idler.firstByte();
    idler.reading();
    idler.idle();
    Attempt upload = begin(Attempt::readingLocalBody);
    int probes = cluster.probes().sent(N1).size();
    cluster.advance(3_600_000);
    assertThat(reader.verdict()).isNull();
    assertThat(idler.verdict()).isNull();
    assertThat(upload.verdict()).isNull();
    assertThat(cluster.probes().sent(N1).size() - probes)
        .as("regular probes only, every 5 s")
        .isLessThan(3_600 / 4);
    reader.end(Outcome.success());
    assertThat(cluster.node(N1).faults()).isZero();
  }

  @Test
  void back_in_a_phase_of_the_nodes_the_clock_starts_anew() {
    Attempt upload = begin(Attempt::sending);
    cluster.advance(15_000);
    upload.readingLocalBody();
    cluster.advance(100);
    upload.sending();
    assertWithinATick(endsAfter(cluster, upload, HOUR), 20_000);
  }

  @Test
  void a_slow_operation_costs_a_probe_a_second_and_takes_nobody_out() {
    Attempt attempt = begin(Attempt::sent);
    Attempt second = begin(Attempt::sent);
    int before = cluster.probes().sent(N1).size();
    cluster.advance(30_000);
    assertThat(cluster.probes().sent(N1).size() - before).isBetween(20, 40);
    assertThat(attempt.verdict()).isNull();
    assertThat(second.verdict()).isNull();
    assertThat(cluster.transitions()).isEmpty();
    assertThat(cluster.probes().sent("n2:9000").size())
        .as("the only witness there is")
        .isLessThan(40);
  }

  @Test
  void without_probes_only_the_clocks_end_a_silent_attempt() {
    try (VirtualCluster blind =
        VirtualCluster.up(b -> b.nodes("http://n{1...2}:9000").healthCheck(HealthCheck.none()))) {
      Attempt attempt = blind.beginOn(N1);
      assertThat(blind.tasks().advanceUntil(() -> attempt.verdict() != null, HOUR)).isTrue();
      assertThat(blind.tasks().elapsed()).isGreaterThan(Duration.ofSeconds(36));
      assertThat(blind.probes().sent()).isEmpty();
    }
  }

  @Test
  void a_verdict_does_not_outweigh_an_answer_that_came_after_all() {
    Attempt attempt = begin(Attempt::sent);
    endsAfter(cluster, attempt, HOUR);
    attempt.end(Outcome.success());
    assertThat(cluster.node(N1).faults()).isZero();
  }

  @Test
  void a_verdict_outweighs_everything_else() {
    Attempt closed = begin(Attempt::sent);
    endsAfter(cluster, closed, HOUR);
    closed.close();
    assertThat(cluster.node(N1).faults()).isEqualTo(1);
    Attempt unreachable = begin(Attempt::sent);
    endsAfter(cluster, unreachable, HOUR);
    unreachable.end(Outcome.unreachable("connection reset"));
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
    assertThat(cluster.node(N1).faults()).isEqualTo(2);
  }

  @Test
  void an_attempt_given_up_counts_as_in_flight_until_its_io_has_ended() {
    Attempt attempt = begin(Attempt::sent);
    endsAfter(cluster, attempt, HOUR);
    assertThat(cluster.node(N1).inFlight()).isEqualTo(1);
    attempt.close();
    assertThat(cluster.node(N1).inFlight()).isZero();
  }

  @Test
  void an_ended_attempt_is_never_aborted() {
    Attempt attempt = begin(Attempt::sent);
    attempt.abortBy(
        () -> {
          throw new AssertionError("its connection may serve another request by now");
        });
    attempt.end(Outcome.success());
    cluster.advance(100_000);
    assertThat(attempt.verdict()).isNull();
  }
}
