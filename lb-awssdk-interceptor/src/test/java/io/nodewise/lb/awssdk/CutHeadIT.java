package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Connections that are closed in the middle of an answer's head, under several HTTP clients. */
class CutHeadIT extends OnS3Nodes {

  static Stream<SdkHttpClient.Builder<?>> clients() {
    return Stream.of(HttpClients.apache(), Apache5HttpClient.builder());
  }

  @ParameterizedTest
  @MethodSource("clients")
  void wherever_the_head_ends_the_object_is_whole(SdkHttpClient.Builder<?> client) {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = track(builder(cluster).httpClientBuilder(client));
    put(MatrixCell.DIRECT, "k", bytes(5000));

    int cuts = 0;
    for (int after = 1; after < 320; after += 7) {
      nodes.onceAnywhere(Fault.cutReply(after).on("GET"));
      assertThat(get(s3, "k")).as("cut after %s", after).isEqualTo(bytes(5000));
      cuts++;
      nodes.forgetFaults();
    }

    assertThat(nodes.count("GET")).isEqualTo(2 * cuts);
  }
}
