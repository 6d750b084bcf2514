package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.ProbeRequest;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A user's probe, or a client, that breaks its contract harms nobody. */
class ProbeContractTest {
  private final Node a = Node.of("http://a:9000");
  private final VirtualTasks tasks = new VirtualTasks();
  private final List<Probe> asked = new ArrayList<>();
  private final List<String> told = new ArrayList<>();

  /** A probe whose every answer may be a failure. */
  private static final class Odd implements Probe {
    Supplier<ProbeRequest> request = () -> ProbeRequest.get("/");
    Supplier<Verdict> read = Verdict::up;
    Supplier<Probe> next = () -> this;

    @Override
    public ProbeRequest request(Node node) {
      return request.get();
    }

    @Override
    public Verdict read(ProbeAnswer answer) {
      return read.get();
    }

    @Override
    public Probe next(ProbeAnswer answer) {
      return next.get();
    }
  }

  private static <T> List<Supplier<T>> failures() {
    return List.of(
        () -> {
          throw new IllegalStateException("boom");
        },
        () -> {
          throw new NoClassDefFoundError("some/Thing");
        },
        () -> null);
  }

  private Prober prober(HealthCheck check, ProbeClient client) {
    return new Prober(
        check,
        client,
        tasks,
        tasks,
        new Random(3)::nextLong,
        (node, result) -> told.add(result.reason()) ? Pace.STEADY : Pace.FAST);
  }

  private static ProbeClient client(
      java.util.function.BiConsumer<@Nullable Probe, Consumer<ProbeResult>> behaviour) {
    return new ProbeClient() {
      @Override
      public void probe(
          Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
        behaviour.accept(question, done);
      }

      @Override
      public void close() {}
    };
  }

  @Test
  void a_probe_that_cannot_say_what_is_next_goes_on_as_it_is() {
    for (Supplier<Probe> failure : ProbeContractTest.<Probe>failures()) {
      asked.clear();
      told.clear();
      Odd odd = new Odd();
      odd.next = failure;
      ProbeAnswer answer = new ProbeAnswer(200, Map.of(), "");
      Prober prober =
          prober(
              HealthCheck.of(odd),
              client(
                  (question, done) -> {
                    asked.add(question);
                    done.accept(ProbeResult.answered(Verdict.up("200"), answer, Duration.ZERO));
                  }));
      prober.track(List.of(a));
      tasks.advance(Duration.ofSeconds(60));
      assertThat(asked).hasSizeBetween(10, 16).containsOnly(odd);
      assertThat(told).hasSameSizeAs(asked);
      prober.close();
      tasks.runDue();
    }
  }

  @Test
  void a_client_that_throws_is_a_failure_of_our_own() {
    for (Supplier<Object> failure : ProbeContractTest.<Object>failures().subList(0, 2)) {
      told.clear();
      List<Object> sent = new ArrayList<>();
      ProbeClient broken =
          client(
              (question, done) -> {
                sent.add(done);
                Object unused = failure.get();
              });
      Prober prober = prober(HealthCheck.minio(), broken);
      prober.track(List.of(a));
      var check = prober.checkNow().toCompletableFuture();
      tasks.advance(Duration.ofSeconds(60));
      assertThat(sent).hasSizeGreaterThan(45);
      assertThat(told).isEmpty();
      assertThat(check).isCompleted();
      prober.close();
      tasks.runDue();
    }
  }

  @Test
  void a_client_that_tells_twice_settles_no_site() {
    List<String> sites = new ArrayList<>();
    ProbeResult no =
        ProbeResult.answered(
            Verdict.down("503"), new ProbeAnswer(503, Map.of(), ""), Duration.ZERO);
    Prober.Sink sink =
        new Prober.Sink() {
          @Override
          public Pace probed(Node node, ProbeResult result) {
            return Pace.STEADY;
          }

          @Override
          public void siteProbed(int tier, boolean canWrite, boolean canRead, String reason) {
            sites.add(reason);
            throw new IllegalStateException("boom");
          }
        };
    ProbeClient stammering =
        client(
            (question, done) -> {
              for (int i = 0; i < 10; i++) {
                done.accept(no);
              }
            });
    Prober prober =
        new Prober(HealthCheck.minio(), stammering, tasks, tasks, new Random(3)::nextLong, sink);
    prober.track(List.of(a));
    tasks.advanceUntil(() -> !sites.isEmpty(), Duration.ofSeconds(20));
    assertThat(tasks.elapsed()).as("three rounds").isGreaterThan(Duration.ofMillis(1600));
    tasks.advance(Duration.ofSeconds(30));
    assertThat(sites).as("and it stays at no").hasSize(1);
    assertThat(tasks.pending()).as("a sink that throws ends nothing").isEqualTo(2);
  }

  @Test
  void what_a_probe_throws_over_sockets_counts_as_if_nothing_had_been_asked() throws Exception {
    List<Odd> odds = new ArrayList<>();
    ProbeContractTest.<ProbeRequest>failures()
        .forEach(
            failure -> {
              Odd odd = new Odd();
              odd.request = failure;
              odds.add(odd);
            });
    ProbeContractTest.<Verdict>failures()
        .forEach(
            failure -> {
              Odd odd = new Odd();
              odd.read = failure;
              odds.add(odd);
            });
    try (Probing probing = new Probing();
        LoopbackServer server =
            LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")) {
      for (Odd odd : odds) {
        ProbeResult result = probing.probePatiently(server.node(), HealthCheck.of(odd));
        assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.LOCAL);
      }
    }
  }
}
