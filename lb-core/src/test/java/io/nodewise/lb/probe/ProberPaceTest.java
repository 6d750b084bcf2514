package io.nodewise.lb.probe;

import static io.nodewise.lb.probe.ProberFixture.LOCAL;
import static io.nodewise.lb.probe.ProberFixture.exact;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Gaps that grow, and nodes at rest in optimistic mode, in virtual time. */
class ProberPaceTest {
  private final Node a = Node.of("http://a:9000");

  /** Probed once, found well, and one second old. */
  private ProberFixture optimistic() {
    ProberFixture fixture = new ProberFixture(exact().optimistic(true));
    fixture.prober.track(List.of(a));
    fixture.advance(1);
    assertThat(fixture.told).containsExactly("a:9000 200");
    return fixture;
  }

  private static void assertAtRest(ProberFixture fixture) {
    assertThat(fixture.tasks.pending()).isZero();
  }

  // Backing off.

  @Test
  void gaps_begin_with_the_fast_interval_and_double_up_to_the_down_interval() {
    ProberFixture fixture = new ProberFixture(exact().downInterval(Duration.ofSeconds(30)));
    fixture.paces.put(a.id(), Pace.BACK_OFF);
    fixture.prober.track(List.of(a));
    fixture.advance(125);
    assertThat(fixture.gaps(a)).containsExactly(1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0);
  }

  @Test
  void they_end_at_the_interval_by_default() {
    ProberFixture fixture = new ProberFixture(exact());
    fixture.paces.put(a.id(), Pace.BACK_OFF);
    fixture.prober.track(List.of(a));
    fixture.advance(20);
    assertThat(fixture.gaps(a)).startsWith(1.0, 2.0, 4.0, 5.0, 5.0);
  }

  @Test
  void they_begin_anew_when_the_pace_was_another_one_in_between() {
    for (Pace between : List.of(Pace.FAST, Pace.STEADY)) {
      ProberFixture fixture = new ProberFixture(exact());
      fixture.paces.put(a.id(), Pace.BACK_OFF);
      fixture.prober.track(List.of(a));
      fixture.advance(1 + 1 + 2 + 3); // the next one comes after 4 s
      fixture.paces.put(a.id(), between);
      fixture.advance(1);
      fixture.paces.put(a.id(), Pace.BACK_OFF);
      fixture.advance(20);
      double own = between == Pace.FAST ? 1.0 : 5.0;
      assertThat(fixture.gaps(a)).startsWith(1.0, 2.0, 4.0, own, 1.0, 2.0, 4.0, 5.0);
    }
  }

  @Test
  void they_are_jittered() {
    ProberFixture fixture = new ProberFixture(HealthCheck.auto().toBuilder());
    fixture.paces.put(a.id(), Pace.BACK_OFF);
    fixture.prober.track(List.of(a));
    fixture.advance(5000);
    assertThat(fixture.gaps(a).get(0)).isBetween(0.8, 1.2);
    assertThat(fixture.gaps(a).stream().skip(3)).allMatch(gap -> gap >= 4 && gap <= 6);
    assertThat(fixture.gaps(a)).anyMatch(gap -> gap > 5.5).doesNotHaveDuplicates();
  }

  @Test
  void an_hour_at_it_overflows_nothing() {
    ProberFixture fixture =
        new ProberFixture(
            exact()
                .timeout(Duration.ofNanos(500))
                .interval(Duration.ofSeconds(1))
                .fastInterval(Duration.ofNanos(1000)));
    fixture.paces.put(a.id(), Pace.BACK_OFF);
    fixture.prober.track(List.of(a));
    fixture.advance(3600);
    assertThat(fixture.gaps(a)).hasSizeBetween(3590, 3625).endsWith(1.0, 1.0);
  }

  @Test
  void a_failure_of_our_own_neither_shortens_nor_resets_them() {
    ProberFixture fixture = new ProberFixture(exact());
    fixture.paces.put(a.id(), Pace.BACK_OFF);
    fixture.client.answer(a.id(), refused(), LOCAL, refused());
    fixture.prober.track(List.of(a));
    fixture.advance(20);
    assertThat(fixture.gaps(a)).startsWith(1.0, 2.0, 4.0, 5.0);
  }

  // Optimistic.

  @Test
  void a_node_that_is_well_rests_for_ever() {
    ProberFixture fixture = optimistic();
    assertAtRest(fixture);
    fixture.advance(86_400);
    assertThat(fixture.sent(a)).isEqualTo(1);
  }

  @Test
  void a_suspicion_wakes_it_and_it_rests_again_once_it_is_well() {
    ProberFixture fixture = optimistic();
    fixture.paces.put(a.id(), Pace.FAST);
    fixture.prober.probeNow(a);
    fixture.advance(2.5);
    assertThat(fixture.gaps(a)).endsWith(1.0, 1.0);
    fixture.paces.put(a.id(), Pace.STEADY);
    fixture.advance(100);
    assertThat(fixture.sent(a)).isEqualTo(1 + 3 + 1);
    assertAtRest(fixture);
  }

