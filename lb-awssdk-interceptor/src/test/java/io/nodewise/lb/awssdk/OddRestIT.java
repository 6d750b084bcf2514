package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.health.HealthCheck;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
      assertThat(new String(body.readAllBytes())).isEqualTo("abc" + "x".repeat(97));
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
          .withMessageContaining("not as long as it said");
    }
  }

  private static final String FIFTY = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
}
