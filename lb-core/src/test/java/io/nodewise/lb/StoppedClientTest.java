package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.noAnswer;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client itself stands still for a while, and no node is to blame for it. */
class StoppedClientTest {
  private static final String N2 = "n2:9000";

  private final VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private List<Attempt> onAll() {
    List<Attempt> running = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      Attempt read = cluster.beginOn("n" + i + ":9000");
      Attempt upload = cluster.beginOn("n" + i + ":9000", true);
      upload.sending();
      Attempt download = cluster.beginOn("n" + i + ":9000");
      download.firstByte();
      download.reading();
      running.addAll(List.of(read, upload, download));
    }
    return running;
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000, 30_000, 600_000})
  void nobody_is_blamed_and_nothing_is_given_up(long stopped) {
    List<Attempt> running = onAll();
    cluster.advance(300);
    int before = cluster.probes().sent().size();
    cluster.freeze(stopped);
    cluster.advance(500);
    assertThat(running).allMatch(attempt -> attempt.verdict() == null);
    assertThat(cluster.transitions()).isEmpty();
    assertThat(cluster.probes().sent().size() - before)
        .as("those that were due, and no suspicion")
        .isLessThanOrEqualTo(4);
    running.forEach(attempt -> attempt.end(Outcome.success()));
    cluster.advance(30_000);
    assertThat(cluster.transitions()).isEmpty();
  }

  @Test
  void the_silence_before_and_after_counts_as_ever() {
    Attempt read = cluster.beginOn(N2);
    cluster.advance(20_000);
    cluster.freeze(30_000);
    cluster.advance(14_000);
    assertThat(read.verdict()).isNull();
    cluster.advance(1_600);
    assertThat(read.verdict()).hasToString("FAULT (did not answer for 35000 ms)");
  }

  @Test
  void many_short_stops_add_up_to_nothing() {
    Attempt read = cluster.beginOn(N2);
    for (int i = 0; i < 60; i++) {
      cluster.advance(200);
      cluster.freeze(2_000);
    }
    assertThat(read.verdict()).as("12 s of its own in 132 s").isNull();
  }

  @Test
  void a_node_that_hangs_after_it_is_found_as_soon_as_ever() {
    cluster.advance(100);
    cluster.freeze(30_000);
    // Before anything else runs here, a request begins.
    Attempt read = cluster.beginOn(N2);
    cluster.probesOf(N2, noAnswer());
    assertThat(cluster.tasks().advanceUntil(() -> read.verdict() != null, Duration.ofMillis(2_700)))
        .isTrue();
  }

  @Test
  void under_load_no_node_is_worse_off_afterwards() {
    try (VirtualCluster busy =
        VirtualCluster.up(
            b -> b.nodes("http://n{1...4}:9000").policy(BalancingPolicy.roundRobin()))) {
      VirtualTraffic traffic = new VirtualTraffic(busy, 1);
      traffic.rate(200);
      traffic.behave(N2, VirtualTraffic.answers(40));
      busy.advance(5_000);
      for (int i = 0; i < 5; i++) {
        busy.freeze(30_000);
        busy.advance(7_000);
      }
      assertThat(busy.transitions()).isEmpty();
      assertThat(traffic.withoutNode()).isZero();
      assertThat(traffic.requests()).allMatch(request -> request.failedOn.isEmpty());
    }
  }

  @Test
  void an_ejection_and_a_pause_that_ended_meanwhile_are_over() {
    cluster.endOn(N2, Outcome.fault("500"), 5);
    cluster.endOn("n3:9000", Outcome.load("503", Duration.ofSeconds(20)), 1);
    cluster.freeze(30_000);
    cluster.advance(1);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.TRIAL);
    assertThat(cluster.node("n3:9000").paused()).isFalse();
  }
}
