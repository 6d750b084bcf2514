package io.nodewise.lb.probe;

import static io.nodewise.lb.probe.ProberFixture.LOCAL;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.HealthCheckBuilder;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ScriptedProbeClient.SiteSent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What sites are asked and what is made of it, in virtual time. */
class SiteProbesTest {
  private final List<Node> primary = tier(0, 4);
  private final List<Node> backup = tier(1, 2);

  private static List<Node> tier(int tier, int nodes) {
    return IntStream.range(0, nodes)
        .mapToObj(i -> Node.builder("http://t" + tier + "n" + i + ":9000").tier(tier).build())
        .toList();
  }

  private static List<Node> both(List<Node> some, List<Node> others) {
    List<Node> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }

  private static HealthCheckBuilder exact() {
    return HealthCheck.minio().toBuilder().jitter(0);
  }

  private ProberFixture tracking(HealthCheckBuilder check, List<Node> nodes) {
    ProberFixture fixture = new ProberFixture(check);
    fixture.prober.track(nodes);
    fixture.tasks.runDue();
    return fixture;
  }

  /** A fixture whose site of tier 0 is settled at "can write" or not. */
  private ProberFixture settled(boolean canWrite) {
    ProberFixture fixture = tracking(exact(), primary);
    fixture.client.site(0, canWrite, true);
    fixture.advance(40);
    assertThat(fixture.sites).hasSize(canWrite ? 0 : 1);
    fixture.sites.clear();
    return fixture;
  }

  private static List<SiteSent> writes(ProberFixture fixture, int tier) {
    return fixture.client.siteSent().stream()
        .filter(sent -> sent.write() && sent.node().tier() == tier)
        .toList();
  }

  /** Between the rounds from the given one on, in seconds. */
  private static List<Double> gaps(ProberFixture fixture, int from) {
    List<SiteSent> rounds = writes(fixture, 0);
    return IntStream.range(from + 1, rounds.size())
        .mapToObj(i -> (rounds.get(i).at() - rounds.get(i - 1).at()) / 1e9)
        .toList();
  }

  // When and whom.

  @Test
  void each_site_is_asked_both_questions_every_two_intervals() {
    ProberFixture fixture = tracking(exact(), both(primary, backup));
    fixture.advance(100);
    assertThat(writes(fixture, 0)).hasSize(10);
    assertThat(writes(fixture, 1)).hasSize(10);
    assertThat(gaps(fixture, 0)).containsOnly(10.0);
    assertThat(fixture.client.siteSent()).filteredOn(sent -> !sent.write()).hasSize(20);
    assertThat(fixture.sites).as("nothing has changed").isEmpty();
  }

  @Test
  void another_node_each_time_in_turn() {
    ProberFixture fixture = tracking(exact(), primary);
    fixture.advance(120);
    List<String> ids = writes(fixture, 0).stream().map(sent -> sent.node().id()).toList();
    assertThat(ids).hasSize(12);
    for (int i = 0; i + 4 <= ids.size(); i++) {
      assertThat(ids.subList(i, i + 4)).doesNotHaveDuplicates();
    }
  }

  @Test
  void nodes_that_are_unusable_or_not_probed_are_skipped() {
    List<Node> nodes = new ArrayList<>(primary);
    nodes.set(0, primary.get(0).toBuilder().probed(false).build());
    ProberFixture fixture = tracking(exact(), nodes);
    fixture.unusable.add("t0n2:9000");
    fixture.advance(60);
    Set<String> ids = new HashSet<>();
    writes(fixture, 0).forEach(sent -> ids.add(sent.node().id()));
    assertThat(ids).containsExactlyInAnyOrder("t0n1:9000", "t0n3:9000");
    int before = writes(fixture, 0).size();
    primary.forEach(node -> fixture.unusable.add(node.id()));
    fixture.advance(60);
    assertThat(writes(fixture, 0)).hasSize(before);
    fixture.unusable.clear();
    fixture.advance(10);
    assertThat(writes(fixture, 0)).hasSize(before + 1);
  }

