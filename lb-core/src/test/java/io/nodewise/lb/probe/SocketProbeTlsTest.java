package io.nodewise.lb.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.PrivateCa;
import io.nodewise.lb.probe.ProbeResult.Evidence;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes of https nodes: a certificate for {@code localhost} and {@code 127.0.0.1}. */
class SocketProbeTlsTest {
  private static PrivateCa ca;
  private static PrivateCa.Issued issued;
  private static SSLContext context;
  private static LoopbackServer server;
  private static volatile CompletableFuture<List<SNIServerName>> names;
  private static volatile CompletableFuture<Boolean> closedPolitely;

  @BeforeAll
  static void startServer(@TempDir Path folder) throws Exception {
    ca = PrivateCa.in(folder, "ca");
    issued = ca.issue("node", "dns:localhost,ip:127.0.0.1");
    context = issued.server(ca);
    server = tlsServer("127.0.0.1", false);
  }

  private static LoopbackServer tlsServer(String address, boolean wantsIdentity) throws Exception {
    SSLServerSocket listener =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, LoopbackServer.address(address));
    listener.setNeedClientAuth(wantsIdentity);
    return new LoopbackServer(
        listener,
        socket -> {
          LoopbackServer.readHead(socket);
          ExtendedSSLSession session = (ExtendedSSLSession) ((SSLSocket) socket).getSession();
          names.complete(session.getRequestedServerNames());
          socket
              .getOutputStream()
              .write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(US_ASCII));
          try {
            closedPolitely.complete(socket.getInputStream().read() == -1);
          } catch (Exception e) {
            closedPolitely.complete(false);
          }
        });
  }

  @AfterAll
  static void stopServer() throws Exception {
    server.close();
  }

  private static ProbeResult probe(String host, Probing with) {
    names = new CompletableFuture<>();
    closedPolitely = new CompletableFuture<>();
    try (with) {
      return with.probePatiently(
          Node.of("https://" + host + ":" + server.port()), HealthCheck.auto());
    }
  }

  private static Probing trusting() {
    return new Probing(trusted().build());
  }

  private static ClusterTls.Builder trusted() {
    try {
      return ClusterTls.builder().trust(ca.trust());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static ProbeResult probe(LoopbackServer one, String host, ClusterTls tls) {
    names = new CompletableFuture<>();
    closedPolitely = new CompletableFuture<>();
    try (Probing probing = new Probing(tls)) {
      return probing.probePatiently(
          Node.of("https://" + host + ":" + one.port()), HealthCheck.auto());
    }
  }

  @Test
  void the_name_of_the_node_is_sent_and_verified_even_without_a_dot() throws Exception {
    assertThat(probe("localhost", trusting()).isUp()).isTrue();
    assertThat(names.get(10, TimeUnit.SECONDS)).asString().contains("value=localhost");
    assertThat(closedPolitely.get(10, TimeUnit.SECONDS)).as("with close_notify").isTrue();
  }

  @Test
  void an_address_is_verified_but_not_sent_as_a_name() throws Exception {
    assertThat(probe("127.0.0.1", trusting()).isUp()).isTrue();
    assertThat(names.get(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void a_certificate_for_another_name_is_no_health_but_no_hard_evidence_either() throws Exception {
    try (LoopbackServer other = tlsServer("127.0.0.2", false);
        Probing probing = trusting()) {
      Node node = Node.of("https://127.0.0.2:" + other.port());
      ProbeResult result = probing.probePatiently(node, HealthCheck.auto());
      assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.UNREACHABLE);
      assertThat(result.isUp()).isFalse();
      assertThat(result.isHard()).as("requests may trust it").isFalse();
      assertThat(result.reason()).startsWith("TLS: ").contains("127.0.0.2");
    }
  }

  @Test
  void a_certificate_for_another_name_will_do_where_names_are_left_out() throws Exception {
    try (LoopbackServer other = tlsServer("127.0.0.2", false)) {
      ClusterTls anyName = trusted().verifyHostNames(false).build();
      assertThat(probe(other, "127.0.0.2", anyName).isUp()).isTrue();
      ClusterTls anything = ClusterTls.builder().insecurelyTrustEverything().build();
      assertThat(probe(other, "127.0.0.2", anything).isUp()).isTrue();
    }
  }

  /** A node known by address, as of a round-robin DNS entry. */
  @Test
  void the_one_name_of_all_nodes_is_sent_and_verified() throws Exception {
    try (LoopbackServer other = tlsServer("127.0.0.2", false)) {
      assertThat(probe(other, "127.0.0.2", trusted().serverName("localhost").build()).isUp())
          .isTrue();
      assertThat(names.get(10, TimeUnit.SECONDS)).asString().contains("value=localhost");
    }
    assertThat(probe(server, "localhost", trusted().serverName("localhost").build()).isUp())
        .isTrue();
  }

  @Test
  void a_certificate_without_the_one_name_is_no_health() {
    for (String host : List.of("127.0.0.1", "localhost")) {
      ProbeResult result = probe(server, host, trusted().serverName("s3.example.com").build());
      assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.UNREACHABLE);
      assertThat(result.reason()).contains("not made out to s3.example.com");
    }
  }

  @Test
  void the_one_name_is_sent_where_names_are_left_out() throws Exception {
    ClusterTls anyName = trusted().serverName("s3.example.com").verifyHostNames(false).build();
    assertThat(probe(server, "127.0.0.1", anyName).isUp()).isTrue();
    assertThat(names.get(10, TimeUnit.SECONDS)).asString().contains("value=s3.example.com");
  }

  @Test
  void a_certificate_nobody_vouches_for_is_soft_evidence() {
    ProbeResult result = probe("localhost", new Probing());
    assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.UNREACHABLE);
    assertThat(result.isHard()).isFalse();
    assertThat(result.reason()).startsWith("TLS: ").contains("PKIX");
  }

  @Test
  void a_certificate_of_another_authority_is_refused_under_any_name(@TempDir Path folder)
      throws Exception {
    ClusterTls other =
        ClusterTls.builder()
            .trust(PrivateCa.in(folder, "other").trust())
            .verifyHostNames(false)
            .build();
    ProbeResult result = probe(server, "localhost", other);
    assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.UNREACHABLE);
    assertThat(result.isHard()).isFalse();
    assertThat(result.reason()).startsWith("TLS: ").contains("PKIX");
  }

  @Test
  void a_server_that_wants_to_know_who_we_are() throws Exception {
    try (LoopbackServer strict = tlsServer("127.0.0.1", true)) {
      ClusterTls known =
          trusted().identity(issued.store(), PrivateCa.PASSWORD.toCharArray()).build();
      assertThat(probe(strict, "127.0.0.1", known).isUp()).isTrue();

      ProbeResult result = probe(strict, "127.0.0.1", trusted().build());
      assertThat(result.isUp()).isFalse();
      // TLS 1.3 refuses us after the handshake: an alert, or a reset where we wrote before it came.
      assertThat(result.evidence()).as("%s", result).isEqualTo(Evidence.ANSWERED);
      assertThat(result.isHard()).isFalse();
    }
  }

  @Test
  void a_server_without_tls_is_unreachable() throws Exception {
    try (LoopbackServer plain = LoopbackServer.answering("HTTP/1.1 200 OK\r\n\r\n");
        Probing probing = trusting()) {
      Node node = Node.of("https://127.0.0.1:" + plain.port());
      // The server waits for the end of a request that never comes, or answers with plain text.
      ProbeResult result = probing.probe(node, Probing.impatient(HealthCheck.auto()));
      assertThat(result.isUp()).isFalse();
      assertThat(result.isHard()).as("%s", result).isTrue();
    }
  }

  @Test
  void a_handshake_that_gets_no_answer_does_not_move_the_deadline() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    try (LoopbackServer silent = LoopbackServer.start(socket -> end.await());
        Probing probing = trusting()) {
      Node node = Node.of("https://127.0.0.1:" + silent.port());
      ProbeResult result = probing.probe(node, Probing.impatient(HealthCheck.auto()));
      assertThat(result.evidence()).isEqualTo(Evidence.NO_ANSWER);
      assertThat(result.reason()).isEqualTo("no TLS handshake within 700 ms");
    } finally {
      end.countDown();
    }
  }

  @Test
  void tcp_makes_no_handshake() {
    names = new CompletableFuture<>();
    closedPolitely = new CompletableFuture<>();
    try (Probing probing = new Probing()) {
      Node node = Node.of("https://localhost:" + server.port());
      assertThat(probing.probePatiently(node, HealthCheck.tcp()).isUp()).isTrue();
    }
  }
}
