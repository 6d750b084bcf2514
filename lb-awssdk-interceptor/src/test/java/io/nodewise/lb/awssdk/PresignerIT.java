package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.RequestHint;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.presigner.PresignedRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/** URLs for others, who open them with a client that knows nothing of this. */
class PresignerIT extends OnS3Nodes {
  private static final byte[] CONTENT = bytes(5000);

  private static S3Presigner with(S3Presigner.Builder builder) {
    return builder.credentialsProvider(S3Nodes.CREDENTIALS).build();
  }

  private PresignedRequest get(S3Presigner presigner) {
    return presigner.presignGetObject(
        sign ->
            sign.signatureDuration(Duration.ofMinutes(5))
                .getObjectRequest(get -> get.bucket(bucket).key("a key")));
  }

  private PresignedRequest put(S3Presigner presigner) {
    return presigner.presignPutObject(
        sign ->
            sign.signatureDuration(Duration.ofMinutes(5))
                .putObjectRequest(put -> put.bucket(bucket).key("a key")));
  }

  private static int open(PresignedRequest request, byte[] sent) throws IOException {
    HttpURLConnection connection = (HttpURLConnection) request.url().openConnection();
    connection.setRequestMethod(request.httpRequest().method().name());
    for (Map.Entry<String, List<String>> header : request.signedHeaders().entrySet()) {
      connection.setRequestProperty(header.getKey(), header.getValue().get(0));
    }
    if (sent != null) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(sent);
    }
    int status = connection.getResponseCode();
    if (status == 200 && sent == null) {
      assertThat(connection.getInputStream().readAllBytes()).isEqualTo(CONTENT);
    }
    return status;
  }

  /** The status that a URL gets at a node, which need not be the one it names. */
  private static String openAt(FaultProxy node, URL url, String host) throws IOException {
    URI at = URI.create(node.url());
    try (Socket socket = new Socket(at.getHost(), at.getPort())) {
      String request =
          "GET " + url.getFile() + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length());
    }
  }

  @Test
  void urlsOfTheLogicalEndpoint() throws IOException {
    try (S3Presigner presigner = with(LoadBalancedS3.presigner(unprobed(4)))) {
      assertThat(open(put(presigner), CONTENT)).isEqualTo(200);
      assertThat(open(get(presigner), null)).isEqualTo(200);
      URL url = get(presigner).url();

      String logical = nodes.get(0).id();
      assertThat(url.toString()).startsWith("http://" + logical + "/" + bucket + "/a%20key?");
      for (FaultProxy node : nodes.all()) {
        assertThat(openAt(node, url, logical)).as("behind what keeps the Host").isEqualTo("200");
      }
      assertThat(openAt(nodes.get(1), url, nodes.get(1).id())).isEqualTo("403");
    }
  }

  @Test
  void urlsOfAChosenNode() throws IOException {
    LoadBalancer cluster = unprobed(4);
    for (Node node : cluster.nodes()) {
      try (S3Presigner presigner = with(LoadBalancedS3.presigner(cluster, node))) {
        assertThat(get(presigner).url().getAuthority()).isEqualTo(node.authority());
        assertThat(open(put(presigner), CONTENT)).isEqualTo(200);
        assertThat(open(get(presigner), null)).isEqualTo(200);
      }
    }
    assertThat(nodes.all()).allSatisfy(node -> assertThat(node.requests()).hasSize(2));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> LoadBalancedS3.presigner(cluster, Node.of("http://elsewhere.example:9000")))
        .withMessageStartingWith("node: http://elsewhere.example:9000 (expected: one of [");
  }

  @Test
  void urlsOfANodeThatIsHealthy() throws IOException {
    LoadBalancer cluster = cluster();
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    for (int i = 0; i < 3; i++) {
      cluster.drain(nodes.get(i).id());
    }
    for (int i = 0; i < 5; i++) {
      Node picked = cluster.pick(RequestHint.write());
      assertThat(picked.id()).isEqualTo(nodes.get(3).id());
      assertIdle(cluster);
    }
    try (S3Presigner presigner =
        with(LoadBalancedS3.presigner(cluster, cluster.pick(RequestHint.write())))) {
      assertThat(open(put(presigner), CONTENT)).isEqualTo(200);
    }
    assertThat(nodes.get(3).count("PUT")).isEqualTo(1);
    cluster.drain(nodes.get(3).id());
    assertThatExceptionOfType(NoNodeAvailableException.class)
        .isThrownBy(() -> cluster.pick(RequestHint.read()));
  }

  @Test
  void settingsAsUsual() {
    LoadBalancer cluster = unprobed(2);
    try (S3Presigner presigner =
        with(
            LoadBalancedS3.presigner(cluster)
                .region(Region.EU_CENTRAL_1)
                .serviceConfiguration(
                    S3Configuration.builder().chunkedEncodingEnabled(false).build()))) {
      assertThat(get(presigner).url().toString())
          .startsWith(nodes.get(0).url() + "/" + bucket + "/")
          .contains("eu-central-1");
    }
    try (S3Presigner presigner =
        with(
            LoadBalancedS3.presigner(cluster)
                .endpointOverride(URI.create("http://s3.example:9000"))
                .serviceConfiguration(
                    S3Configuration.builder().pathStyleAccessEnabled(false).build()))) {
      assertThat(get(presigner).url().toString())
          .startsWith("http://" + bucket + ".s3.example:9000/a%20key?");
    }
    try (S3Presigner presigner =
        with(LoadBalancedS3.presigner(cluster).s3Client(client(cluster)))) {
      assertThat(get(presigner).url().toString()).contains("us-east-1");
    }
    assertThat(LoadBalancedS3.presigner(cluster).toString())
        .isEqualTo("LoadBalancedS3.presigner(" + nodes.get(0).url() + ")");
  }
}
