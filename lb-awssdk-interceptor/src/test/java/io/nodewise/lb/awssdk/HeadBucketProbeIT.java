package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.ProbeRequest;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.blobstore.BlobStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;

/** A signed health check, against servers that verify every signature. */
class HeadBucketProbeIT extends OnS3Nodes {
  private static final URI LOGICAL = URI.create("http://s3.example.com:8080");

  private static final AwsCredentialsProvider WRONG =
      StaticCredentialsProvider.create(AwsBasicCredentials.create(S3Nodes.ACCESS_KEY, "no"));

  private static Probe probe(String bucket, AwsCredentialsProvider credentials) {
    return LoadBalancedS3.headBucket(bucket, credentials, Region.US_EAST_1, LOGICAL);
  }

  private static LoadBalancerBuilder probedBy(Probe question) {
    return LoadBalancer.builder()
        .logicalEndpoint(LOGICAL)
        .healthCheck(
            HealthCheck.of(question).toBuilder()
                .interval(Duration.ofMillis(500))
                .fastInterval(Duration.ofMillis(100))
                .timeout(Duration.ofMillis(400))
                .build());
  }

  /** Sends it as it is. */
  private int status(ProbeRequest request) throws Exception {
    StringBuilder head =
        new StringBuilder(request.method() + " " + request.pathAndQuery() + " HTTP/1.1\r\n");
    request.headers().forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
    head.append("Connection: close\r\n\r\n");
    URI node = URI.create(nodes.get(0).url());
    try (Socket socket = new Socket(node.getHost(), node.getPort())) {
      socket.getOutputStream().write(head.toString().getBytes(StandardCharsets.US_ASCII));
      String line =
          new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
              .readLine();
      return Integer.parseInt(line.split(" ")[1]);
    }
  }

  private static void awaitState(LoadBalancer cluster, String id, NodeState state) {
    await(id + " " + state)
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                cluster.snapshot().nodes().stream()
                    .anyMatch(one -> one.node().id().equals(id) && one.state() == state));
  }

  @Test
  void the_signature_is_good_and_is_looked_at() throws Exception {
    Node node = Node.of(nodes.get(0).url());
    ProbeRequest good = probe(bucket, S3Nodes.CREDENTIALS).request(node);
    assertThat(good.headers()).containsEntry("Host", "s3.example.com:8080");
    assertThat(status(good)).isEqualTo(200);
    assertThat(status(probe("no-" + bucket, S3Nodes.CREDENTIALS).request(node))).isEqualTo(404);
    assertThat(status(probe(bucket, WRONG).request(node))).isEqualTo(403);
  }

  @Test
  void nodes_with_a_bucket_are_up_and_a_killed_one_is_down_until_it_is_back() {
    LoadBalancer cluster = track(probedBy(probe(bucket, S3Nodes.CREDENTIALS)).nodes(nodes.urls()));
    for (FaultProxy node : nodes.all()) {
      awaitState(cluster, node.id(), NodeState.UP);
    }
    nodes.get(2).kill();
    awaitState(cluster, nodes.get(2).id(), NodeState.DOWN);
    nodes.get(2).pass();
    awaitState(cluster, nodes.get(2).id(), NodeState.UP);
  }

  @Test
  void a_node_whose_storage_is_broken_is_down_though_its_health_path_says_200() throws Exception {
    InvocationHandler broken =
        (store, method, arguments) -> {
          throw new UncheckedIOException(new IOException("no disk"));
        };
    S3Proxy server =
        S3Proxy.builder()
            .blobStore(
                (BlobStore)
                    Proxy.newProxyInstance(
                        BlobStore.class.getClassLoader(), new Class<?>[] {BlobStore.class}, broken))
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V4, S3Nodes.ACCESS_KEY, S3Nodes.SECRET_KEY)
            .ignoreUnknownHeaders(true)
            .jettyMaxThreads(16)
            .build();
    server.start();
    FaultProxy node = FaultProxy.before(new InetSocketAddress("127.0.0.1", server.getPort()));
    try {
      LoadBalancer shallow =
          track(LoadBalancer.builder().nodes(node.url()).healthCheck(quickProbes()));
      awaitState(shallow, node.id(), NodeState.UP);
      LoadBalancer signed =
          track(probedBy(probe(bucket, S3Nodes.CREDENTIALS)).nodes(node.url(), nodes.get(0).url()));
      awaitState(signed, node.id(), NodeState.DOWN);
      awaitState(signed, nodes.get(0).id(), NodeState.UP);
    } finally {
      node.close();
      server.stop();
    }
  }

  @Test
  void wrong_credentials_and_a_missing_bucket_take_no_node_out() {
    LoadBalancer cluster = track(probedBy(probe(bucket, WRONG)).nodes(nodes.urls()));
    LoadBalancer other =
        track(probedBy(probe("no-" + bucket, S3Nodes.CREDENTIALS)).nodes(nodes.urls()));
    for (FaultProxy node : nodes.all()) {
      awaitState(cluster, node.id(), NodeState.UP);
      awaitState(other, node.id(), NodeState.UP);
    }
  }

  @Test
  void without_credentials_nothing_is_held_against_a_node() {
    AwsCredentialsProvider none =
        () -> {
          throw SdkClientException.create("no credentials");
        };
    LoadBalancer cluster = track(probedBy(probe(bucket, none)).nodes(nodes.urls()));
    put(client(cluster), "key", bytes(10));
    await()
        .during(Duration.ofSeconds(1))
        .until(() -> node(cluster, nodes.get(0)).state().eligible());
  }

  @ParameterizedTest
  @CsvSource({
    "200, UP",
    "204, UP",
    "301, UP",
    "400, UP",
    "403, UP",
    "404, UP",
    "405, UP",
    "501, UP",
    "429, DEGRADED",
    "503, DEGRADED",
    "500, DOWN",
    "502, DOWN",
    "504, DOWN"
  })
  void what_an_answer_means(int status, Verdict.Kind kind) {
    Verdict verdict = probe("b", S3Nodes.CREDENTIALS).read(new ProbeAnswer(status, Map.of(), ""));
    assertThat(verdict.kind()).isEqualTo(kind);
    assertThat(verdict.reason()).contains("" + status);
  }

  @Test
  void session_credentials_are_signed_too_and_nothing_secret_is_shown() {
    Probe probe =
        probe(
            "b",
            StaticCredentialsProvider.create(AwsSessionCredentials.create("id", "key", "token")));
    ProbeRequest request = probe.request(Node.of("http://a:9000"));
    assertThat(request.headers())
        .containsEntry("X-Amz-Security-Token", "token")
        .hasEntrySatisfying("Authorization", a -> assertThat(a).contains("x-amz-security-token"));
    assertThat(request).hasToString("HEAD /b");
    assertThat(probe).hasToString("HEAD /b, signed for s3.example.com:8080");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "a b", "a?b", "..", "ü"})
  void a_bucket_is_a_name(String name) {
    assertThatThrownBy(() -> probe(name, S3Nodes.CREDENTIALS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("bucket: " + name + " (expected: ");
    assertThatThrownBy(
            () ->
                LoadBalancedS3.headBucket(
                    "b", S3Nodes.CREDENTIALS, Region.US_EAST_1, URI.create("s3.example.com")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("logical endpoint: s3.example.com (expected: ");
  }
}
