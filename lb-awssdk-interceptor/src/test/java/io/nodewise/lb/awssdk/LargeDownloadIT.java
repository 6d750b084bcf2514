package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** A download so large that its node dies three times under it. */
class LargeDownloadIT extends OnS3Nodes {
  private static final int SIZE = 64 << 20;

  @Test
  void comesOutWholeThoughItsNodeIsKilledThreeTimes() throws Exception {
    LoadBalancer cluster = cluster();
    S3Client s3 = client(cluster);
    byte[] content = bytes(SIZE);
    s3.putObject(put -> put.bucket(bucket).key("k"), RequestBody.fromBytes(content));
    long undisturbed =
        millis(() -> assertThat(read(s3, new ArrayDeque<>(), null)).isEqualTo(crc(content)));

    List<FaultProxy> killed = new ArrayList<>();
    Deque<Integer> moments = new ArrayDeque<>(List.of(SIZE / 4, SIZE / 2, SIZE / 4 * 3));
    Runnable kill =
        () -> {
          killed.forEach(FaultProxy::pass);
          FaultProxy serving = serving(cluster);
          killed.add(serving);
          serving.kill();
        };
    long disturbed = millis(() -> assertThat(read(s3, moments, kill)).isEqualTo(crc(content)));

    System.out.printf("64 MiB: %d ms, with three kills %d ms%n", undisturbed, disturbed);
    assertThat(killed).hasSize(3);
    assertThat(cluster.snapshot().resumes()).isBetween(3L, 12L);
    assertThat(disturbed).as("no time-out was waited for").isLessThan(undisturbed * 3 + 3_000);
    assertIdle(cluster);
  }

  private static long crc(byte[] content) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return crc.getValue();
  }

  /** Does the action when so much has come. */
  private long read(S3Client s3, Deque<Integer> moments, Runnable action) {
    CRC32 crc = new CRC32();
    byte[] chunk = new byte[64 << 10];
    long came = 0;
    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      for (int n = body.read(chunk); n >= 0; n = body.read(chunk)) {
        crc.update(chunk, 0, n);
        came += n;
        if (!moments.isEmpty() && came >= moments.peek()) {
          moments.remove();
          action.run();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertThat(came).isEqualTo(SIZE);
    return crc.getValue();
  }

  private FaultProxy serving(LoadBalancer cluster) {
    NodeSnapshot busy =
        cluster.snapshot().nodes().stream()
            .filter(node -> node.inFlight() > 0)
            .findFirst()
            .orElseThrow();
    return nodes.get(busy.node().id());
  }
}
