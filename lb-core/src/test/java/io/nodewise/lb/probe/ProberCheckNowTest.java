package io.nodewise.lb.probe;

import static io.nodewise.lb.probe.ProberFixture.LOCAL;
import static io.nodewise.lb.probe.ProberFixture.exact;
import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static io.nodewise.lb.probe.ScriptedProbeClient.up;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.ThreadTasks;
import io.nodewise.lb.time.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Checks on demand: everybody is asked, and the end comes, always and once. */
class ProberCheckNowTest {
  private final Node a = Node.of("http://a:9000");
  private final Node b = Node.of("http://b:9000");

  /** Both probed once. */
  private ProberFixture known() {
    ProberFixture fixture = new ProberFixture(exact());
    fixture.prober.track(List.of(a, b));
    fixture.advance(2);
    fixture.told.clear();
    return fixture;
  }

  private static CompletableFuture<Void> check(ProberFixture fixture) {
    CompletableFuture<Void> over = fixture.prober.checkNow().toCompletableFuture();
    fixture.tasks.runDue();
    return over;
  }

  @Test
  void everybody_is_asked_at_once_and_it_ends_when_all_are_told() {
    ProberFixture fixture = known();
    fixture.client.hold(a.id());
    CompletableFuture<Void> over = check(fixture);
    assertThat(fixture.told).containsExactly("b:9000 200");
    assertThat(over).isNotDone();
    List<String> atTheEnd = new ArrayList<>();
    var unused = over.thenRun(() -> atTheEnd.addAll(fixture.told));
    fixture.client.release(a.id(), refused());
    fixture.tasks.runDue();
    assertThat(atTheEnd).containsExactly("b:9000 200", "a:9000 connection refused");
  }

  @Test
  void it_follows_the_nodes_tracked_just_before() {
    ProberFixture fixture = new ProberFixture(exact());
    fixture.prober.track(List.of(a, b));
    assertThat(check(fixture)).isCompleted();
    assertThat(fixture.told).hasSize(2);
    fixture.advance(4.9);
    assertThat(fixture.told).as("the first probes are made already").hasSize(2);
  }

  @Test
  void a_probe_under_way_since_before_is_no_answer() {
    ProberFixture fixture = known();
    fixture.client.hold(a.id());
    fixture.advance(5); // the regular one
    CompletableFuture<Void> over = check(fixture);
    assertThat(fixture.client.held(a.id())).isEqualTo(2);
    fixture.client.release(a.id(), 0, up());
    fixture.tasks.runDue();
    assertThat(over).isNotDone();
    fixture.client.release(a.id(), 0, up());
    fixture.tasks.runDue();
    assertThat(over).isCompleted();
  }

  @Test
  void it_waits_for_no_gap_and_serves_the_suspicions_that_do() {
    ProberFixture fixture = known();
    fixture.prober.probeNow(a);
    fixture.advance(0.01);
    fixture.prober.probeNow(a); // has to wait
    fixture.advance(0.01);
    int before = fixture.sent(a);
    assertThat(check(fixture)).isCompleted();
    fixture.advance(1);
    assertThat(fixture.sent(a)).isEqualTo(before + 1);
  }

