package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.observe.RequestDescription;
import io.nodewise.lb.retry.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is told of attempts. */
class AttemptListenerTest {
  private static final String N1 = "n1:9000";
  private static final RequestDescription GET =
      new RequestDescription("GET", "GetObject", "s3.local", "/bucket/key");

  private final List<AttemptReport> told = new ArrayList<>();
  private final VirtualCluster cluster =
      VirtualCluster.up(
          builder ->
              builder
                  .nodes("http://n{1...3}:9000")
                  .hedging(HedgedReads.GENEROUS)
                  .attemptListener(told::add));

  @AfterEach
  void close() {
    assertThat(cluster.balancer().snapshot().inFlight()).isZero();
    cluster.close();
  }

  private Route read() {
    Route route = cluster.balancer().route(RequestHint.read());
    route.about(GET);
    return route;
  }

  private AttemptReport only() {
    assertThat(told).hasSize(1);
    return told.get(0);
  }

  @Test
  void an_attempt_is_reported_with_all_that_is_known_of_it() throws Exception {
    Route route = cluster.balancer().route(RequestHint.write());
    assertThat(route.isObserved()).isTrue();
    RequestDescription put = new RequestDescription("PUT", "PutObject", null, "/bucket/key");
    route.about(put);
    Attempt attempt = route.next(true);
    attempt.readingLocalBody();
    attempt.bodySent(1000);
    attempt.sending();
    attempt.bodySent(24);
    attempt.sent();
    cluster.advance(20);
    attempt.status(200);
    attempt.firstByte();
    attempt.reading();
    cluster.advance(5);
    attempt.idle(7);
    attempt.idle(4);
    assertThat(told).isEmpty();
    attempt.end(Outcome.success());
    assertThat(only())
        .isEqualTo(
            new AttemptReport(
                attempt.node(),
                1,
                AttemptReport.Kind.REQUEST,
                false,
                put,
                200,
                Duration.ofMillis(20),
                Duration.ofMillis(25),
                1024,
                11,
                Outcome.success()));
    assertThat(only().host()).isEqualTo(attempt.node().authority());
  }

  @Test
  void why_a_request_moved_on_is_what_its_attempt_came_to() throws Exception {
    Route route = read();
    Attempt first = route.next(false);
    first.end(Outcome.unreachable("connection refused"));
    Attempt second = route.next(false);
    second.status(503);
    second.firstByteOfError();
    second.end(Outcome.load("503 SlowDown"));
    Attempt third = route.next(false);
    third.status(404);
    third.firstByte();
    third.end(Outcome.success());
    assertThat(told).extracting(AttemptReport::number).containsExactly(1, 2, 3);
    assertThat(told).extracting(AttemptReport::status).containsExactly(0, 503, 404);
    assertThat(told)
        .extracting(report -> report.outcome().toString())
        .containsExactly("UNREACHABLE (connection refused)", "LOAD (503 SlowDown)", "SUCCESS (ok)");
    assertThat(told)
        .extracting(AttemptReport::node)
        .containsExactly(first.node(), second.node(), third.node());
    assertThat(told).extracting(AttemptReport::host).containsOnly("s3.local");
    assertThat(told.get(0).firstByte()).isNull();
    assertThat(told.get(1).firstByte()).isEqualTo(Duration.ZERO);
    assertThat(cluster.balancer().snapshot().failovers()).isEqualTo(2);
  }

  @Test
  void a_question_for_the_rest_says_so() throws Exception {
    Route route = read();
    route.next(false).end(Outcome.fault("reset"));
    route.resume().end(Outcome.success());
    assertThat(told)
        .extracting(AttemptReport::kind)
        .containsExactly(AttemptReport.Kind.REQUEST, AttemptReport.Kind.REST);
  }

  @Test
  void a_hedge_says_so_and_counts_as_won_once() throws Exception {
    for (int i = 0; i < 500; i++) {
      Attempt attempt = read().next(false);
      cluster.advance(10);
      attempt.firstByte();
      attempt.end(Outcome.success());
    }
    told.clear();
    Route route = read();
    Attempt first = route.next(false);
    cluster.tasks().advance(route.hedgeDelay().orElseThrow());
    Attempt second = route.hedge().orElseThrow();
    assertThat(second.toString()).startsWith("Hedge[");
    second.firstByte();
    second.firstByte();
    first.lost();
    second.end(Outcome.success());
    assertThat(told).extracting(AttemptReport::number).containsExactly(1, 2);
    assertThat(told)
        .extracting(AttemptReport::kind)
        .containsExactly(AttemptReport.Kind.REQUEST, AttemptReport.Kind.HEDGE);
    assertThat(told.get(0).outcome()).hasToString("CANCELLED (another node answered first)");
    assertThat(cluster.balancer().snapshot().hedges().begun()).isEqualTo(1);
    assertThat(cluster.balancer().snapshot().hedges().won()).isEqualTo(1);
  }

