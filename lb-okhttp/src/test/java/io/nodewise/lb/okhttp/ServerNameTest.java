package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.PrivateCa;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.List;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.CertificatePinner;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes that are known by address, behind certificates that are made out to one name. */
@Timeout(60)
class ServerNameTest {
  private static final String LOGICAL = "https://s3.local";

  @TempDir private static Path folder;
  private static PrivateCa ca;
  private static ClusterTls server;

  private final MockWebServer first = new MockWebServer();
  private final MockWebServer second = new MockWebServer();

  @BeforeAll
  static void issue() throws Exception {
    ca = PrivateCa.in(folder, "ca");
    server =
        ClusterTls.builder()
            .identity(ca.issue("node", "dns:s3.local").store(), PrivateCa.PASSWORD.toCharArray())
            .build();
  }

  @BeforeEach
  void start() throws IOException {
    for (MockWebServer node : List.of(first, second)) {
      node.useHttps(server.socketFactory());
      node.setDispatcher(
          new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
              return new MockResponse.Builder().body("ok").build();
            }
          });
      node.start(InetAddress.getLoopbackAddress(), 0);
    }
  }

  @AfterEach
  void stop() {
    first.close();
    second.close();
  }

  private LoadBalancer cluster(String serverName, HostHeader hostHeader) throws Exception {
    ClusterTls.Builder tls = ClusterTls.builder().trust(ca.trust());
    return LoadBalancer.builder()
        .nodes("https://127.0.0.1:" + first.getPort(), "https://127.0.0.1:" + second.getPort())
        .logicalEndpoint(URI.create(LOGICAL))
        .hostHeader(hostHeader)
        .tls((serverName == null ? tls : tls.serverName(serverName)).build())
        .healthCheck(
            HealthCheck.http("/health").toBuilder()
                .interval(Duration.ofSeconds(3))
                .timeout(Duration.ofSeconds(2))
                .build())
        .build();
  }

  private static String get(LoadBalancer cluster, OkHttpClient plain) throws IOException {
    OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, plain);
    Request request = new Request.Builder().url(LOGICAL + "/k").build();
    try (Response response = client.newCall(request).execute()) {
      return response.body().string();
    } finally {
      Clusters.awaitNothingLeft(cluster, client);
    }
  }

  private static RecordedRequest requestTo(MockWebServer node) throws InterruptedException {
    RecordedRequest request;
    do {
      request = node.takeRequest(); // of probes too
    } while (!request.getUrl().encodedPath().equals("/k"));
    return request;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void isSentAndVerified(boolean http2) throws Exception {
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .protocols(
                http2 ? List.of(Protocol.HTTP_2, Protocol.HTTP_1_1) : List.of(Protocol.HTTP_1_1))
            .build();
    try (LoadBalancer cluster = cluster("s3.local", HostHeader.LOGICAL)) {
      assertThat(cluster.awaitReady(Duration.ofSeconds(20), 2)).isTrue();
      cluster.drain("127.0.0.1:" + second.getPort());
      assertThat(get(cluster, plain)).isEqualTo("ok");
      cluster.resume("127.0.0.1:" + second.getPort());
      cluster.drain("127.0.0.1:" + first.getPort());
      assertThat(get(cluster, plain)).isEqualTo("ok");
    }
    for (MockWebServer node : List.of(first, second)) {
      RecordedRequest request = requestTo(node);
      assertThat(request.getHandshakeServerNames()).containsExactly("s3.local");
      assertThat(request.getHeaders().get(http2 ? ":authority" : "Host")).isEqualTo("s3.local");
    }
  }

  @Test
  void anotherNameIsNotTaken() throws Exception {
    try (LoadBalancer cluster = cluster("s3.other", HostHeader.LOGICAL)) {
      assertThatThrownBy(() -> get(cluster, new OkHttpClient())).isInstanceOf(IOException.class);
      assertThat(cluster.awaitReady(Duration.ofMillis(200), 1)).isFalse();
    }
  }

  @Test
  void withoutItTheAddressWouldHaveToBeInTheCertificate() throws Exception {
    try (LoadBalancer cluster = cluster(null, HostHeader.LOGICAL)) {
      assertThatThrownBy(() -> get(cluster, new OkHttpClient())).isInstanceOf(IOException.class);
    }
  }

  private OkHttpClient pinning(Certificate certificate) {
    CertificatePinner pins =
        new CertificatePinner.Builder().add("s3.local", CertificatePinner.pin(certificate)).build();
    return new OkHttpClient.Builder().certificatePinner(pins).build();
  }

  @Test
  void pinsOfTheClustersNameHoldForItsNodes() throws Exception {
    Certificate its;
    try (LoadBalancer cluster = cluster("s3.local", HostHeader.LOGICAL)) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
      Request request = new Request.Builder().url(LOGICAL + "/k").build();
      try (Response response = client.newCall(request).execute()) {
        its = response.handshake().peerCertificates().get(0);
      }
      assertThat(get(cluster, pinning(its))).isEqualTo("ok");
    }
    Certificate other = ca.issue("other", "dns:s3.local").store().getCertificate("other");
    try (LoadBalancer cluster = cluster("s3.local", HostHeader.LOGICAL)) {
      assertThatThrownBy(() -> get(cluster, pinning(other))).isInstanceOf(IOException.class);
    }
  }

  @Test
  void requestsMayNameTheirNode() throws Exception {
    try (LoadBalancer cluster = cluster("s3.local", HostHeader.NODE)) {
      cluster.drain("127.0.0.1:" + second.getPort());
      assertThat(get(cluster, new OkHttpClient())).isEqualTo("ok");
    }
    RecordedRequest request = requestTo(first);
    assertThat(request.getHeaders().get(":authority")).isEqualTo("127.0.0.1:" + first.getPort());
  }
}
