package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.minio.PutObjectArgs;
import io.minio.UploadObjectArgs;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * minio-java while nodes die under parts and lose answers; what else may happen to them is in its
 * contract.
 */
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
}
