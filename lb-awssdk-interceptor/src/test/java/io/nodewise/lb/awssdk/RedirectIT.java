package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.HostHeader;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.crt.AwsCrtHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A node that sends the client elsewhere: nobody outside the set hears of its credentials. */
class RedirectIT extends OnAsyncNodes {
  private static final int[] ALL = {301, 302, 303, 307, 308};
  private static final int[] ONE = {307};

  /** What a synchronous client sends through. */
  enum Sync {
    APACHE,
    APACHE_5,
    CRT,
    URL_CONNECTION;

    SdkHttpClient.Builder<?> builder() {
      return switch (this) {
        case APACHE -> HttpClients.apache();
        case APACHE_5 -> Apache5HttpClient.builder();
        case CRT -> AwsCrtHttpClient.builder();
        case URL_CONNECTION -> UrlConnectionHttpClient.builder();
      };
    }
  }

  /** Each client names the nodes as they are; all but the last can name the cluster as well. */
  static Stream<Arguments> clients() {
    return Stream.of(Sync.values())
        .flatMap(
            http ->
                Stream.of(HostHeader.values())
                    .filter(host -> http != Sync.URL_CONNECTION || host == HostHeader.NODE)
                    .map(host -> Arguments.of(http, host)));
  }

  static Stream<Arguments> asyncClients() {
    return Stream.of(Http.values())
        .flatMap(http -> Stream.of(HostHeader.values()).map(host -> Arguments.of(http, host)));
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
                  + "\r\n"
                  + "x-amz-bucket-region: eu-west-1\r\n"
                  + "Content-Length: 0\r\n"
                  + "Connection: close\r\n\r\n");
        });
  }

  private LoadBalancer over(RawServer node, HostHeader host) {
    return track(
        LoadBalancer.builder().nodes(node.url()).hostHeader(host).healthCheck(HealthCheck.none()));
  }

  private static RawServer outside() {
    return RawServer.saying("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }

  private static void assertAnswered(int status, Runnable call) {
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(call::run)
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(status));
  }

  /** Not even a connection, which might say by its TLS name what is asked for. */
  private static void assertNotFollowed(RawServer node, RawServer outside) {
    assertThat(outside.requests()).as("requests outside the set").isEmpty();
    assertThat(outside.connections()).as("connections outside the set").isZero();
    assertThat(node.requests()).hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("clients")
  void isAnAnswerAndNotFollowed(Sync http, HostHeader host) {
    boolean isOnly = http == Sync.URL_CONNECTION;
    for (int status : host == HostHeader.LOGICAL || isOnly ? ALL : ONE) {
      try (RawServer outside = outside();
          RawServer node = sendingTo(outside.url() + "/elsewhere", status)) {
        LoadBalancer cluster = over(node, host);
        S3Client s3 = track(builder(cluster).httpClientBuilder(http.builder()));
        assertAnswered(status, () -> get(s3, "k"));
        assertAnswered(status, () -> put(s3, "k", bytes(10)));
        assertNotFollowed(node, outside);
        assertIdle(cluster);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("asyncClients")
  void isAnAnswerAndNotFollowedByAsynchronousClients(Http http, HostHeader host) {
    for (int status : host == HostHeader.LOGICAL ? ALL : ONE) {
      try (RawServer outside = outside();
          RawServer node = sendingTo(outside.url() + "/elsewhere", status)) {
        LoadBalancer cluster = over(node, host);
        S3AsyncClient s3 = client(cluster, http);
        assertAnswered(status, () -> get(s3, "k"));
        assertAnswered(status, () -> put(s3, "k", bytes(10)));
        assertNotFollowed(node, outside);
        idle(cluster);
      }
    }
  }
}
