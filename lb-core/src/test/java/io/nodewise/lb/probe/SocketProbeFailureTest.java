package io.nodewise.lb.probe;

import static io.nodewise.lb.probe.Probing.impatient;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of probes that get no proper answer, over real sockets. */
class SocketProbeFailureTest {
  private final Probing probing = new Probing();

  @AfterEach
  void close() {
    probing.close();
  }

  private static void assertDown(ProbeResult result, Evidence evidence, String reason) {
    assertThat(result.isUp()).as("%s", result).isFalse();
    assertThat(result.evidence()).as("%s", result).isEqualTo(evidence);
    assertThat(result.reason()).isEqualTo(reason);
  }

  /** The deadline of {@link Probing#impatient}, with what a busy machine may add. */
  private static void assertInTime(ProbeResult result) {
    assertThat(result.took()).isBetween(Duration.ofMillis(690), Duration.ofSeconds(5));
  }

  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, LoopbackServer.address("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  @Test
  void nobody_listens() throws IOException {
    ProbeResult result =
        probing.probePatiently(Node.of("http://127.0.0.1:" + unusedPort()), HealthCheck.auto());
    assertDown(result, Evidence.REFUSED, "connection refused");
    assertThat(result.isHard()).isTrue();
  }

  @Test
  void a_server_that_takes_the_connection_and_says_nothing() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (LoopbackServer server = LoopbackServer.start(socket -> end.await())) {
      ProbeResult result = probing.probe(server.node(), impatient(HealthCheck.http("/")));
      assertDown(result, Evidence.NO_ANSWER, "no answer within 700 ms");
      assertThat(result.isHard()).isTrue();
      assertInTime(result);
    } finally {
      end.countDown();
    }
  }

  /** Sends {@code begin}, then a byte every 100 ms for as long as the peer stays. */
  private static LoopbackServer dribbling(String begin) {
    return LoopbackServer.start(
        socket -> {
          OutputStream out = socket.getOutputStream();
          out.write(begin.getBytes(US_ASCII));
          while (true) {
            out.write('a');
            out.flush();
            TimeUnit.MILLISECONDS.sleep(100);
          }
        });
  }

  @Test
  void a_head_that_dribbles_does_not_move_the_deadline() throws Exception {
    try (LoopbackServer server = dribbling("HTTP/1.1 200 OK\r\nX-A: ")) {
      ProbeResult result = probing.probe(server.node(), impatient(HealthCheck.http("/")));
      assertDown(result, Evidence.NO_ANSWER, "no answer within 700 ms");
      assertInTime(result);
    }
  }

  @Test
  void a_body_that_dribbles_does_not_move_the_deadline() throws Exception {
    try (LoopbackServer server = dribbling("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")) {
      ProbeResult result = probing.probe(server.node(), impatient(HealthCheck.http("/")));
      assertDown(result, Evidence.ANSWERED, "answer not complete within 700 ms");
      assertInTime(result);
    }
  }

  @Test
  void an_unexpected_status_is_told_even_if_the_body_never_ends() throws Exception {
    try (LoopbackServer server = dribbling("HTTP/1.1 503 Busy\r\nContent-Length: 1000\r\n\r\n")) {
      ProbeResult result = probing.probe(server.node(), impatient(HealthCheck.http("/")));
      assertDown(result, Evidence.ANSWERED, "503 (expected: 200)");
    }
  }

  @Test
  void a_server_that_closes_without_an_answer() throws Exception {
    try (LoopbackServer server = LoopbackServer.start(LoopbackServer::readHead)) {
      ProbeResult result = probing.probePatiently(server.node(), HealthCheck.auto());
      assertDown(result, Evidence.ANSWERED, "closed without an answer");
    }
  }

  @Test
  void a_server_that_resets() throws Exception {
    try (LoopbackServer server =
        LoopbackServer.start(
            socket -> {
              LoopbackServer.readHead(socket);
              socket.setSoLinger(true, 0);
            })) {
      ProbeResult result = probing.probePatiently(server.node(), HealthCheck.auto());
      assertThat(result.isUp()).isFalse();
      assertThat(result.evidence()).isEqualTo(Evidence.ANSWERED);
    }
  }