  @Test
  void where_an_urgent_probe_is_under_way_the_next_follows_it_at_once() {
    ProberFixture fixture = known();
    fixture.client.hold(a.id());
    fixture.prober.probeNow(a);
    fixture.advance(0.01);
    List<CompletableFuture<Void>> checks = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      checks.add(check(fixture));
    }
    assertThat(fixture.client.held(a.id())).isEqualTo(1);
    fixture.client.release(a.id(), refused()); // a node that is down is asked all the same
    fixture.tasks.runDue();
    assertThat(fixture.client.held(a.id())).as("one more for all").isEqualTo(1);
    assertThat(checks).noneMatch(Future::isDone);
    fixture.client.release(a.id(), refused());
    fixture.tasks.runDue();
    assertThat(checks).allMatch(Future::isDone);
    assertThat(fixture.told).filteredOn(line -> line.startsWith("a:")).hasSize(2);
  }

  @Test
  void a_node_at_rest_is_asked_and_rests_again() {
    ProberFixture fixture = new ProberFixture(exact().optimistic(true));
    fixture.prober.track(List.of(a, b));
    fixture.advance(2);
    assertThat(check(fixture)).isCompleted();
    assertThat(fixture.told).hasSize(4);
    assertThat(fixture.tasks.pending()).isZero();
  }

  @Test
  void a_probe_that_failed_here_ends_it() {
    ProberFixture fixture = known();
    fixture.client.answer(a.id(), LOCAL);
    assertThat(check(fixture)).isCompleted();
    assertThat(fixture.told).containsExactly("b:9000 200");
  }

  @Test
  void a_node_that_leaves_ends_it() {
    for (List<Node> left : List.of(List.of(b), List.of(a.toBuilder().probed(false).build(), b))) {
      ProberFixture fixture = known();
      fixture.client.hold(a.id());
      CompletableFuture<Void> first = check(fixture);
      fixture.advance(0.01);
      CompletableFuture<Void> waiting = check(fixture);
      fixture.prober.track(left);
      fixture.tasks.runDue();
      assertThat(List.of(first, waiting)).allMatch(Future::isDone);
    }
  }

  @Test
  void close_ends_it() {
    ProberFixture fixture = known();
    fixture.client.hold(a.id());
    CompletableFuture<Void> over = check(fixture);
    CompletableFuture<Void> unseen = fixture.prober.checkNow().toCompletableFuture();
    fixture.prober.close();
    assertThat(List.of(over, unseen)).allMatch(Future::isDone);
    assertThat(fixture.prober.checkNow().toCompletableFuture()).isCompleted();
  }

  @Test
  void where_nobody_is_probed_it_ends_at_once() {
    ProberFixture none = new ProberFixture(HealthCheck.none().toBuilder());
    none.prober.track(List.of(a));
    assertThat(none.prober.checkNow().toCompletableFuture()).isCompleted();
    assertThat(check(new ProberFixture(exact()))).isCompleted();
  }

  @Test
  void nobody_else_can_end_it() {
    ProberFixture fixture = known();
    fixture.client.hold(a.id());
    var over = fixture.prober.checkNow();
    over.toCompletableFuture().complete(null);
    CompletableFuture<Void> own = over.toCompletableFuture();
    fixture.tasks.runDue();
    assertThat(own).isNotDone();
  }

  @Test
  void it_ends_whatever_happens_at_the_same_time() throws Exception {
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try {
      for (int round = 0; round < 50; round++) {
        try (ThreadTasks tasks = new ThreadTasks("check-now");
            ScriptedProbeClient client = new ScriptedProbeClient(Ticker.system())) {
          Prober prober =
              new Prober(
                  HealthCheck.auto(),
                  client,
                  tasks,
                  Ticker.system(),
                  Randomness.threadLocal(),
                  (node, result) -> Pace.FAST);
          prober.track(List.of(a, b));
          List<Future<List<CompletableFuture<Void>>>> asked = new ArrayList<>();
          for (int caller = 0; caller < 3; caller++) {
            asked.add(
                callers.submit(
                    () -> {
                      List<CompletableFuture<Void>> ends = new ArrayList<>();
                      for (int i = 0; i < 20; i++) {
                        ends.add(prober.checkNow().toCompletableFuture());
                        prober.track(i % 2 == 0 ? List.of(a) : List.of(a, b));
                      }
                      return ends;
                    }));
          }
          callers.submit(prober::close).get(10, TimeUnit.SECONDS);
          for (Future<List<CompletableFuture<Void>>> each : asked) {
            for (CompletableFuture<Void> end : each.get(10, TimeUnit.SECONDS)) {
              end.get(10, TimeUnit.SECONDS);
            }
          }
        }
      }
    } finally {
      callers.shutdownNow();
    }
  }
}
