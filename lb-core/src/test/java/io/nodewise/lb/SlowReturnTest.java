package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that is back: how its weight and the places it has grow. */
class SlowReturnTest {
  private static final String N2 = "n2:9000";

  private VirtualCluster cluster = VirtualCluster.up("http://n{1...4}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private void comeBack() {
    cluster.probesOf(N2, refused());
    cluster.endOn(N2, Outcome.unreachable("refused"), 1);
    cluster.probesOf(N2, up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(8));
  }

  /** How many of so many requests at once the node is given; all of them are answered then. */
  private int given(int atOnce) {
    List<Attempt> all = new ArrayList<>();
    for (int i = 0; i < atOnce; i++) {
      all.add(cluster.begin());
    }
    int given = (int) all.stream().filter(one -> one.node().id().equals(N2)).count();
    all.forEach(Attempt::firstByte);
    all.forEach(one -> one.end(Outcome.success()));
    return given;
  }

  @Test
  void its_places_grow_with_every_answer_so_that_they_double_with_every_round() {
    comeBack();
    List<Integer> rounds = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      rounds.add(given(2_000));
    }
    assertThat(rounds).containsExactly(1, 2, 4, 8, 16);
  }

  @Test
  void its_weight_grows_in_a_straight_line_from_a_tenth() {
    comeBack();
    given(4);
    cluster.endOn(N2, Outcome.success(), 1);
    for (int second = 1; second <= 30; second++) {
      cluster.advance(1_000);
      double expected = Math.max(0.1, second / 30.0);
      assertThat(cluster.node(N2).weight()).isCloseTo(expected, within(0.01));
    }
    cluster.advance(400);
    assertThat(cluster.node(N2).weight()).isEqualTo(1);
  }

  @Test
  void its_share_of_steady_traffic_grows_with_it() {
    VirtualTraffic traffic = new VirtualTraffic(cluster, 1);
    traffic.rate(400);
    for (int i = 1; i <= 4; i++) {
      traffic.behave("n" + i + ":9000", VirtualTraffic.answers(40));
    }
    comeBack();
    List<Double> shares = new ArrayList<>();
    for (int tenth = 0; tenth < 4; tenth++) {
      Duration from = cluster.tasks().elapsed();
      cluster.advance(10_000);
      shares.add(traffic.startsSince(N2, from) / 4000.0);
    }
    assertThat(shares.get(0)).isLessThan(0.12);
    assertThat(shares).isSorted();
    assertThat(shares.get(3)).isCloseTo(0.25, within(0.02));
  }

  @Test
  void its_places_do_not_grow_while_nobody_asks() {
    comeBack();
    cluster.advance(3_600_000);
    assertThat(given(2_000)).isEqualTo(1);
  }

  @Test
  void nor_do_those_of_a_node_on_trial() {
    cluster.endOn(N2, Outcome.fault("500"), 5);
    cluster.awaitState(N2, NodeState.TRIAL, Duration.ofSeconds(6));
    cluster.advance(3_600_000);
    assertThat(Collections.frequency(cluster.burst(100), N2)).isEqualTo(1);
  }

  @Test
  void nor_while_a_parked_download_from_before_is_all_it_has() {
    Attempt parked = cluster.beginOn(N2);
    parked.firstByte();
    comeBack();
    cluster.advance(60_000);
    assertThat(Collections.frequency(cluster.burst(100), N2)).isEqualTo(1);
    parked.close();
    assertThat(Collections.frequency(cluster.burst(100), N2)).isEqualTo(1);
  }

  /** Those of a hundred uploads at once that the node is given; the others end. */
  private List<Attempt> uploads() {
    List<Attempt> given = new ArrayList<>();
    List<Attempt> others = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Attempt upload = cluster.begin(RequestHint.write());
      (upload.node().id().equals(N2) ? given : others).add(upload);
    }
    others.forEach(Attempt::close);
    return given;
  }

  private void go(List<Attempt> uploads, int seconds) {
    for (int second = 0; second < seconds; second++) {
      uploads.forEach(Attempt::sending);
      cluster.advance(1_000);
    }
  }

  @Test
  void a_long_upload_that_holds_its_only_place_gets_it_another_every_ten_seconds() {
    comeBack();
    List<Attempt> running = uploads();
    assertThat(running).hasSize(1);
    for (int more = 2; more <= 4; more++) {
      go(running, 9);
      assertThat(uploads()).as("not yet").isEmpty();
      go(running, 2);
      running.addAll(uploads());
      assertThat(running).as("one more, and no more").hasSize(more);
    }
    running.get(0).end(Outcome.success());
    assertThat(cluster.node(N2).weight()).as("an answer at last").isEqualTo(0.1);
  }

  @Test
  void a_long_upload_on_trial_too() {
    cluster.endOn(N2, Outcome.fault("500"), 5);
    cluster.awaitState(N2, NodeState.TRIAL, Duration.ofSeconds(6));
    List<Attempt> running = uploads();
    assertThat(running).hasSize(1);
    go(running, 11);
    assertThat(given(100)).isEqualTo(1);
    assertThat(given(100)).isEqualTo(1);
    assertThat(given(100)).isEqualTo(1);
    assertThat(cluster.state(N2)).isEqualTo(NodeState.UP);
    assertThat(running.get(0).verdict()).isNull();
  }

  @Test
  void a_fall_on_the_ramp_begins_it_anew() {
    comeBack();
    cluster.endOn(N2, Outcome.success(), 20);
    cluster.advance(20_000);
    assertThat(cluster.node(N2).weight()).isGreaterThan(0.6);
    cluster.probesOf(N2, refused());
    cluster.endOn(N2, Outcome.unreachable("refused"), 1);
    cluster.probesOf(N2, up());
    cluster.awaitState(N2, NodeState.UP, Duration.ofSeconds(15));
    assertThat(given(2_000)).isEqualTo(1);
    assertThat(cluster.node(N2).weight()).isEqualTo(0.1);
  }

  @Test
  void without_a_ramp_the_first_answer_gives_all() {
    cluster.close();
    cluster =
        VirtualCluster.up(
            b -> b.nodes("http://n{1...4}:9000").slowStart(SlowStart.over(Duration.ZERO)));
    comeBack();
    assertThat(given(400)).isEqualTo(1);
    assertThat(given(400)).isBetween(95, 105);
  }
}
