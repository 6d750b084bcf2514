package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.MultipartUpload;

/**
 * Answers that are documents, and break off: what was not read whole was not answered, and the call
 * goes on at another node.
 */
class BrokenDocumentIT extends OnS3Nodes {
  private static final String XML = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  private static final String LIST =
      XML + "<ListBucketResult><Contents><Key>false</Key></Contents></ListBucketResult>";

  /** As it is cut: at its end by the connection's, in its length, between and in its chunks. */
  static final List<String> BROKEN =
      List.of(
          "HTTP/1.1 200 OK\r\n",
          "HTTP/1.1 200 OK\r\nDate: Fri, 20 Nov 20",
          "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n",
          "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + XML,
          "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + LIST.substring(0, 70),
          "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + LIST,
          "HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n27\r\n" + XML + "\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n" + XML,
          "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

  /** A node that answers so, and a good one, each in its turn. */
  private LoadBalancer beside(RawServer broken) {
    return track(
        LoadBalancer.builder()
            .nodes(broken.url(), nodes.get(0).url())
            .logicalEndpoint(URI.create(nodes.get(0).url()))
            .policy(BalancingPolicy.roundRobin())
            .healthCheck(HealthCheck.none()));
  }

  @ParameterizedTest
  @FieldSource("BROKEN")
  void neverAShortListNorAnUploadWithoutAnId(String answer) {
    put(PLAIN, "true", bytes(10));
    try (RawServer broken = RawServer.saying(answer)) {
      LoadBalancer cluster = beside(broken);
      S3Client s3 = client(cluster);

      for (int i = 0; i < 4; i++) {
        assertThat(s3.listObjectsV2(list -> list.bucket(bucket)).contents())
            .extracting(object -> object.key())
            .containsExactly("true");
        assertThat(s3.createMultipartUpload(create -> create.bucket(bucket).key("k")).uploadId())
            .isNotEmpty();
        assertIdle(cluster);
      }

      assertThat(broken.requests()).hasSizeGreaterThan(2);
      assertThat(cluster.snapshot().nodes().get(0).faults()).isEqualTo(broken.requests().size());
      assertThat(node(cluster, nodes.get(0)).faults()).isZero();
    }
  }

  /** What ends with the connection, and whole, is an answer. */
  @Test
  void documentThatEndsWithTheConnection() {
    try (RawServer server =
        RawServer.saying("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + LIST + "\r\n")) {
      LoadBalancer cluster =
          track(LoadBalancer.builder().nodes(server.url()).healthCheck(HealthCheck.none()));
      S3Client s3 = client(cluster);

      assertThat(s3.listObjectsV2(list -> list.bucket(bucket)).contents()).hasSize(1);
      assertThat(faults(cluster)).isZero();
    }
  }

  /** A reply is lost, and that to the repeat breaks off. */
  @ParameterizedTest
  @ValueSource(longs = {0, 100, 300, 400})
  void createThatIsLostTwice(long after) {
    S3Client s3 = client(unprobed(4));
    for (int i = 0; i < 8; i++) {
      nodes.renew();
      nodes.onceAnywhere(Fault.loseReply().on("POST"));
      nodes.onceAnywhere(Fault.cutReply(after).on("POST"));
      String key = "k" + i;

      String id = s3.createMultipartUpload(create -> create.bucket(bucket).key(key)).uploadId();

      assertThat(id).isNotEmpty();
      assertThat(PLAIN.listMultipartUploads(list -> list.bucket(bucket).prefix(key)).uploads())
          .extracting(MultipartUpload::uploadId)
          .contains(id);
    }
  }

  /** Servers send white space while they put the parts together; that is a sign of life. */
  @Test
  void completionThatTakesLongerThanAnySilenceMay() {
    try (RawServer slow =
        new RawServer(
            (request, connection) -> {
              RawServer.say(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              for (int i = 0; i < 15; i++) {
                RawServer.say(connection, "1\r\n \r\n");
                TimeUnit.MILLISECONDS.sleep(100);
              }
              String document =
                  "<CompleteMultipartUploadResult><ETag>t</ETag></CompleteMultipartUploadResult>";
              RawServer.say(
                  connection,
                  Integer.toHexString(document.length()) + "\r\n" + document + "\r\n0\r\n\r\n");
            })) {
      LoadBalancer cluster =
          track(
              LoadBalancer.builder()
                  .nodes(slow.url())
                  .healthCheck(HealthCheck.none())
                  .timeouts(
                      Timeouts.builder()
                          .suspicion(Duration.ofMillis(200))
                          .firstByte(Duration.ofMillis(700))
                          .bodyIdle(Duration.ofMillis(700))
                          .build()));
      S3Client s3 = client(cluster);

      assertThat(complete(s3)).isEqualTo("t");

      assertThat(slow.requests()).hasSize(1);
      assertThat(faults(cluster)).isZero();
    }
  }

  private String complete(S3Client s3) {
    CompletedPart part = CompletedPart.builder().partNumber(1).eTag("t").build();
    return s3.completeMultipartUpload(
            complete ->
                complete.bucket(bucket).key("k").uploadId("id").multipartUpload(m -> m.parts(part)))
        .eTag();
  }
}
