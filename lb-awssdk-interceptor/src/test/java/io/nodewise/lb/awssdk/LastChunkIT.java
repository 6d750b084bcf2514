package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.health.HealthCheck;
import java.io.IOException;
import java.net.Socket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

/** Objects of unknown length, of which everything comes but the chunk that says that it was all. */
class LastChunkIT extends OnS3Nodes {

  private static void answer(Request request, Socket connection, String content, long length)
      throws IOException {
    if (request.header("Range").isPresent()) {
      RawServer.say(
          connection,
          "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */"
              + length
              + "\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    String chunk =
        content.isEmpty() ? "" : Integer.toHexString(content.length()) + "\r\n" + content + "\r\n";
    RawServer.say(
        connection,
        "HTTP/1.1 200 OK\r\nETag: \"tag\"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk);
  }

  private S3Client clientOf(RawServer one, RawServer two) {
    LoadBalancer cluster =
        track(LoadBalancer.builder().nodes(one.url(), two.url()).healthCheck(HealthCheck.none()));
    return client(cluster);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0123456789"})
  void the_object_is_whole(String content) {
    int length = content.length();
    try (RawServer one = new RawServer((r, c) -> answer(r, c, content, length));
        RawServer two = new RawServer((r, c) -> answer(r, c, content, length))) {
      S3Client s3 = clientOf(one, two);

      assertThat(s3.getObjectAsBytes(get -> get.bucket("b").key("k")).asUtf8String())
          .isEqualTo(content);
      assertThat(one.requests().size() + two.requests().size()).isEqualTo(2);
    }
  }

  /** Then it is another object. */
  @ParameterizedTest
  @ValueSource(longs = {0, 9, 11})
  void an_object_of_another_length_is_not_its_end(long length) {
    String content = "0123456789";
    try (RawServer one = new RawServer((r, c) -> answer(r, c, content, length));
        RawServer two = new RawServer((r, c) -> answer(r, c, content, length))) {
      S3Client s3 = clientOf(one, two);

      assertThatException()
          .isThrownBy(
              () -> {
                try (var body = s3.getObject(get -> get.bucket("b").key("k"))) {
                  body.readAllBytes();
                }
              })
          .withMessageContaining("changed");
    }
  }
}
