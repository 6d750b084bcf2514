package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.HostHeaderIT.Http;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.HostHeader;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A node that sends the client elsewhere: nobody outside the set hears of its credentials. */
class RedirectIT extends OnS3Nodes {

  static Stream<Arguments> redirects() {
    return Stream.of(Http.values())
        .flatMap(http -> Stream.of(301, 302, 307, 308).map(status -> Arguments.of(http, status)));
  }

  /** Reads what is sent, so that nobody sees a reset. */
  private static RawServer sendingTo(String location, int status) {
    return new RawServer(
        (request, connection) -> {
          if (request.header("Expect").isPresent()) {
            RawServer.say(connection, "HTTP/1.1 100 Continue\r\n\r\n");
          }
          int length = Integer.parseInt(request.header("Content-Length").orElse("0"));
          connection.getInputStream().readNBytes(length);
          RawServer.say(
              connection,
              "HTTP/1.1 "
                  + status
                  + " Moved\r\nLocation: "
                  + location
                  + "\r\nx-amz-bucket-region: eu-west-1\r\nContent-Length: 0\r\n\r\n");
        });
  }

  @ParameterizedTest
  @MethodSource("redirects")
  void isAnAnswerAndNotFollowed(Http http, int status) {
    try (RawServer outside = RawServer.saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        RawServer node = sendingTo(outside.url() + "/elsewhere", status)) {
      LoadBalancer cluster =
          track(
              LoadBalancer.builder()
                  .nodes(node.url())
                  .hostHeader(HostHeader.NODE)
                  .healthCheck(HealthCheck.none()));
      S3Client s3 = track(builder(cluster).httpClientBuilder(http.builder()));

      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(s3, "k"))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(status));
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> put(s3, "k", bytes(10)))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(status));

      assertThat(outside.requests()).as("requests outside the set").isEmpty();
      assertThat(node.requests()).hasSize(2);
      assertIdle(cluster);
    }
  }
}
