package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.time.ThreadTasks;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A {@link SocketProbeClient} with all it needs, for tests over real sockets. */
final class Probing implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String name = "test" + NUMBER.incrementAndGet();
  private final ThreadTasks tasks = new ThreadTasks("tasks-" + name);
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicInteger told = new AtomicInteger();
  final SocketProbeClient client;

  Probing() {
    this(null);
  }

  Probing(@Nullable ClusterTls tls) {
    client = new SocketProbeClient(name, tasks, Ticker.system(), tls);
  }

  CompletableFuture<ProbeResult> start(Node node, HealthCheck check) {
    CompletableFuture<ProbeResult> result = new CompletableFuture<>();
    asked.incrementAndGet();
    client.probe(
        node,
        check,
        check.probe().orElse(null),
        r -> {
          told.incrementAndGet();
          result.complete(r);
        });
    return result;
  }

  ProbeResult probe(Node node, HealthCheck check) {
    return await(start(node, check));
  }

  static ProbeResult await(CompletableFuture<ProbeResult> result) {
    try {
      return result.get(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no result", e);
    }
  }

  /** Probes with a time-out that no busy machine reaches. */
  ProbeResult probePatiently(Node node, HealthCheck check) {
    return probe(
        node,
        check.toBuilder().interval(Duration.ofMinutes(1)).timeout(Duration.ofSeconds(20)).build());
  }

  /** A time-out short enough for a test that waits for it. */
  static HealthCheck impatient(HealthCheck check) {
    return check.toBuilder().timeout(Duration.ofMillis(700)).build();
  }

  /** The probe threads that are alive. */
  List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(thread -> thread.startsWith("nodewise-probe-" + name + "-"))
        .toList();
  }

  /** Also checks what holds after every test: no thread left, every probe told once. */
  @Override
  public void close() {
    client.close();
    assertThat(threads()).isEmpty();
    tasks.close();
    assertThat(told.get()).as("results told").isEqualTo(asked.get());
  }
}
