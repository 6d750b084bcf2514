package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.minio.PutObjectArgs;
import io.minio.UploadObjectArgs;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeState;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** minio-java while nodes are killed, hang, lose answers. */
class MinioFaultsIT extends OnMinio {
  @Test
  void partsAreSpreadAndSurviveANodeThatDies(@TempDir Path folder) throws Exception {
    byte[] content = bytes(6 * PART + 123);
    Path file = folder.resolve("large");
    Files.write(file, content);
    Predicate<String> second = once("PUT .*partNumber=2.*");
    servers.nodes().forEach(node -> node.dieOf(second));
    minio.uploadObject(
        UploadObjectArgs.builder()
            .bucket(bucket)
            .object("large")
            .filename(file.toString(), (long) PART)
            .build());
    assertThat(requests("PUT .*partNumber=.*")).hasSizeGreaterThan(7);
    assertThat(requests("PUT .*partNumber=2.*")).hasSize(2);
    assertThat(get("large")).isEqualTo(content);
  }

  /** Everything that is safe to repeat, over and over; how many calls it were. */
  private int work(int rounds) throws Exception {
    for (int i = 0; i < rounds; i++) {
      String key = "k" + i % 5;
      put(key, bytes(2000 + i % 5));
      assertThat(get(key)).isEqualTo(bytes(2000 + i % 5));
      assertThat(size(key)).isEqualTo(2000 + i % 5);
      assertThat(list()).contains(key);
      remove(key);
    }
    return rounds * 5;
  }

  @Test
  void nothingFailsWhileANodeIsKilledAndComesBack() throws Exception {
    work(4);
    NodeProxy victim = servers.nodes().get(0);
    CompletableFuture<Void> faults =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 3; i++) {
                victim.kill();
                await().atMost(Duration.ofSeconds(20)).until(() -> state(victim) == NodeState.DOWN);
                victim.pass();
                await().atMost(Duration.ofSeconds(20)).until(() -> state(victim) == NodeState.UP);
              }
            });
    int calls = 0;
    while (!faults.isDone()) {
      calls += work(1);
    }
    faults.get();
    assertThat(calls).isGreaterThan(20);
  }

  private NodeState state(NodeProxy node) {
    return Clusters.node(cluster, node.url()).state();
  }

  @Test
  void nothingFailsWhileANodeHangs() throws Exception {
    work(4);
    NodeProxy victim = servers.nodes().get(2);
    victim.hang();
    long began = System.nanoTime();
    work(8);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
    assertThat(state(victim)).isEqualTo(NodeState.DOWN);
  }

  /** Whichever node gets the first such request. */
  private static Predicate<String> once(String regex) {
    AtomicBoolean met = new AtomicBoolean();
    return line -> line.matches(regex) && met.compareAndSet(false, true);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, false", "GET, false", "HEAD, false", "DELETE, false",
    "PUT, true", "GET, true", "HEAD, true", "DELETE, true",
  })
  void aLostAnswerIsAskedForAgain(String method, boolean nodeDies) throws Exception {
    put("k", bytes(100));
    servers.nodes().forEach(node -> node.requests().clear());
    String object = method + " /" + bucket + "/k .*";
    Predicate<String> first = once(object);
    for (NodeProxy node : servers.nodes()) {
      if (nodeDies) {
        node.dieOf(first);
      } else {
        node.loseAnswerTo(first);
      }
    }
    switch (method) {
      case "PUT" -> put("k", bytes(200));
      case "GET" -> assertThat(get("k")).isEqualTo(bytes(100));
      case "HEAD" -> assertThat(size("k")).isEqualTo(100);
      default -> remove("k");
    }
    assertThat(requests(object)).hasSize(2);
    assertThat(cluster.snapshot().failovers()).isGreaterThanOrEqualTo(nodeDies ? 1 : 0);
    assertThat(list()).hasSize(method.equals("DELETE") ? 0 : 1);
  }

  /** It would begin a second upload, and nobody would know of the first. */
  @Test
  void anUploadIsNotBegunTwice() {
    Predicate<String> first = once("POST .*[?]uploads.*");
    servers.nodes().forEach(node -> node.loseAnswerTo(first));
    assertThatThrownBy(
            () ->
                minio.putObject(
                    PutObjectArgs.builder().bucket(bucket).object("k").stream(
                            new ByteArrayInputStream(bytes(PART + 1)), -1L, (long) PART)
                        .build()))
        .hasRootCauseInstanceOf(EOFException.class);
    assertThat(requests("POST .*[?]uploads.*")).hasSize(1);
  }

  @Test
  void aDrainedNodeGetsNothing() throws Exception {
    NodeProxy drained = servers.nodes().get(0);
    cluster.drain(drained.url().substring("http://".length()));
    work(3);
    assertThat(drained.requests()).noneMatch(line -> line.contains(bucket));
  }

  @Test
  void whereAllAreDownItSaysSo() {
    servers.nodes().forEach(NodeProxy::kill);
    assertThatThrownBy(() -> get("k")).hasRootCauseInstanceOf(NoNodeAvailableException.class);
  }
}
