package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.FileSource;
import io.nodewise.lb.discovery.Found;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.health.HealthCheck;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A source on its real thread. */
@Timeout(30)
class NodeSourceThreadsTest {
  private static LoadBalancerBuilder builder(NodeSource source) {
    return LoadBalancer.builder().nodeSource(source).healthCheck(HealthCheck.none());
  }

  private static List<String> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(thread -> thread.startsWith("nodewise-") && thread.contains(name))
        .toList();
  }

  /** Hangs until it is interrupted. */
  private static final class Hanging implements NodeSource {
    final CountDownLatch begun = new CountDownLatch(1);
    final AtomicBoolean interrupted = new AtomicBoolean();

    @Override
    public Found nodes() throws InterruptedException {
      begun.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        interrupted.set(true);
        throw e;
      }
      return Found.of(List.of());
    }

    @Override
    public String toString() {
      return "hanging";
    }
  }

  @Test
  void an_empty_set_is_checked_at_once() {
    NodeSource none =
        () -> {
          throw new IOException("nothing yet");
        };
    try (LoadBalancer cluster =
        LoadBalancer.builder()
            .nodeSource(none)
            .healthCheck(HealthCheck.tcp())
            .logicalEndpoint(URI.create("http://none.example"))
            .build()) {
      assertThat(CompletableFuture.supplyAsync(cluster::checkNow))
          .succeedsWithin(Duration.ofMillis(2500)) // it would give up after 3 s
          .satisfies(found -> assertThat(found.nodes()).isEmpty());
    }
  }

  @Test
  void one_that_hangs_holds_up_neither_build_nor_close() throws Exception {
    Hanging source = new Hanging();
    Discovery soon = Discovery.builder().firstAnswer(Duration.ofMillis(50)).build();
    try (LoadBalancer cluster =
        builder(source)
            .discovery(soon)
            .logicalEndpoint(URI.create("http://hang.example"))
            .build()) {
      assertThat(source.begun.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(cluster.nodes().size()).isZero();
      assertThat(cluster.snapshot().source().asking()).isNotNull();
      assertThat(threads("hang.example")).contains("nodewise-discovery-hang.example");
    }
    assertThat(source.interrupted).isTrue();
    assertThat(threads("hang.example")).isEmpty();

    Hanging nameless = new Hanging();
    assertThatThrownBy(() -> builder(nameless).discovery(soon).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("hanging: no answer within PT0.05S");
    assertThat(threads("hanging")).isEmpty();
  }

  @Test
  void a_source_may_close_the_balancer_that_asks_it() throws Exception {
    CountDownLatch told = new CountDownLatch(1);
    LoadBalancer[] cluster = new LoadBalancer[1];
    NodeSource source =
        () -> {
          if (cluster[0] != null) {
            cluster[0].close();
            told.countDown();
          }
          return Found.of(List.of(io.nodewise.lb.node.Node.of("http://self:1")));
        };
    cluster[0] = builder(source).build();
    cluster[0].refresh();
    assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(cluster[0]::refresh).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_file_is_followed(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("nodes"), "http://n{1...2}:9000\n");
    try (LoadBalancer cluster =
        builder(FileSource.builder(file).interval(Duration.ofMillis(20)).build())
            .discovery(Discovery.builder().confirmAfter(Duration.ofMillis(50)).build())
            .build()) {
      assertThat(cluster.nodes().size()).isEqualTo(2);
      Files.writeString(file, "http://n{1...3}:9000\n");
      assertThat(cluster.awaitReady(Duration.ofSeconds(20), 3)).isTrue();
    }
    assertThat(threads("n1:9000")).isEmpty();
  }
}
