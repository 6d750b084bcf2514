package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.routing.InFlightLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers whose callers read slowly, or not at all: no fault, no load, and in nobody's way. */
@Timeout(60)
class ParkedReadTest {
  private static final String N1 = "n1:9000";

  private VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private Attempt answered(String id) {
    Attempt attempt = cluster.beginOn(id);
    attempt.firstByte();
    return attempt;
  }

  /** Reads at this pace for so long, in pieces that are there at once. */
  private void read(Attempt attempt, long bytesPerSecond, int pieces, Duration time) {
    for (int i = 0; i < pieces; i++) {
      attempt.reading();
      attempt.idle(bytesPerSecond * time.toMillis() / 1000 / pieces);
      cluster.advance(time.toMillis() / pieces);
    }
  }

  private void limited(int perNode, int total) {
    cluster.close();
    cluster =
        VirtualCluster.up(
            b ->
                b.nodes("http://n1:9000")
                    .limits(
                        InFlightLimits.builder()
                            .perNode(perNode)
                            .total(total)
                            .maxWait(Duration.ZERO)
                            .build()));
  }

  @Test
  void an_answer_that_nobody_reads_is_parked_after_a_second_and_stays_in_flight() {
    Attempt parked = answered(N1);
    cluster.advance(900);
    assertThat(cluster.node(N1).parked()).isZero();
    cluster.advance(600);
    assertThat(cluster.node(N1).parked()).isEqualTo(1);
    assertThat(cluster.node(N1).inFlight()).isEqualTo(1);
    parked.end(Outcome.success());
    assertThat(cluster.node(N1).parked()).isZero();
    assertThat(cluster.node(N1).inFlight()).isZero();
  }

  @Test
  void a_day_of_it_is_no_fault() {
    Attempt parked = answered(N1);
    cluster.advance(Duration.ofDays(1).toMillis());
    assertThat(parked.verdict()).isNull();
    parked.reading();
    parked.idle(1 << 20);
    parked.end(Outcome.success());
    assertThat(cluster.node(N1).faults()).isZero();
    assertThat(cluster.state(N1)).isEqualTo(NodeState.UP);
  }

  @Test
  void a_node_full_of_parked_answers_has_room() throws Exception {
    limited(4, 4);
    List<Attempt> parked = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      parked.add(answered(N1));
    }
    assertThatThrownBy(() -> cluster.balancer().route(RequestHint.read()).next(false))
        .isInstanceOf(NoNodeAvailableException.class);
    cluster.advance(1500);
    for (int i = 0; i < 4; i++) {
      parked.add(cluster.begin());
    }
    assertThat(cluster.node(N1).inFlight()).isEqualTo(8);
    assertThatThrownBy(() -> cluster.balancer().route(RequestHint.read()).next(false))
        .as("those that are no more than parked do count")
        .isInstanceOf(NoNodeAvailableException.class);
    parked.forEach(Attempt::close);
    assertThat(cluster.balancer().snapshot().inFlight()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "0, 1"})
  void read_on_they_count_again_above_the_limit_if_need_be(int perNode, int total) {
    limited(perNode, total);
    Attempt first = answered(N1);
    cluster.advance(1500);
    Attempt second = cluster.begin();
    second.firstByte();
    read(first, 100 << 20, 10, Duration.ofSeconds(1));
    assertThat(cluster.node(N1).parked()).isZero();
    assertThat(cluster.node(N1).inFlight()).isEqualTo(2);
    assertThat(first.verdict()).isNull();
    first.end(Outcome.success());
    assertThatThrownBy(() -> cluster.balancer().route(RequestHint.read()).next(false))
        .as("there is still one, and that is the limit")
        .isInstanceOf(NoNodeAvailableException.class);
    second.end(Outcome.success());
    cluster.begin().close();
  }

  @Test
  void a_steady_reader_of_ten_kilobytes_a_second_stays_parked() {
    Attempt slow = answered(N1);
    read(slow, 10_000, 20, Duration.ofSeconds(2));
    for (int second = 0; second < 60; second++) {
      read(slow, 10_000, 10, Duration.ofSeconds(1));
      assertThat(cluster.node(N1).parked()).as("after %s s", second).isEqualTo(1);
    }
    assertThat(slow.verdict()).isNull();
  }

  @Test
  void one_who_computes_between_his_reads_but_takes_megabytes_is_a_load() {
    Attempt busy = answered(N1);
    for (int second = 0; second < 10; second++) {
      read(busy, 2 << 20, 20, Duration.ofSeconds(1));
      assertThat(cluster.node(N1).parked()).isZero();
    }
  }

  @Test
  void one_that_waits_for_the_node_is_a_load_and_its_clock_runs() {
    Attempt waiting = answered(N1);
    cluster.advance(5000);
    waiting.reading();
    cluster.advance(400);
    assertThat(cluster.node(N1).parked()).isZero();
    cluster.advance(30_000);
    assertThat(waiting.verdict()).isNotNull();
  }

  @Test
  void a_node_with_parked_answers_gets_its_share() {
    List<Attempt> parked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      parked.add(answered(N1));
    }
    assertThat(cluster.burst(20)).doesNotContain(N1);
    cluster.advance(1500);
    assertThat(cluster.burst(20)).filteredOn(N1::equals).hasSize(10);
    parked.forEach(Attempt::close);
  }

  @Test
  void an_upload_that_waits_for_its_caller_is_not_parked() {
    Attempt upload = cluster.beginOn(N1, true);
    upload.readingLocalBody();
    cluster.advance(10_000);
    assertThat(cluster.node(N1).parked()).isZero();
  }

  @Test
  void whoever_waits_for_a_place_gets_that_of_one_that_is_parked() throws Exception {
    try (LoadBalancer balancer =
        LoadBalancer.builder()
            .nodes("http://n1:9000")
            .healthCheck(HealthCheck.none())
            .limits(
                InFlightLimits.builder()
                    .perNode(1)
                    .total(1)
                    .maxWait(Duration.ofSeconds(30))
                    .build())
            .build()) {
      Attempt unread = balancer.route(RequestHint.read()).next(false);
      unread.firstByte();
      long before = System.nanoTime();
      balancer.route(RequestHint.read()).next(false).close();
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
      unread.close();
      assertThat(balancer.snapshot().inFlight()).isZero();
      balancer.route(RequestHint.read()).next(false).close();
    }
  }
}
