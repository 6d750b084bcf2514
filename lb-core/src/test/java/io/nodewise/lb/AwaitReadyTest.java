package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Waiting with real threads, all else in virtual time. */
@Timeout(30)
class AwaitReadyTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final VirtualCluster cluster = VirtualCluster.of("http://n{1...3}:9000");

  @AfterEach
  void close() {
    cluster.close();
  }

  private final AtomicReference<Thread> waiter = new AtomicReference<>();

  private CompletableFuture<Boolean> awaitReady(int minNodes) {
    CompletableFuture<Boolean> result = new CompletableFuture<>();
    Thread thread =
        new Thread(() -> result.complete(cluster.balancer().awaitReady(LONG, minNodes)));
    thread.setDaemon(true);
    waiter.set(thread);
    thread.start();
    while (thread.getState() != Thread.State.TIMED_WAITING && !result.isDone()) {
      Thread.onSpinWait();
    }
    return result;
  }

  private static boolean get(CompletableFuture<Boolean> result)
      throws ExecutionException, InterruptedException, java.util.concurrent.TimeoutException {
    return result.get(10, TimeUnit.SECONDS);
  }

  @Test
  void ends_with_the_probe_that_makes_the_number_full() throws Exception {
    cluster.probesOf("n1:9000", refused());
    CompletableFuture<Boolean> two = awaitReady(2);
    assertThat(two).isNotDone();
    cluster.advance(2000);
    assertThat(get(two)).isTrue();
    assertThat(cluster.balancer().awaitReady(Duration.ofMillis(5), 3)).isFalse();
  }

  @Test
  void a_request_that_succeeds_counts_as_well_as_a_probe() throws Exception {
    CompletableFuture<Boolean> one = awaitReady(1);
    cluster.begin().end(Outcome.success());
    assertThat(get(one)).isTrue();
  }

  @Test
  void a_node_merely_not_known_to_be_bad_is_not_ready() {
    assertThat(cluster.balancer().awaitReady(Duration.ZERO, 1)).isFalse();
  }

  @Test
  void without_probes_not_having_failed_is_enough() {
    try (VirtualCluster blind =
        VirtualCluster.of(b -> b.nodes("http://n{1...2}:9000").healthCheck(HealthCheck.none()))) {
      assertThat(blind.balancer().awaitReady(Duration.ZERO, 2)).isTrue();
      blind.endOn("n1:9000", Outcome.unreachable("refused"), 1);
      assertThat(blind.balancer().awaitReady(Duration.ZERO, 2)).isFalse();
    }
  }

  @Test
  void more_than_there_are_nodes_is_waited_for_in_vain() {
    cluster.advance(2000);
    assertThat(cluster.balancer().awaitReady(Duration.ofMillis(5), 4)).isFalse();
  }

  @Test
  void a_timeout_longer_than_nanoseconds_count_is_for_ever() throws Exception {
    cluster.advance(2000);
    assertThat(cluster.balancer().awaitReady(Duration.ofSeconds(Long.MAX_VALUE), 3)).isTrue();
  }

  @Test
  void interrupted_it_is_false_and_the_flag_stays_set() {
    Thread.currentThread().interrupt();
    assertThat(cluster.balancer().awaitReady(LONG, 1)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void close_lets_nobody_wait() throws Exception {
    CompletableFuture<Boolean> three = awaitReady(3);
    cluster.close();
    assertThat(get(three)).isFalse();
  }

  @Test
  void nonsense_is_rejected() {
    assertThatThrownBy(() -> cluster.balancer().awaitReady(LONG, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("minNodes: 0 (expected: >= 1)");
    assertThatThrownBy(() -> cluster.balancer().awaitReady(Duration.ofSeconds(-1), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("timeout: PT-1S (expected: >= 0)");
  }
}
