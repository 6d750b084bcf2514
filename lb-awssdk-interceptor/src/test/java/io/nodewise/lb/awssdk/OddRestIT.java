package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Asked for the rest of a download, a server sends other than it says. */
class OddRestIT extends OnS3Nodes {
  private static final String BEGINNING =
      "HTTP/1.1 200 OK\r\nETag: \"t\"\r\nContent-Length: 100\r\n\r\nabc";
  private static final String REST =
      "HTTP/1.1 206 Partial Content\r\nETag: \"t\"\r\nContent-Range: bytes 3-99/100\r\n";

  /** Breaks off after three of a hundred bytes, and sends this for the rest. */
  private static RawServer then(String rest) {
    return new RawServer(
        (request, connection) ->
            RawServer.say(connection, request.header("Range").isPresent() ? rest : BEGINNING));
  }

  private InputStream download(RawServer server) {
    LoadBalancer cluster =
        track(LoadBalancer.builder().nodes(server.url()).healthCheck(HealthCheck.none()));
    return client(cluster).getObject(get -> get.bucket(bucket).key("k"));
  }

  @Test
  void aRestThatEndsWithTheConnection() throws Exception {
    try (RawServer server = then(REST + "Connection: close\r\n\r\n" + "x".repeat(97));
        InputStream body = download(server)) {
      assertThat(new String(body.readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("abc" + "x".repeat(97));
    }
  }

  /** A rest has no other length than the download lacks, however it is framed. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: close\r\n\r\n" + FIFTY,
        "Content-Length: 50\r\n\r\n" + FIFTY,
        "Transfer-Encoding: chunked\r\n\r\n32\r\n" + FIFTY + "\r\n0\r\n\r\n",
        "Content-Length: 100\r\n\r\n" + FIFTY + FIFTY
      })
  void aRestOfAnotherLengthIsNoWholeObject(String rest) throws Exception {
    try (RawServer server = then(REST + rest);
        InputStream body = download(server)) {
      assertThatIOException()
          .isThrownBy(body::readAllBytes)
          .withMessageMatching("node .*: it sent (less than it said|more than was asked for)");
    }
  }

  /** What is missing of a rest is asked for, too. */
  @Test
  void aRestThatIsTooShortIsGoneOnWith() throws Exception {
    try (RawServer server =
            new RawServer(
                (request, connection) -> {
                  String range = request.header("Range").orElse("");
                  RawServer.say(
                      connection,
                      range.isEmpty()
                          ? BEGINNING
                          : range.equals("bytes=3-99")
                              ? REST + "Connection: close\r\n\r\n" + FIFTY
                              : REST.replace("3-99", "53-99")
                                  + "Content-Length: 47\r\n\r\n"
                                  + "y".repeat(47));
                });
        InputStream body = download(server)) {
      assertThat(new String(body.readAllBytes(), StandardCharsets.US_ASCII))
          .isEqualTo("abc" + FIFTY + "y".repeat(47));
    }
  }

  private LoadBalancer of(List<RawServer> servers, DownloadResume resume) {
    return track(
        LoadBalancer.builder()
            .nodes(servers.stream().map(RawServer::url).toArray(String[]::new))
            .healthCheck(HealthCheck.none())
            .policy(BalancingPolicy.roundRobin())
            .downloadResume(resume));
  }

  private static DownloadResume within(Duration time) {
    return DownloadResume.builder().within(time).build();
  }

  /** A block that no node can read is not the fault of any of them, and asking on costs all. */
  @Test
  void aBlockThatIsBadEverywhereBlamesEachNodeOnce() throws Exception {
    List<RawServer> servers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      servers.add(then(REST + "Content-Length: 97\r\n\r\n"));
    }
    LoadBalancer cluster = of(servers, within(Duration.ofSeconds(2)));
    try (InputStream body = client(cluster).getObject(get -> get.bucket(bucket).key("k"))) {
      assertThatIOException().isThrownBy(body::readAllBytes).withMessageContaining("node 127");
    }
    assertThat(faults(cluster)).isBetween(1L, 4L);
    assertThat(servers.stream().mapToInt(server -> server.requests().size()).sum()).isLessThan(15);
    servers.forEach(RawServer::close);
  }

  /** Nodes that ask for less are left alone for as long as they say. */
  @Test
  void aRestThatNobodyWantsToSendIsNoStorm() throws Exception {
    List<RawServer> servers = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      servers.add(
          then(
              "HTTP/1.1 503 Slow Down\r\nRetry-After: 1\r\nContent-Length: 40\r\n\r\n"
                  + "<Error><Code>SlowDown</Code></Error>    "));
    }
    LoadBalancer cluster = of(servers, within(Duration.ofMillis(2500)));
    try (InputStream body = client(cluster).getObject(get -> get.bucket(bucket).key("k"))) {
      assertThatIOException().isThrownBy(body::readAllBytes);
    }
    assertThat(faults(cluster)).isEqualTo(1);
    assertThat(servers.stream().mapToInt(server -> server.requests().size()).sum())
        .as("the download, and a question a second")
        .isBetween(3, 5);
    servers.forEach(RawServer::close);
  }

  /** Connections that are refused cost nobody anything, however many nodes there are. */
  @Test
  void aLargeClusterThatRestartsIsWaitedFor() throws Exception {
    List<RawServer> servers = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      servers.add(RawServer.saying(BEGINNING));
    }
    LoadBalancer cluster = of(servers, within(Duration.ofMillis(2500)));
    S3Client s3 = client(cluster);
    InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"));
    servers.forEach(RawServer::close);

    long took = millis(() -> assertThatIOException().isThrownBy(body::readAllBytes));

    assertThat(took).isGreaterThan(1200);
    assertThat(cluster.snapshot().resumes()).as("attempts").isGreaterThan(100);
    body.close();
  }

  /** In a bucket with versions its name goes along, but that takes a right of its own. */
  @Test
  void theRightToReadIsEnough() throws Exception {
    String denied = "<Error><Code>AccessDenied</Code></Error>";
    try (RawServer server =
            new RawServer(
                (request, connection) ->
                    RawServer.say(
                        connection,
                        request.target().contains("versionId")
                            ? "HTTP/1.1 403 No\r\nContent-Length: 40\r\n\r\n" + denied
                            : request.header("Range").isPresent()
                                ? REST + "Content-Length: 97\r\n\r\n" + "x".repeat(97)
                                : BEGINNING.replace("ETag", "x-amz-version-id: v1\r\nETag")));
        InputStream body = download(server)) {
      assertThat(body.readAllBytes()).hasSize(100);
      assertThat(server.requests()).hasSize(3);
    }
  }

  private static final String FIFTY = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
}
