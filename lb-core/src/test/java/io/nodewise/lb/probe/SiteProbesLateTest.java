package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.ClusterCheck;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import io.nodewise.lb.time.VirtualTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Questions to sites that are answered late, in virtual time; nodes are always well. */
class SiteProbesLateTest {
  private final Node a = Node.of("http://a:9000");
  private final Node b = Node.of("http://b:9000");
  private final VirtualTasks tasks = new VirtualTasks();
  private final List<Consumer<ProbeResult>> asked = new ArrayList<>(); // not answered yet
  private final List<String> told = new ArrayList<>();

  private Prober prober(HealthCheck check) {
    ClusterCheck questions = check.clusterCheck().orElseThrow();
    ProbeClient client =
        new ProbeClient() {
          @Override
          public void probe(
              Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
            if (question == questions.canWrite() || question == questions.canRead()) {
              asked.add(done);
            } else {
              done.accept(ScriptedProbeClient.up());
            }
          }

          @Override
          public void close() {}
        };
    Prober.Sink sink =
        new Prober.Sink() {
          @Override
          public Pace probed(Node node, ProbeResult result) {
            return Pace.STEADY;
          }

          @Override
          public void siteProbed(int tier, boolean canWrite, boolean canRead, String reason) {
            told.add(tier + " " + canWrite + " " + canRead);
          }
        };
    return new Prober(check, client, tasks, tasks, new Random(11)::nextLong, sink);
  }

  private static HealthCheck once() {
    return HealthCheck.minio().toBuilder().fall(1).jitter(0).build();
  }

  private void answer(ProbeResult result) {
    asked.remove(0).accept(result);
    tasks.runDue();
  }

  private static ProbeResult said(boolean yes) {
    return ProbeResult.answered(
        yes ? Verdict.up("200") : Verdict.down("503"),
        new ProbeAnswer(yes ? 200 : 503, Map.of(), ""),
        Duration.ZERO);
  }

  private void awaitQuestion() {
    assertThat(tasks.advanceUntil(() -> !asked.isEmpty(), Duration.ofSeconds(11))).isTrue();
  }

  @Test
  void one_question_at_a_time() {
    Prober prober = prober(once());
    prober.track(List.of(a, b));
    awaitQuestion();
    tasks.advance(Duration.ofMinutes(1));
    assertThat(asked).hasSize(1);
    answer(said(true));
    assertThat(asked).as("the second one").hasSize(1);
    answer(said(true));
    tasks.advance(Duration.ofMillis(9900));
    assertThat(asked).as("the gap is counted from the end").isEmpty();
    awaitQuestion();
  }

  @Test
  void a_doubt_while_a_question_is_under_way_starts_no_second_round() {
    Prober prober = prober(once().toBuilder().optimistic(true).build());
    prober.track(List.of(a, b));
    awaitQuestion();
    prober.probeNow(a);
    tasks.advance(Duration.ofMinutes(1));
    assertThat(asked).hasSize(1);
  }

  @Test
  void a_site_at_rest_has_answered_both_questions() {
    Prober prober = prober(once().toBuilder().optimistic(true).build());
    prober.track(List.of(a, b));
    awaitQuestion();
    answer(ProbeResult.down(Evidence.REFUSED, "refused", Duration.ZERO));
    awaitQuestion();
    answer(said(true));
    answer(ProbeResult.down(Evidence.NO_ANSWER, "silence", Duration.ZERO));
    awaitQuestion();
    answer(said(true));
    answer(said(true));
    tasks.advance(Duration.ofMinutes(1));
    assertThat(asked).isEmpty();
  }

  @Test
  void a_node_that_went_to_another_site_meanwhile_speaks_for_neither() {
    Prober prober = prober(once());
    prober.track(List.of(a));
    awaitQuestion();
    prober.track(List.of(b));
    tasks.runDue();
    answer(said(false));
    assertThat(told).isEmpty();
    awaitQuestion();
    answer(said(false));
    answer(said(true));
    assertThat(told).containsExactly("0 false true");
  }

  @Test
  void an_answer_after_the_site_left_is_no_news() {
    Prober prober = prober(once());
    prober.track(List.of(a));
    awaitQuestion();
    prober.track(List.of());
    tasks.runDue();
    answer(said(false));
    assertThat(told).isEmpty();
    assertThat(tasks.pending()).isZero();
    prober.track(List.of(a));
    awaitQuestion();
    prober.close();
    answer(said(false));
    assertThat(told).isEmpty();
    assertThat(asked).isEmpty();
  }
}
