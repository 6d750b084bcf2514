package io.nodewise.examples.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nodewise.examples.LocalNodes;
import io.nodewise.lb.LoadBalancer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusPageTest {
  private LocalNodes nodes;
  private StatusPage page;
  private LoadBalancer cluster;

  @BeforeEach
  void start() throws IOException {
    nodes = new LocalNodes(1);
    cluster = LoadBalancer.builder().nodes(nodes.url(0), LocalNodes.dead()).build();
    page = StatusPage.on(0, cluster);
  }

  @AfterEach
  void stop() {
    page.close();
    cluster.close();
    nodes.close();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = page.uri().resolve(path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void thePageNeedsNothingFromElsewhere() throws Exception {
    HttpResponse<String> answer = get("/");
    assertThat(answer.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(answer.body()).contains("<title>Nodewise</title>").doesNotContain("https://");
    assertThat(answer.body().replace("http://www.w3.org/2000/svg", "")).doesNotContain("http://");
  }

  @Test
  void theStatusSaysWhatTheLoadBalancerKnows() throws Exception {
    cluster.checkNow();
    cluster.drain(nodes.url(0));

    JsonNode status = new ObjectMapper().readTree(get("/status.json").body());

    assertThat(status.get("eligible").asInt()).isZero();
    assertThat(status.get("nodes").get(0).get("state").asText()).isEqualTo("DRAINING");
    assertThat(status.get("nodes").get(1).get("state").asText()).isEqualTo("DOWN");
    assertThat(status.get("nodes").get(1).get("reason").asText()).contains("refused");
  }

  @Test
  void eventsTheLastFirst() throws Exception {
    cluster.checkNow();
    cluster.drain(nodes.url(0));
    cluster.resume(nodes.url(0));
    cluster.checkNow(); // comes back on the thread that tells listeners, after all of the above

    JsonNode events = new ObjectMapper().readTree(get("/status.json").body()).get("events");

    assertThat(events.get(0).get("text").asText()).startsWith("DRAINING → ");
    assertThat(events.get(1).get("text").asText()).contains(" → DRAINING");
    assertThat(nodes.url(0)).endsWith(events.get(0).get("node").asText());
  }

  @Test
  void nothingElseIsThere() throws Exception {
    assertThat(get("/etc/passwd").statusCode()).isEqualTo(404);
    assertThat(page.uri().getHost()).isEqualTo("127.0.0.1");
  }

  /** A name that leads to this machine, asked for by a script of another site. */
  @Test
  void anotherHostIsRefused() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", page.uri().getPort());
        OutputStream to = socket.getOutputStream();
        InputStream from = socket.getInputStream()) {
      to.write(
          "GET /status.json HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(from.readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 403")
          .doesNotContain("nodes");
    }
  }
}