  @Test
  void rounds_are_jittered_from_the_first_and_begin_at_any_node() {
    Set<Long> firsts = new HashSet<>();
    Set<String> nodes = new HashSet<>();
    for (int seed = 0; seed < 50; seed++) {
      ProberFixture fixture =
          new ProberFixture(HealthCheck.minio(), new java.util.Random(seed)::nextLong);
      fixture.prober.track(primary);
      fixture.advance(200);
      List<SiteSent> rounds = writes(fixture, 0);
      firsts.add(
          Duration.ofNanos(rounds.get(0).at() - fixture.tasks.read()).plusSeconds(200).toSeconds());
      nodes.add(rounds.get(0).node().id());
      assertThat(gaps(fixture, 0)).allMatch(gap -> gap >= 8 && gap <= 12);
      assertThat(gaps(fixture, 0)).anyMatch(gap -> gap < 9.5).anyMatch(gap -> gap > 10.5);
    }
    assertThat(firsts).hasSizeGreaterThan(7).allMatch(second -> second >= 0 && second < 10);
    assertThat(nodes).hasSize(4);
  }

  @Test
  void without_a_cluster_check_nobody_is_asked() {
    ProberFixture fixture = tracking(HealthCheck.auto().toBuilder(), primary);
    fixture.advance(100);
    assertThat(fixture.client.siteSent()).isEmpty();
  }

  // What is made of it.

  @Test
  void a_row_of_noes_settles_it_soon_and_a_row_of_yeses_settles_it_again() {
    ProberFixture fixture = settled(true);
    fixture.client.site(0, false, true);
    int before = writes(fixture, 0).size();
    fixture.advance(12);
    assertThat(gaps(fixture, before).subList(0, 2)).as("while in doubt").containsOnly(1.0);
    assertThat(fixture.sites).hasSize(1);
    assertThat(fixture.sites.get(0)).matches("0 false true write: 503 \\(t0n\\d:9000\\)");
    fixture.client.site(0, true, true);
    fixture.advance(6.5);
    assertThat(fixture.sites).hasSize(2);
    assertThat(fixture.sites.get(1)).matches("0 true true write: 200 \\(t0n\\d:9000\\)");
    before = writes(fixture, 0).size();
    fixture.advance(50);
    assertThat(gaps(fixture, before)).as("steady again").containsOnly(10.0);
  }

  @Test
  void a_single_no_settles_nothing_but_is_followed_up() {
    ProberFixture fixture = settled(true);
    fixture.client.site(0, false, false);
    int before = writes(fixture, 0).size();
    fixture.tasks.advanceUntil(() -> writes(fixture, 0).size() > before, Duration.ofSeconds(11));
    fixture.tasks.runDue();
    fixture.client.site(0, true, true);
    fixture.advance(30);
    assertThat(gaps(fixture, before)).startsWith(1.0, 10.0);
    assertThat(fixture.sites).isEmpty();
  }

  @Test
  void both_that_change_at_once_are_told_at_once() {
    ProberFixture fixture = tracking(exact(), primary);
    fixture.client.site(0, false, false);
    fixture.advance(15);
    assertThat(fixture.sites).hasSize(1);
    assertThat(fixture.sites.get(0))
        .matches("0 false false write: 503 \\(.*\\), read: 503 \\(.*\\)");
  }

  @Test
  void a_site_that_stays_at_no_is_asked_after_growing_gaps() {
    ProberFixture fixture = tracking(exact().downInterval(Duration.ofSeconds(20)), primary);
    fixture.client.site(0, true, false);
    fixture.advance(90);
    assertThat(gaps(fixture, 0)).startsWith(1.0, 1.0, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0);
  }

  @Test
  void sites_do_not_speak_for_each_other() {
    ProberFixture fixture = tracking(exact(), both(primary, backup));
    fixture.client.site(1, false, true);
    fixture.advance(30);
    assertThat(fixture.sites).hasSize(1).allMatch(line -> line.startsWith("1 false true"));
    assertThat(gaps(fixture, 0)).containsOnly(10.0);
  }

