package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** A pool of two connections survives whatever failovers do to it. */
class ConnectionPoolIT extends OnS3Nodes {
  private static final Duration SOON = Duration.ofMillis(500);

  static final List<SdkHttpClient.Builder<?>> SMALL =
      List.of(
          HttpClients.apache().maxConnections(2).connectionAcquisitionTimeout(SOON),
          Apache5HttpClient.builder().maxConnections(2).connectionAcquisitionTimeout(SOON));

  static final List<Fault> FAULTS =
      List.of(
          Fault.resetRequest(100),
          Fault.loseReply(),
          Fault.resetReply(20_000).on("GET"),
          Fault.cutReply(20_000).on("GET"));

  @ParameterizedTest
  @FieldSource("SMALL")
  void fiftyFailedOverCalls(SdkHttpClient.Builder<?> http) {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = track(builder(cluster).httpClientBuilder(http));
    put(s3, "k", bytes(100_000));

    for (int i = 0; i < 50; i++) {
      nodes.forgetFaults();
      nodes.onceAnywhere(FAULTS.get(i % FAULTS.size()));
      assertThat(get(s3, "k")).isEqualTo(bytes(100_000));
    }

    // The first reset of each node may have been that of a stale connection.
    assertThat(faults(cluster)).isBetween(50L - 4, 50L);
    nodes.forgetFaults();
    put(s3, "after", bytes(10));
  }

  @Test
  void confirmationsDoNotNeedAThirdConnection() {
    S3Client s3 =
        track(
            builder(unprobed(4))
                .httpClientBuilder(
                    HttpClients.apache().maxConnections(1).connectionAcquisitionTimeout(SOON)));

    for (int i = 0; i < 5; i++) {
      String key = "k" + i;
      nodes.forgetFaults();
      nodes.onceAnywhere(Fault.loseReply().on("PUT"));
      s3.putObject(
          put -> put.bucket(bucket).key(key).ifNoneMatch("*"), RequestBody.fromBytes(bytes(100)));
      nodes.onceAnywhere(Fault.loseReply().on("POST"));
      s3.createMultipartUpload(create -> create.bucket(bucket).key(key));
    }
  }

  @Test
  void errorsAndAbortsGiveTheirConnectionsBack() {
    S3Client s3 =
        track(
            builder(unprobed(4))
                .httpClientBuilder(
                    HttpClients.apache().maxConnections(1).connectionAcquisitionTimeout(SOON)));
    put(s3, "k", bytes(1 << 20));

    for (int i = 0; i < 10; i++) {
      assertThatException().isThrownBy(() -> get(s3, "none"));
      assertThatException()
          .isThrownBy(() -> s3.headObject(head -> head.bucket(bucket).key("none")));
      s3.getObject(get -> get.bucket(bucket).key("k")).abort();
      s3.headObject(head -> head.bucket(bucket).key("k"));
    }
  }
}
