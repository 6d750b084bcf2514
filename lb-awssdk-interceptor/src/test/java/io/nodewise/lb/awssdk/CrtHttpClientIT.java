package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.TlsFront;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.PrivateCa;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Over the HTTP client of the AWS common runtime, which is native code. */
class CrtHttpClientIT extends OnS3Nodes {

  private S3Client client(LoadBalancer cluster, AwsCrtHttpClient.Builder http) {
    return track(builder(cluster).httpClientBuilder(http));
  }

  private S3Client crt(LoadBalancer cluster) {
    return client(cluster, AwsCrtHttpClient.builder());
  }

  @ParameterizedTest
  @EnumSource(HostHeader.class)
  void sendsTheHostThatWasSigned(HostHeader host) {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .hostHeader(host)
                .policy(BalancingPolicy.roundRobin())
                .healthCheck(HealthCheck.none()));
    S3Client s3 = crt(cluster);
    for (int i = 0; i < 4; i++) {
      put(s3, "k" + i, bytes(300_000));
      assertThat(get(s3, "k" + i)).isEqualTo(bytes(300_000));
    }
    for (FaultProxy node : nodes.all()) {
      String named = (host == HostHeader.NODE ? node : nodes.get(0)).id();
      assertThat(node.requests())
          .hasSize(2)
          .allSatisfy(request -> assertThat(request.header("Host")).hasValue(named));
    }
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void deadNodesAreLeftWithinTheSdksAttempt() {
    LoadBalancer cluster = unprobed(4);
    AttemptLog attempts = new AttemptLog();
    S3Client s3 =
        track(
            builder(cluster)
                .httpClientBuilder(AwsCrtHttpClient.builder())
                .overrideConfiguration(o -> o.addExecutionInterceptor(attempts)));
    for (int i = 0; i < 3; i++) {
      nodes.get(i).kill();
    }
    for (int i = 0; cluster.snapshot().failovers() == 0; i++) {
      assertThat(i).as("calls until one met a dead node").isLessThan(50);
      put(s3, "k", bytes(100_000));
      assertThat(attempts.take()).as("attempts of the SDK").isEqualTo(1);
    }
    assertThat(get(s3, "k")).isEqualTo(bytes(100_000));
    assertThat(cluster.snapshot().nodes())
        .filteredOn(node -> node.state() == NodeState.DOWN)
        .isNotEmpty()
        .allSatisfy(node -> assertThat(node.reason()).contains("refused"));
  }