  @Test
  void a_node_that_is_out_is_probed_until_it_is_back() {
    ProberFixture fixture = optimistic();
    fixture.paces.put(a.id(), Pace.BACK_OFF);
    fixture.prober.probeNow(a);
    fixture.advance(1000);
    assertThat(fixture.sent(a)).isBetween(195, 210);
    fixture.paces.put(a.id(), Pace.STEADY);
    fixture.advance(5);
    assertAtRest(fixture);
  }

  @Test
  void a_suspicion_whose_probe_failed_here_keeps_it_awake() {
    ProberFixture fixture = optimistic();
    fixture.client.answer(a.id(), LOCAL, LOCAL, up());
    fixture.prober.probeNow(a);
    fixture.advance(10);
    assertThat(fixture.gaps(a)).endsWith(1.0, 1.0);
    assertThat(fixture.told).hasSize(2);
    assertAtRest(fixture);
  }

  @Test
  void an_answer_to_an_older_probe_does_not_settle_it_instead() {
    ProberFixture fixture = new ProberFixture(exact().optimistic(true));
    fixture.client.hold(a.id());
    fixture.prober.track(List.of(a));
    fixture.advance(1.5);
    long before = fixture.tasks.read();
    fixture.prober.probeNow(a); // an urgent one starts beside the first
    fixture.advance(0.1);
    fixture.client.release(a.id(), 1, LOCAL);
    fixture.advance(0.1);
    fixture.client.release(a.id(), 0, up()); // began before the suspicion, which it can't settle
    fixture.client.unhold(a.id());
    fixture.advance(10);
    assertThat(fixture.client.sent(a.id()).stream().filter(s -> s.at() > before)).isNotEmpty();
    assertThat(fixture.told).hasSize(2);
    assertAtRest(fixture);
  }

  @Test
  void a_stale_result_neither_wakes_it_nor_keeps_it_awake() {
    ProberFixture fixture = new ProberFixture(exact().optimistic(true));
    fixture.client.hold(a.id());
    fixture.prober.track(List.of(a));
    fixture.advance(1.5);
    fixture.prober.probeNow(a);
    fixture.tasks.runDue();
    fixture.client.release(a.id(), 1, up());
    fixture.tasks.runDue();
    assertAtRest(fixture);
    fixture.paces.put(a.id(), Pace.FAST);
    fixture.client.release(a.id(), 0, refused()); // the first probe, overtaken
    fixture.advance(100);
    assertThat(fixture.told).containsExactly("a:9000 200");
    assertAtRest(fixture);
    fixture.client.unhold(a.id());
    fixture.prober.probeNow(a);
    fixture.advance(3.5);
    assertThat(fixture.sent(a)).as("it can be woken").isEqualTo(2 + 4);
  }

  @Test
  void a_stale_result_does_not_leave_a_node_alone_that_is_in_doubt() {
    ProberFixture fixture = new ProberFixture(exact().optimistic(true));
    fixture.client.hold(a.id());
    fixture.prober.track(List.of(a));
    fixture.advance(1.5);
    fixture.prober.probeNow(a);
    fixture.tasks.runDue();
    fixture.paces.put(a.id(), Pace.BACK_OFF);
    fixture.client.release(a.id(), 1, refused());
    fixture.tasks.runDue();
    fixture.client.release(a.id(), 0, up()); // overtaken
    fixture.tasks.runDue();
    assertThat(fixture.tasks.untilNext()).contains(Duration.ofSeconds(1));
  }

  @Test
  void a_first_probe_that_failed_here_is_repeated() {
    ProberFixture fixture = new ProberFixture(exact().optimistic(true));
    fixture.client.answer(a.id(), LOCAL, LOCAL, up());
    fixture.prober.track(List.of(a));
    fixture.advance(10);
    assertThat(fixture.gaps(a)).containsExactly(1.0, 1.0);
    assertAtRest(fixture);
  }

  @Test
  void a_node_that_left_and_came_back_is_probed_first() {
    ProberFixture fixture = optimistic();
    fixture.prober.track(List.of());
    fixture.advance(5);
    fixture.prober.track(List.of(a));
    fixture.advance(1);
    assertThat(fixture.told).hasSize(2);
    fixture.prober.track(List.of(a.toBuilder().weight(2).build()));
    fixture.advance(100);
    assertThat(fixture.told).as("nothing new about the same node").hasSize(2);
  }

  @Test
  void suspicions_during_the_gap_are_served_before_it_rests() {
    ProberFixture fixture = optimistic();
    fixture.prober.probeNow(a);
    fixture.advance(0.1);
    fixture.prober.probeNow(a);
    fixture.advance(100);
    assertThat(fixture.gaps(a)).endsWith(0.25);
    assertAtRest(fixture);
  }

  @Test
  void without_it_a_suspicion_whose_probe_failed_here_is_not_left_for_an_interval() {
    ProberFixture fixture = new ProberFixture(exact());
    fixture.prober.track(List.of(a));
    fixture.advance(1);
    fixture.client.answer(a.id(), LOCAL, up());
    fixture.prober.probeNow(a);
    fixture.advance(7);
    assertThat(fixture.gaps(a)).endsWith(1.0, 5.0);
  }
}