  @Test
  void a_body_that_is_cut() throws Exception {
    try (LoopbackServer server =
        LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")) {
      ProbeResult result = probing.probePatiently(server.node(), HealthCheck.auto());
      assertThat(result.isUp()).isFalse();
      assertThat(result.evidence()).isEqualTo(Evidence.ANSWERED);
      assertThat(result.reason()).startsWith("answer not complete: ");
    }
  }

  @Test
  void a_listener_with_a_full_backlog_is_a_black_hole() throws Exception {
    List<Socket> filling = new ArrayList<>();
    try (ServerSocket listener = new ServerSocket(0, 1, LoopbackServer.address("127.0.0.1"))) {
      assumeThat(fill(listener, filling)).as("the backlog can be filled here").isTrue();
      Node node = Node.of("http://127.0.0.1:" + listener.getLocalPort());
      ProbeResult result = probing.probe(node, impatient(HealthCheck.http("/")));
      assertDown(result, Evidence.NO_ANSWER, "no connection within 700 ms");
      assertThat(result.isHard()).isTrue();
      assertInTime(result);
      result = probing.probe(node, impatient(HealthCheck.tcp()));
      assertDown(result, Evidence.NO_ANSWER, "no connection within 700 ms");
    } finally {
      for (Socket socket : filling) {
        socket.close();
      }
    }
  }

  private static boolean fill(ServerSocket listener, List<Socket> sockets) throws IOException {
    for (int i = 0; i < 16; i++) {
      Socket socket = new Socket();
      sockets.add(socket);
      try {
        socket.connect(
            new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()), 300);
      } catch (SocketTimeoutException full) {
        return true;
      }
    }
    return false;
  }

  @Test
  void a_name_nobody_knows() {
    // Reserved never to exist (RFC 6761); whoever resolves it all the same gets another result.
    ProbeResult result =
        probing.probePatiently(Node.of("http://no-such-host.invalid:9000"), HealthCheck.auto());
    assertThat(result.isUp()).isFalse();
    assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.UNREACHABLE);
    assertThat(result.isHard()).as("requests may know the name").isFalse();
    assertThat(result.reason()).contains("no-such-host.invalid");
  }

  @Test
  void tcp_asks_for_a_connection_only() throws Exception {
    CompletableFuture<Integer> read = new CompletableFuture<>();
    try (LoopbackServer server =
        LoopbackServer.start(socket -> read.complete(socket.getInputStream().read()))) {
      ProbeResult result = probing.probePatiently(server.node(), HealthCheck.tcp());
      assertThat(result.isUp()).isTrue();
      assertThat(result.reason()).isEqualTo("connected");
      assertThat(read.get(10, TimeUnit.SECONDS)).as("what the server read").isEqualTo(-1);
    }
    HealthCheck otherPort = HealthCheck.tcp().toBuilder().port(unusedPort()).build();
    assertDown(
        probing.probePatiently(Node.of("http://127.0.0.1:1"), otherPort),
        Evidence.REFUSED,
        "connection refused");
  }

  @Test
  void ipv6() throws Exception {
    assumeThat(hasIpv6Loopback()).isTrue();
    CompletableFuture<List<String>> head = new CompletableFuture<>();
    try (LoopbackServer server =
        LoopbackServer.on(
            "::1",
            socket -> {
              head.complete(LoopbackServer.readHead(socket));
              socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(US_ASCII));
            })) {
      Node node = Node.of("http://[::1]:81");
      HealthCheck check = HealthCheck.http("/").toBuilder().port(server.port()).build();
      assertThat(probing.probePatiently(node, check).isUp()).isTrue();
      assertThat(head.get()).contains("Host: [::1]:" + server.port());
      assertThat(
              probing
                  .probePatiently(Node.of("http://[::1]:" + server.port()), HealthCheck.auto())
                  .isUp())
          .isTrue();
    }
  }

  private static boolean hasIpv6Loopback() {
    try (ServerSocket socket = new ServerSocket(0, 1, LoopbackServer.address("::1"))) {
      return socket.getInetAddress() instanceof Inet6Address;
    } catch (IOException e) {
      return false;
    }
  }
}
