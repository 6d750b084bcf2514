package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.health.HealthCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Servers that say no before they have read the body, and close. */
class EarlyRefusalIT extends OnS3Nodes {
  private static final String NO =
      "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 39\r\n\r\n"
          + "<Error><Code>AccessDenied</Code></Error";

  private LoadBalancer over(RawServer one, RawServer two) {
    return track(
        LoadBalancer.builder().nodes(one.url(), two.url()).healthCheck(HealthCheck.none()));
  }

  private static int requests(RawServer one, RawServer two) {
    return one.requests().size() + two.requests().size();
  }

  /** The clients we make send {@code Expect: 100-continue}: the body waits for the server. */
  @ParameterizedTest
  @ValueSource(ints = {1_000, 60_000, 3 << 20, 20 << 20})
  void aRefusalOfTheHeadIsHeard(int size) {
    RawServer.Script refuses = (request, connection) -> RawServer.say(connection, NO);
    try (RawServer one = new RawServer(refuses);
        RawServer two = new RawServer(refuses)) {
      LoadBalancer cluster = over(one, two);
      S3Client s3 = client(cluster);

      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> put(s3, "k", bytes(size)))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(403));

      assertThat(requests(one, two)).isEqualTo(1);
      assertThat(faults(cluster)).isZero();
      assertIdle(cluster);
    }
  }

  /** The connection breaks under the body, and no client looks for an answer then. */
  @Test
  void aRefusalInTheMiddleOfALargeBodyLooksLikeAReset() {
    RawServer.Script refuses =
        (request, connection) -> {
          RawServer.say(connection, "HTTP/1.1 100 Continue\r\n\r\n");
          connection.getInputStream().readNBytes(500_000);
          RawServer.say(connection, NO);
        };
    try (RawServer one = new RawServer(refuses);
        RawServer two = new RawServer(refuses)) {
      LoadBalancer cluster = over(one, two);
      S3Client s3 = client(cluster);

      assertThatExceptionOfType(SdkClientException.class)
          .isThrownBy(() -> put(s3, "k", bytes(20 << 20)))
          .withMessageContaining("node 127.0.0.1");

      assertThat(requests(one, two)).as("one free move, and the SDK's own").isBetween(2, 5);
      assertIdle(cluster);
    }
  }
}