  @Test
  void a_node_that_gives_no_answer_says_nothing_about_its_site() {
    ProberFixture fixture = tracking(exact(), primary);
    for (ProbeResult none : List.of(refused(), LOCAL, ScriptedProbeClient.noAnswer())) {
      primary.forEach(node -> fixture.client.answer(node.id(), none));
      fixture.advance(50);
    }
    assertThat(fixture.sites).isEmpty();
    assertThat(writes(fixture, 0)).as("no more often for it").hasSize(15);
    assertThat(fixture.client.siteSent()).as("not asked the second one").hasSize(15);
  }

  @Test
  void nor_does_it_bring_it_back_or_keep_a_doubt_hurried() {
    ProberFixture fixture = settled(false);
    primary.forEach(node -> fixture.client.answer(node.id(), refused()));
    fixture.client.site(0, true, true);
    fixture.advance(50);
    assertThat(fixture.sites).isEmpty();
    assertThat(gaps(fixture, 0)).endsWith(5.0, 5.0);

    ProberFixture doubted = settled(true);
    doubted.client.site(0, false, true);
    int before = writes(doubted, 0).size();
    doubted.tasks.advanceUntil(() -> writes(doubted, 0).size() > before, Duration.ofSeconds(11));
    doubted.tasks.runDue();
    primary.forEach(node -> doubted.client.answer(node.id(), refused()));
    doubted.advance(30);
    assertThat(gaps(doubted, before)).startsWith(1.0, 1.0, 2.0, 4.0, 5.0, 5.0);
  }

  // Membership and the end.

  @Test
  void a_site_that_goes_on_keeps_what_is_settled_and_one_that_leaves_is_forgiven() {
    ProberFixture fixture = settled(false);
    fixture.prober.track(primary.subList(0, 1));
    fixture.advance(30);
    assertThat(fixture.sites).isEmpty();
    fixture.prober.track(backup);
    fixture.tasks.runDue();
    assertThat(fixture.sites).containsExactly("0 true true not probed any more");
    int before = writes(fixture, 0).size();
    fixture.advance(30);
    assertThat(writes(fixture, 0)).hasSize(before);
    fixture.sites.clear();
    fixture.prober.track(primary);
    fixture.advance(20);
    assertThat(fixture.sites).as("it is asked anew").hasSize(1);
  }

  @Test
  void close_ends_it_without_a_word() {
    ProberFixture fixture = settled(false);
    fixture.prober.close();
    fixture.advance(100);
    assertThat(fixture.sites).isEmpty();
    assertThat(fixture.tasks.pending()).isZero();
  }

  // Optimistic mode.

  @Test
  void a_site_that_can_do_everything_rests_with_its_nodes() {
    ProberFixture fixture = tracking(exact().optimistic(true), both(primary, backup));
    fixture.advance(1000);
    assertThat(fixture.client.siteSent()).hasSize(4);
    assertThat(fixture.tasks.pending()).isZero();
  }

  @Test
  void a_doubt_about_one_of_its_nodes_wakes_it_until_it_can_again() {
    ProberFixture fixture = tracking(exact().optimistic(true), both(primary, backup));
    fixture.advance(1000);
    fixture.client.site(0, false, true);
    for (int i = 0; i < 100; i++) {
      fixture.prober.probeNow(primary.get(i % 4));
    }
    fixture.advance(30);
    assertThat(fixture.sites).hasSize(1);
    assertThat(writes(fixture, 1)).as("the other site rests").hasSize(1);
    fixture.client.site(0, true, true);
    fixture.advance(1000);
    assertThat(fixture.sites).hasSize(2);
    assertThat(fixture.tasks.pending()).isZero();
    fixture.prober.checkNow();
    fixture.client.answer(primary.get(0).id(), up());
    fixture.advance(10);
    assertThat(writes(fixture, 1)).as("a check on demand asks all").hasSize(2);
  }
}
