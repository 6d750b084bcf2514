package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.DownloadResume;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Answers that break off in the middle, by a reset or, as if all were well, by a FIN. */
class BrokenBodyIT extends OnS3Nodes {
  private static final int SIZE = 1 << 20;

  static final List<Broken> BROKEN =
      List.of(
          new Broken("reset", Fault.resetReply(300_000), HttpClients.apache()),
          new Broken("FIN", Fault.cutReply(300_000), HttpClients.apache()),
          new Broken("reset, Apache 5", Fault.resetReply(300_000), Apache5HttpClient.builder()),
          new Broken("FIN, Apache 5", Fault.cutReply(300_000), Apache5HttpClient.builder()));

  record Broken(String name, Fault fault, SdkHttpClient.Builder<?> http) {
    @Override
    public String toString() {
      return name;
    }
  }

  private S3Client client(LoadBalancer cluster, Broken broken) {
    S3Client s3 = track(builder(cluster).httpClientBuilder(broken.http()));
    put(s3, "k", bytes(SIZE));
    nodes.onceAnywhere(broken.fault().on("GET"));
    return s3;
  }

  private LoadBalancer withoutResume() {
    return track(
        LoadBalancer.builder()
            .nodes(nodes.urls())
            .healthCheck(HealthCheck.none())
            .downloadResume(DownloadResume.off()));
  }

  @ParameterizedTest
  @FieldSource("BROKEN")
  void bytesAreReadAgainElsewhere(Broken broken) {
    LoadBalancer cluster = withoutResume();
    S3Client s3 = client(cluster, broken);

    long took = millis(() -> assertThat(get(s3, "k")).isEqualTo(bytes(SIZE)));

    assertThat(took).as("without back-off").isLessThan(1500);
    assertThat(faults(cluster)).isEqualTo(1);
    assertThat(nodes.count("GET")).isEqualTo(2);
    assertThat(nodes.all()).allSatisfy(node -> assertThat(node.count("GET")).isLessThan(2));
  }

  @ParameterizedTest
  @FieldSource("BROKEN")
  void fileIsWrittenAgain(Broken broken, @TempDir Path directory) {
    LoadBalancer cluster = withoutResume();
    S3Client s3 = client(cluster, broken);
    Path file = directory.resolve("k");

    s3.getObject(get -> get.bucket(bucket).key("k"), file);

    assertThat(file).hasBinaryContent(bytes(SIZE));
    assertThat(faults(cluster)).isEqualTo(1);
  }

  @ParameterizedTest
  @FieldSource("BROKEN")
  void streamFailsAndNamesTheNode(Broken broken) throws Exception {
    LoadBalancer cluster = withoutResume();
    S3Client s3 = client(cluster, broken);

    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      assertThatIOException()
          .isThrownBy(body::readAllBytes)
          .withMessageContaining("node 127.0.0.1:");
    }
    assertIdle(cluster);
    assertThat(faults(cluster)).isEqualTo(1);
  }

  @ParameterizedTest
  @FieldSource("BROKEN")
  void outputStreamFailsAsPartOfItIsWritten(Broken broken) {
    LoadBalancer cluster = withoutResume();
    S3Client s3 = client(cluster, broken);
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(
            () ->
                s3.getObject(
                    get -> get.bucket(bucket).key("k"), ResponseTransformer.toOutputStream(out)));

    assertThat(out.size()).isBetween(1, SIZE - 1);
    assertIdle(cluster);
    assertThat(faults(cluster)).isEqualTo(1);
  }

  @Test
  void listIsReadAgainElsewhere() {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = track(builder(cluster));
    for (int i = 0; i < 30; i++) {
      put(s3, "key" + i, bytes(1));
    }
    nodes.onceAnywhere(Fault.cutReply(1500).on("GET"));

    assertThat(s3.listObjectsV2(list -> list.bucket(bucket)).contents()).hasSize(30);
    assertThat(faults(cluster)).isEqualTo(1);
  }

  /** What has been read was right, so nothing of it may be given twice. */
  @Test
  void skippingStreamIsHeldToItsLengthToo() throws Exception {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = track(builder(cluster));
    put(s3, "k", bytes(SIZE));

    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      assertThat(body.skip(1000)).isEqualTo(1000);
      assertThat(body.read()).isEqualTo(bytes(SIZE)[1000] & 0xff);
      body.skipNBytes(SIZE - 1001);
      assertThat(body.read()).isEqualTo(-1);
      assertThat(body.read()).isEqualTo(-1);
      assertIdle(cluster);
    }
    assertThat(faults(cluster)).isZero();
  }
}
