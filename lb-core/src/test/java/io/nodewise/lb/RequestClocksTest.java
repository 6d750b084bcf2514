package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request with clocks of its own, beside others that have the cluster's. */
class RequestClocksTest {
  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private Attempt begin(RequestHint hint, Timeouts own) {
    try {
      return cluster.balancer().route(hint, own).next(!hint.isRead());
    } catch (NoNodeAvailableException e) {
      throw new AssertionError(e);
    }
  }

  private void givenUpAfter(Timeouts own, Consumer<Attempt> phase, long millis) {
    Attempt attempt = begin(RequestHint.write(), own);
    Attempt usual = cluster.begin(RequestHint.write());
    phase.accept(attempt);
    phase.accept(usual);
    Duration from = cluster.tasks().elapsed();
    assertThat(cluster.tasks().advanceUntil(() -> attempt.verdict() != null, Duration.ofHours(1)))
        .isTrue();
    assertThat(cluster.tasks().elapsed().minus(from))
        .isBetween(Duration.ofMillis(millis), Duration.ofMillis(millis + 400));
    assertThat(usual.verdict()).as("the other has the cluster's clocks").isNull();
    attempt.close();
    usual.close();
  }

  @Test
  void each_clock_is_the_requests_own() {
    Timeouts own =
        Timeouts.builder()
            .sendStall(Duration.ofSeconds(4))
            .firstByte(Duration.ofSeconds(5))
            .bodyIdle(Duration.ofSeconds(6))
            .build();
    givenUpAfter(own, Attempt::sending, 4000);
    givenUpAfter(own, Attempt::sent, 5000);
    givenUpAfter(
        own,
        attempt -> {
          attempt.firstByte();
          attempt.reading();
        },
        6000);
  }

  @Test
  void one_that_takes_minutes_by_its_nature_is_given_minutes() {
    Timeouts patient = Timeouts.builder().firstByte(Duration.ofMinutes(10)).build();
    Attempt slow = begin(RequestHint.write(), patient);
    slow.sent();
    cluster.advance(Duration.ofMinutes(9).toMillis());
    assertThat(slow.verdict()).isNull();
    cluster.advance(Duration.ofMinutes(2).toMillis());
    assertThat(slow.verdict()).isNotNull();
  }

  @Test
  void every_attempt_of_the_request_has_them() throws Exception {
    Timeouts own = Timeouts.builder().firstByte(Duration.ofSeconds(3)).build();
    Route route = cluster.balancer().route(RequestHint.read(), own);
    route.next(false).end(Outcome.fault("500"));
    Attempt second = route.next(false);
    cluster.advance(3500);
    assertThat(second.verdict()).isNotNull();
  }

  @Test
  void its_suspicion_has_the_node_probed_when_it_says() {
    Timeouts wary = Timeouts.builder().suspicion(Duration.ofMillis(200)).build();
    Attempt attempt = begin(RequestHint.write(), wary);
    attempt.sent();
    String node = attempt.node().id();
    int before = cluster.probes().sent(node).size();
    cluster.advance(700);
    assertThat(cluster.probes().sent(node)).hasSizeGreaterThan(before);
  }

  @Test
  void its_patience_for_a_first_answer_is_its_own() {
    for (int i = 0; i < 200; i++) {
      Attempt read = cluster.begin();
      cluster.advance(20);
      read.firstByte();
      read.end(Outcome.success());
    }
    Attempt stuck = cluster.beginFirstOn("n2:9000");
    List<Attempt> patient = new ArrayList<>();
    while (patient.stream().noneMatch(attempt -> attempt.node().id().equals("n2:9000"))) {
      patient.add(begin(RequestHint.read(), Timeouts.builder().readPatience(0).build()));
    }
    Attempt stuckToo = patient.remove(patient.size() - 1);
    patient.forEach(Attempt::close);
    for (int i = 0; i < 150; i++) {
      Attempt read = cluster.begin();
      cluster.advance(20);
      read.firstByte();
      read.end(Outcome.success());
    }
    assertThat(stuck.verdict()).isNotNull();
    assertThat(stuckToo.verdict()).isNull();
  }

  @Test
  @SuppressWarnings("NullAway") // as a caller without it may
  void no_clocks_at_all_are_an_error() {
    assertThatNullPointerException()
        .isThrownBy(() -> cluster.balancer().route(RequestHint.read(), null))
        .withMessage("own");
  }
}