  @Test
  void what_the_balancer_gave_up_is_told_with_its_verdict_and_not_the_echo() throws Exception {
    Timeouts own = Timeouts.builder().firstByte(Duration.ofSeconds(5)).build();
    Attempt attempt = cluster.balancer().route(RequestHint.write(), own).next(false);
    cluster.advance(6000);
    assertThat(told).as("whose thread has not noticed").isEmpty();
    attempt.end(Outcome.cancelled("socket closed"));
    assertThat(only().outcome()).hasToString("FAULT (did not answer for 5000 ms)");
    assertThat(only().took()).isEqualTo(Duration.ofSeconds(6));
    assertThat(only().request()).isNull();
  }

  @Test
  void an_attempt_is_told_once_however_often_it_is_ended() throws Exception {
    Attempt attempt = read().next(false);
    attempt.end(Outcome.success());
    attempt.end(Outcome.fault("late"));
    attempt.lost();
    attempt.close();
    assertThat(only().outcome()).isEqualTo(Outcome.success());
  }

  @Test
  void it_does_not_count_as_in_flight_any_more_when_it_is_told() throws Exception {
    List<Integer> inFlight = new ArrayList<>();
    cluster
        .balancer()
        .listeners()
        .add((AttemptListener) report -> inFlight.add(cluster.balancer().snapshot().inFlight()));
    read().next(false).end(Outcome.success());
    assertThat(inFlight).containsExactly(0);
  }

  @Test
  void listeners_come_and_go_while_it_runs() throws Exception {
    List<AttemptReport> late = new ArrayList<>();
    AttemptListener listener = late::add;
    Attempt before = read().next(false);
    cluster.balancer().listeners().add(listener);
    before.end(Outcome.success());
    read().next(false).end(Outcome.success());
    cluster.balancer().listeners().remove(listener);
    read().next(false).end(Outcome.success());
    assertThat(told).hasSize(3);
    assertThat(late).as("of all that ended while it listened").hasSize(2);
  }

  @Test
  void where_nobody_listens_nothing_is_noted() throws Exception {
    try (VirtualCluster deaf = VirtualCluster.up("http://n{1...3}:9000")) {
      Route route = deaf.balancer().route(RequestHint.read());
      assertThat(route.isObserved()).isFalse();
      assertThat(route.getClass()).isEqualTo(Route.class);
      try (Attempt attempt = route.next(false)) {
        assertThat(attempt.getClass()).isEqualTo(NodeAttempt.class);
      }
    }
  }

  // What is counted beside.

  @Test
  void requests_that_find_no_node_are_counted() throws Exception {
    Route route = read();
    for (int i = 0; i < 3; i++) {
      route.next(false).close();
    }
    for (int i = 0; i < 2; i++) {
      try {
        route.next(false);
      } catch (NoNodeAvailableException expected) {
        // Counted.
      }
    }
    assertThat(cluster.balancer().snapshot().refusals()).isEqualTo(2);
    assertThat(cluster.balancer().snapshot().toString()).contains(", refusals 2");
    assertThat(told).hasSize(3);
  }

  @Test
  void ejections_transitions_and_probes_are_counted_for_each_node() {
    NodeHistory before = cluster.node(N1).history();
    assertThat(before.transitions()).as("UNKNOWN to UP").isEqualTo(1);
    assertThat(before.goodProbes()).isPositive();
    assertThat(before.badProbes()).isZero();
    cluster.endOn(N1, Outcome.fault("500"), 5);
    assertThat(cluster.node(N1).history().ejections()).isEqualTo(1);
    cluster.balancer().drain(N1);
    cluster.balancer().resume(N1);
    NodeHistory after = cluster.node(N1).history();
    assertThat(after.ejections()).as("it is still the same").isEqualTo(1);
    assertThat(after.transitions()).as("UP EJECTED DRAINING EJECTED").isEqualTo(4);
    cluster.advance(0);
    assertThat(cluster.transitions()).filteredOn(event -> event.startsWith(N1)).hasSize(3);
  }

  @Test
  void the_retry_budget_says_what_was_taken_and_what_is_left() {
    RetrySnapshot before = cluster.balancer().snapshot().retries();
    assertThat(before.left()).isPositive();
    for (String id : List.of(N1, "n2:9000", "n3:9000")) {
      cluster.endOn(id, Outcome.load("503"), 1); // so that no node is at ease
    }
    Route route = read();
    int taken = 0;
    while (route.takeRetry()) {
      taken++;
    }
    RetrySnapshot after = cluster.balancer().snapshot().retries();
    assertThat((long) taken).isEqualTo(before.left());
    assertThat(after).isEqualTo(new RetrySnapshot(before.taken() + taken, 1, 0));
  }
}
