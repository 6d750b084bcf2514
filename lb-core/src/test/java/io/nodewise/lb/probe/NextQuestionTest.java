package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;

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

/** A probe that says what to ask next hears the answers to its own question, and no others. */
class NextQuestionTest {
  private static final Node NODE = Node.of("http://a:9000");
  private static final Map<String, String> MINIO = Map.of("Server", "MinIO");

  private record Sent(String question, Probe probe, Consumer<ProbeResult> done) {
    void answer(int status) {
      ProbeAnswer answer = new ProbeAnswer(status, MINIO, "");
      done.accept(ProbeResult.answered(probe.read(answer), answer, Duration.ofMillis(1)));
    }

    void nothing(Evidence evidence) {
      done.accept(ProbeResult.down(evidence, "nothing", Duration.ofMillis(1)));
    }
  }

  private final List<Sent> sent = new ArrayList<>();
  private final List<Verdict> told = new ArrayList<>();
  private final VirtualTasks tasks = new VirtualTasks();
  private final Prober prober =
      new Prober(
          HealthCheck.auto(),
          new ProbeClient() {
            @Override
            public void probe(
                Node node, HealthCheck check, @Nullable Probe probe, Consumer<ProbeResult> done) {
              sent.add(new Sent(probe.request(node).toString(), probe, done));
            }

            @Override
            public void close() {}
          },
          tasks,
          tasks,
          new Random(1)::nextLong,
          (node, result) -> {
            told.add(result.verdict());
            return Pace.FAST;
          });

  private Sent next() {
    int before = sent.size();
    tasks.advance(Duration.ofSeconds(2));
    assertThat(sent).hasSize(before + 1);
    return sent.get(before);
  }

  @Test
  void an_answer_to_an_older_question_says_nothing_about_the_new_one() {
    prober.track(List.of(NODE));
    Sent regular = next();
    prober.probeNow(NODE);
    Sent urgent = next();
    assertThat(List.of(regular.question(), urgent.question())).containsOnly("GET /");
    regular.answer(200);
    urgent.answer(200); // does not confirm MinIO's path, which nobody has asked yet
    tasks.advance(Duration.ZERO);
    Sent tried = next();
    assertThat(tried.question()).isEqualTo("GET /minio/health/live");
    tried.answer(503);
    assertThat(next().question()).isEqualTo("GET /");
    assertThat(told).hasSize(3).noneMatch(Verdict::isDown);
  }

  @Test
  void a_path_that_hangs_is_tried_once() {
    prober.track(List.of(NODE));
    next().answer(403);
    Sent tried = next();
    assertThat(tried.question()).isEqualTo("GET /minio/health/live");
    tried.nothing(Evidence.NO_ANSWER);
    for (int i = 0; i < 10; i++) {
      Sent again = next();
      assertThat(again.question()).isEqualTo("GET /");
      again.answer(403);
    }
  }

  @Test
  void what_fails_on_this_machine_changes_no_question() {
    prober.track(List.of(NODE));
    next().answer(403);
    next().nothing(Evidence.LOCAL);
    assertThat(next().question()).isEqualTo("GET /minio/health/live");
  }
}