  @Test
  void silentNodeIsLeft() {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(2))
                .healthCheck(HealthCheck.none())
                .policy(BalancingPolicy.roundRobin())
                .timeouts(
                    Timeouts.builder()
                        .suspicion(Duration.ofMillis(300))
                        .firstByte(Duration.ofMillis(700))
                        .build()));
    S3Client s3 = crt(cluster);
    put(PLAIN, "k", bytes(1000));
    nodes.get(1).always(Fault.delayReply(30_000));
    for (int i = 0; i < 3; i++) {
      assertThat(get(s3, "k")).isEqualTo(bytes(1000));
    }
    assertThat(node(cluster, nodes.get(1)).faults()).isPositive();
  }

  @Test
  void downloadGoesOnElsewhere() throws IOException {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = crt(cluster);
    byte[] content = bytes(1_000_000);
    put(PLAIN, "k", content);
    for (Fault fault : List.of(Fault.resetReply(300_000), Fault.cutReply(300_000))) {
      nodes.forgetFaults();
      nodes.onceAnywhere(fault.on("GET"));
      try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
        assertThat(body.readAllBytes()).isEqualTo(content);
      }
    }
    assertThat(cluster.snapshot().resumes()).isEqualTo(2);
  }

  @Test
  void callsThatAreGivenUp() {
    FaultProxy one = nodes.get(1);
    FaultProxy two = nodes.get(2);
    LoadBalancer cluster =
        track(LoadBalancer.builder().nodes(one.url(), two.url()).healthCheck(HealthCheck.none()));
    put(PLAIN, "k", bytes(5 << 20));
    S3Client s3 = crt(cluster);
    ResponseInputStream<GetObjectResponse> body = s3.getObject(get -> get.bucket(bucket).key("k"));
    body.abort();
    assertIdle(cluster);

    S3Client hasty =
        track(
            builder(cluster)
                .httpClientBuilder(AwsCrtHttpClient.builder())
                .overrideConfiguration(
                    o ->
                        o.apiCallAttemptTimeout(Duration.ofMillis(300))
                            .retryStrategy(b -> b.maxAttempts(1))));
    nodes.always(Fault.delayReply(20_000));
    assertThatExceptionOfType(ApiCallAttemptTimeoutException.class)
        .isThrownBy(() -> get(hasty, "k"));
    assertIdle(cluster);
    assertThat(faults(cluster)).isZero();
    await("connections are closed")
        .atMost(Duration.ofSeconds(10))
        .until(() -> one.connections() + two.connections() == 0);
  }

  @Test
  void exhaustedPoolIsNobodysFault() throws IOException {
    LoadBalancer cluster = unprobed(1);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.retryStrategy(b -> b.maxAttempts(1)))
                .httpClientBuilder(
                    AwsCrtHttpClient.builder()
                        .maxConcurrency(1)
                        .readBufferSizeInBytes(64L << 10) // else it takes all of it at once
                        .connectionAcquisitionTimeout(Duration.ofMillis(200))));
    put(s3, "k", bytes(5 << 20));
    try (var held = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      assertThat(held.read()).isNotNegative();
      assertThatException().isThrownBy(() -> get(s3, "k"));
      held.abort();
    }
    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  /**
   * It has no other trust than the system's, and says so only after ten seconds or more, as its TLS
   * does not want to be timed; until then it is a wait for a connection, for which nobody is
   * charged.
   */
  @Test
  void certificateThatItDoesNotTrust(@TempDir Path folder) throws Exception {
    PrivateCa ca = PrivateCa.in(folder, "ca");
    ClusterTls tls = ClusterTls.builder().trust(ca.trust()).build();
    try (TlsFront front =
        new TlsFront(nodes.get(0), ca.issue("node", "ip:127.0.0.1").server(ca), false)) {
      LoadBalancer cluster =
          track(
              LoadBalancer.builder()
                  .nodes(front.url("127.0.0.1"))
                  .healthCheck(HealthCheck.none())
                  .tls(tls));
      S3Client s3 =
          track(
              builder(cluster)
                  .overrideConfiguration(o -> o.retryStrategy(b -> b.maxAttempts(1)))
                  .httpClientBuilder(
                      AwsCrtHttpClient.builder()
                          .connectionAcquisitionTimeout(Duration.ofSeconds(1))));
      assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> get(s3, "k"));
      assertThat(nodes.requests()).isEmpty();
      assertIdle(cluster);
    }
  }

  @Test
  void serverNameIsRefused() throws Exception {
    ClusterTls tls = ClusterTls.builder().serverName("s3.example.com").build();
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes("https://127.0.0.1:1")
                .healthCheck(HealthCheck.none())
                .tls(tls));
    assertThatIllegalArgumentException()
        .isThrownBy(builder(cluster).httpClientBuilder(AwsCrtHttpClient.builder())::build)
        .withMessageContaining("AwsCrtHttpClient")
        .withMessageContaining("serverName");
    assertThatIllegalArgumentException()
        .isThrownBy(
            LoadBalancedS3.asyncBuilder(cluster).httpClientBuilder(AwsCrtAsyncHttpClient.builder())
                ::build)
        .withMessageContaining("serverName");
  }

  /** The event loops are the JVM's: one set of daemons, from the first client to its end. */
  @Test
  void eventLoopsStayAndAreNotAddedTo() {
    for (int i = 0; i < 3; i++) {
      LoadBalancer cluster =
          track(LoadBalancer.builder().nodes(nodes.get(1).url()).healthCheck(HealthCheck.none()));
      S3Client s3 = builder(cluster).httpClientBuilder(AwsCrtHttpClient.builder()).build();
      put(s3, "k", bytes(1000));
      get(s3, "k");
      s3.close();
      List<Thread> loops =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("AwsEventLoop"))
              .toList();
      assertThat(loops)
          .hasSizeBetween(1, Runtime.getRuntime().availableProcessors())
          .allMatch(Thread::isDaemon);
    }
    await("connections are closed")
        .atMost(Duration.ofSeconds(5))
        .until(() -> nodes.get(1).connections() == 0);
  }
}
