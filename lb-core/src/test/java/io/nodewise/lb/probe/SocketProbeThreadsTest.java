package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The threads of the probes and what {@code close()} leaves of them. */
class SocketProbeThreadsTest {
  private final CountDownLatch end = new CountDownLatch(1);
  private final Probing probing = new Probing();

  private static HealthCheck patient() {
    return HealthCheck.http("/").toBuilder()
        .interval(Duration.ofMinutes(2))
        .timeout(Duration.ofMinutes(1))
        .build();
  }

  private List<CompletableFuture<ProbeResult>> start(int count, LoopbackServer server) {
    return IntStream.range(0, count)
        .mapToObj(i -> probing.start(server.node(), patient()))
        .toList();
  }

  @Test
  void probes_one_after_another_share_one_thread() throws Exception {
    try (probing;
        LoopbackServer server = LoopbackServer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
      List<String> before = List.of();
      for (int i = 0; i < 20; i++) {
        assertThat(probing.probePatiently(server.node(), HealthCheck.auto()).isUp()).isTrue();
        before = Stream.concat(before.stream(), probing.threads().stream()).distinct().toList();
      }
      // The result is told a moment before its thread is free, so a second one may be made.
      assertThat(before).hasSizeBetween(1, 3).allMatch(name -> name.matches(".*-test\\d+-\\d"));
    }
  }

  @Test
  void no_more_than_32_threads_and_the_time_out_starts_with_the_probe() throws Exception {
    try (probing;
        LoopbackServer server = LoopbackServer.start(socket -> end.await())) {
      HealthCheck check = HealthCheck.http("/").toBuilder().timeout(Duration.ofMillis(600)).build();
      List<CompletableFuture<ProbeResult>> results =
          IntStream.range(0, 80).mapToObj(i -> probing.start(server.node(), check)).toList();
      assertThat(probing.threads()).hasSize(ProbeThreads.MAX_THREADS);
      assertThat(results.stream().map(Probing::await))
          .allMatch(r -> r.evidence() == Evidence.NO_ANSWER)
          .allMatch(r -> r.took().toMillis() >= 590);
      assertThat(probing.threads().size()).isLessThanOrEqualTo(ProbeThreads.MAX_THREADS);
    } finally {
      end.countDown();
    }
  }

  @Test
  void close_cuts_probes_under_way_and_those_that_wait() throws Exception {
    try (LoopbackServer server = LoopbackServer.start(socket -> end.await())) {
      List<CompletableFuture<ProbeResult>> results = start(50, server);
      assertThat(server.awaitConnection()).isTrue();
      long begin = System.nanoTime();
      probing.close(); // checks that no thread is left
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
      assertThat(results)
          .allMatch(CompletableFuture::isDone)
          .allMatch(r -> Probing.await(r).evidence() == Evidence.LOCAL)
          .allMatch(r -> Probing.await(r).reason().equals("probe client closed"));
    } finally {
      end.countDown();
    }
  }

  @Test
  void after_close_a_probe_ends_at_once() throws Exception {
    try (LoopbackServer server = LoopbackServer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
      probing.client.close();
      probing.client.close();
      assertThat(probing.probePatiently(server.node(), HealthCheck.auto()).evidence())
          .isEqualTo(Evidence.LOCAL);
    }
    probing.close();
  }

  @Test
  void close_keeps_the_interrupt_of_its_caller() throws Exception {
    try (LoopbackServer server = LoopbackServer.start(socket -> end.await())) {
      start(1, server);
      assertThat(server.awaitConnection()).isTrue();
      Thread.currentThread().interrupt();
      probing.client.close();
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      end.countDown();
      probing.close();
    }
  }

  @Test
  void a_receiver_that_throws_harms_nobody() throws Exception {
    try (probing;
        LoopbackServer server = LoopbackServer.answering("HTTP/1.1 200 OK\r\n\r\n")) {
      CountDownLatch thrown = new CountDownLatch(1);
      probing.client.probe(
          server.node(),
          HealthCheck.auto(),
          HealthCheck.auto().probe().orElseThrow(),
          r -> {
            thrown.countDown();
            throw new IllegalStateException("boom");
          });
      thrown.await();
      assertThat(probing.probePatiently(server.node(), HealthCheck.auto()).isUp()).isTrue();
    }
  }
}
