package io.nodewise.lb.probe;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.headRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.options;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is asked and what answers mean, over real sockets. */
class SocketProbeHttpTest {
  private static final WireMockServer server =
      new WireMockServer(options().dynamicPort().bindAddress("127.0.0.1"));

  private static final String LONG =
      "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890"
          + "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567";

  private final Probing probing = new Probing();
  private final Node node = Node.of("http://127.0.0.1:" + server.port());

  @BeforeAll
  static void startServer() {
    server.start();
  }

  @AfterAll
  static void stopServer() {
    server.stop();
  }

  @BeforeEach
  void forget() {
    server.resetAll();
  }

  @AfterEach
  void close() {
    probing.close();
  }

  private static void assertAnswered(ProbeResult result, boolean up, String reason) {
    assertThat(result.isUp()).as("%s", result).isEqualTo(up);
    assertThat(result.evidence()).isEqualTo(Evidence.ANSWERED);
    assertThat(result.isHard()).isFalse();
    assertThat(result.reason()).isEqualTo(reason);
    assertThat(result.took()).isPositive();
  }

  @Test
  void the_expected_status_is_up() {
    server.stubFor(get("/healthz?a=b%20c").willReturn(ok("fine")));
    assertAnswered(probing.probePatiently(node, HealthCheck.http("/healthz?a=b%20c")), true, "200");
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 302, 403, 404, 429, 500, 503})
  void any_other_status_is_down(int status) {
    server.stubFor(any(anyUrl()).willReturn(status(status).withHeader("Location", "/healthy")));
    server.stubFor(get("/healthy").willReturn(ok()));
    assertAnswered(
        probing.probePatiently(node, HealthCheck.s3proxy()), false, status + " (expected: 200)");
    server.verify(0, getRequestedFor(urlEqualTo("/healthy")));
  }

  @ParameterizedTest
  @CsvSource({"200,true", "204,true", "301,true", "403,true", "404,true", "500,false", "503,false"})
  void auto_takes_any_answer_below_500(int status, boolean up) {
    server.stubFor(get("/").willReturn(status(status)));
    assertAnswered(
        probing.probePatiently(node, HealthCheck.auto()),
        up,
        up ? "" + status : status + " (expected: 100-499)");
  }

  @Test
  void the_expected_statuses_can_be_set() {
    server.stubFor(any(anyUrl()).willReturn(status(412)));
    HealthCheck check = HealthCheck.builder().expectedStatuses(200, 412).build();
    assertAnswered(probing.probePatiently(node, check), true, "412");
  }

  @ParameterizedTest
  @CsvSource({"200,online,true", "200,Offline,false", "429,'',true", "503,'',false"})
  void minio_says_how_it_is_in_a_header_too(int status, String header, boolean up) {
    server.stubFor(
        get("/minio/health/live")
            .willReturn(status(status).withHeader("X-Minio-Server-Status", header)));
    ProbeResult result = probing.probePatiently(node, HealthCheck.minio());
    assertThat(result.isUp()).as("%s", result).isEqualTo(up);
    if (header.equals("Offline")) {
      assertThat(result.reason()).isEqualToIgnoringCase("x-minio-server-status: offline");
    }
  }

  @Test
  void headers_are_sent_as_set_host_included() throws Exception {
    CompletableFuture<List<String>> head = new CompletableFuture<>();
    try (LoopbackServer raw =
        LoopbackServer.start(
            socket -> {
              head.complete(LoopbackServer.readHead(socket));
              socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
            })) {
      HealthCheck check =
          HealthCheck.http("//a?b").toBuilder()
              .header("host", "s3.example.com")
              .header("X-Token", "t")
              .header("User-Agent", "me")
              .build();
      assertAnswered(probing.probePatiently(raw.node(), check), true, "200");
    }
    assertThat(head.get())
        .containsExactly(
            "GET //a?b HTTP/1.1",
            "host: s3.example.com",
            "User-Agent: me",
            "X-Token: t",
            "Connection: close");
  }

  @Test
  void by_default_the_host_is_the_one_probed() {
    server.stubFor(any(anyUrl()).willReturn(ok()));
    probing.probePatiently(node, HealthCheck.auto());
    server.verify(
        getRequestedFor(urlEqualTo("/"))
            .withHeader("Host", equalTo("127.0.0.1:" + server.port()))
            .withHeader("User-Agent", equalTo("nodewise")));
  }

  @Test
  void another_port_can_be_probed() {
    server.stubFor(any(anyUrl()).willReturn(ok()));
    HealthCheck check = HealthCheck.http("/health").toBuilder().port(server.port()).build();
    assertAnswered(probing.probePatiently(Node.of("http://127.0.0.1:1"), check), true, "200");
    server.verify(
        getRequestedFor(urlEqualTo("/health"))
            .withHeader("Host", equalTo("127.0.0.1:" + server.port())));
  }

  @Test
  void a_head_answer_has_no_body_to_wait_for() {
    server.stubFor(any(anyUrl()).willReturn(ok().withHeader("Content-Length", "1000")));
    HealthCheck check = HealthCheck.builder().method("HEAD").build();
    assertAnswered(probing.probePatiently(node, check), true, "200");
    server.verify(headRequestedFor(urlEqualTo("/")));
  }

  @Test
  void of_a_big_body_only_the_beginning_is_read() {
    byte[] big = new byte[32 * 1024 * 1024];
    server.stubFor(get("/").willReturn(aResponse().withBody(big)));
    assertAnswered(probing.probePatiently(node, HealthCheck.auto()), true, "200");
  }

  @Test
  void a_body_of_unknown_length_is_read_to_its_end() throws Exception {
    try (LoopbackServer raw = LoopbackServer.answering("HTTP/1.0 200 OK\r\n\r\nhello")) {
      assertAnswered(probing.probePatiently(raw.node(), HealthCheck.auto()), true, "200");
    }
  }

  @Test
  void interim_answers_are_passed_over() throws Exception {
    try (LoopbackServer raw =
        LoopbackServer.answering(
            "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\nHTTP/1.1 503 Busy\r\n\r\n")) {
      assertThat(probing.probePatiently(raw.node(), HealthCheck.auto()).reason()).startsWith("503");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SSH-2.0-OpenSSH_9.2p1\r\n",
        "<a very long line of something>" + LONG + "\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 two hundred\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon here\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "\u0000\u0001\u0002\r\n\r\n",
      })
  void a_malformed_answer_is_down_but_not_hard(String answer) throws Exception {
    try (LoopbackServer raw = LoopbackServer.answering(answer)) {
      ProbeResult result = probing.probePatiently(raw.node(), HealthCheck.http("/"));
      assertThat(result.isUp()).as("%s", result).isFalse();
      assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.ANSWERED);
      assertThat(result.reason()).isNotBlank().hasSizeLessThan(250).matches("[ -~]*");
    }
  }

  @Test
  void endless_headers_are_cut() throws Exception {
    byte[] header = ("X-A: " + "a".repeat(1000) + "\r\n").getBytes(US_ASCII);
    try (LoopbackServer raw =
        LoopbackServer.start(
            socket -> {
              LoopbackServer.readHead(socket);
              socket.getOutputStream().write("HTTP/1.1 200 OK\r\n".getBytes(US_ASCII));
              while (true) {
                socket.getOutputStream().write(header);
              }
            })) {
      ProbeResult result = probing.probePatiently(raw.node(), HealthCheck.auto());
      assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.ANSWERED);
      assertThat(result.isUp()).isFalse();
    }
  }

  @Test
  void an_endless_line_is_cut() throws Exception {
    byte[] filler = new byte[8192];
    Arrays.fill(filler, (byte) 'a');
    try (LoopbackServer raw =
        LoopbackServer.start(
            socket -> {
              LoopbackServer.readHead(socket);
              while (true) {
                socket.getOutputStream().write(filler);
              }
            })) {
      ProbeResult result = probing.probePatiently(raw.node(), HealthCheck.auto());
      assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.ANSWERED);
      assertThat(result.isUp()).isFalse();
    }
  }
}
