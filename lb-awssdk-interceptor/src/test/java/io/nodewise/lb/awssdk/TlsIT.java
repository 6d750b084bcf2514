package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Certificate;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Nodes over TLS: the node's own name is verified, the logical one is signed. */
class TlsIT extends OnS3Nodes {
  private static Certificate certificate;
  private static S3Proxy secure;

  static final List<String> CLIENTS = List.of("Apache", "Apache 5");

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    certificate = Certificate.in(directory);
    secure = S3Nodes.secure(certificate);
  }

  @AfterAll
  static void stop() throws Exception {
    secure.stop();
  }

  private static SdkHttpClient.Builder<?> http(String name) {
    return name.equals("Apache")
        ? HttpClients.apache().tlsTrustManagersProvider(certificate::trust)
        : Apache5HttpClient.builder().tlsTrustManagersProvider(certificate::trust);
  }

  private LoadBalancer cluster(String... urls) {
    return track(
        LoadBalancer.builder()
            .nodes(urls)
            .logicalEndpoint(URI.create("https://s3.example"))
            .policy(BalancingPolicy.roundRobin())
            .healthCheck(HealthCheck.none()));
  }

  private static String url() {
    return "https://127.0.0.1:" + secure.getSecurePort();
  }

  @ParameterizedTest
  @FieldSource("CLIENTS")
  void putAndGet(String http) {
    S3Client s3 = track(builder(cluster(url())).httpClientBuilder(http(http)));
    s3.createBucket(create -> create.bucket(bucket));

    for (int i = 0; i < 5; i++) {
      put(s3, "k", bytes(300_000));
      assertThat(get(s3, "k")).isEqualTo(bytes(300_000));
    }
  }

  /** No handshake, no request: the next node gets it, unseen by the SDK. */
  @ParameterizedTest
  @FieldSource("CLIENTS")
  void nodesWithWhichThereIsNoHandshake(String http) {
    String wrongName = "https://localhost:" + secure.getSecurePort();
    nodes.get(1).kill();
    String dead = "https://" + nodes.get(1).id();
    LoadBalancer cluster = cluster(wrongName, dead, url());
    AttemptLog attempts = new AttemptLog();
    S3Client s3 =
        track(
            builder(cluster)
                .httpClientBuilder(http(http))
                .overrideConfiguration(o -> o.addExecutionInterceptor(attempts)));

    s3.createBucket(create -> create.bucket(bucket));
    for (int i = 0; i < 5; i++) {
      s3.putObject(
          put -> put.bucket(bucket).key("k").writeOffsetBytes(0L),
          RequestBody.fromBytes(bytes(1000)));
    }

    assertThat(attempts.take()).as("attempts of the SDK").isEqualTo(6);
    assertThat(cluster.snapshot().nodes())
        .extracting(node -> node.state())
        .containsExactly(NodeState.DOWN, NodeState.DOWN, NodeState.UP);
  }

  @Test
  void nobodyTrustsTheNodes() {
    LoadBalancer cluster = cluster(url());
    S3Client s3 = client(cluster);

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> get(s3, "k"))
        .withMessageContaining("0/1 eligible")
        .withMessageContaining("certification path");
    assertIdle(cluster);
  }
}
