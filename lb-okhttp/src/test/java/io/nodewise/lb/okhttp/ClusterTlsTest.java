package io.nodewise.lb.okhttp;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.PrivateCa;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLHandshakeException;
import okhttp3.CertificatePinner;
import okhttp3.Connection;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whose TLS balanced requests speak: the load balancer's, the client's own, or OkHttp's. */
@Timeout(60)
class ClusterTlsTest {
  private static final String LOGICAL = "https://s3.local:9443";
  private static final char[] PASSWORD = PrivateCa.PASSWORD.toCharArray();

  @TempDir private static Path folder;
  private static PrivateCa ca;
  private static PrivateCa other;
  private static PrivateCa.Issued nodeKey;
  private static PrivateCa.Issued appKey;

  private WireMockServer server;
  private LoadBalancer cluster;

  @BeforeAll
  static void issue() throws Exception {
    ca = PrivateCa.in(folder, "ca");
    other = PrivateCa.in(folder, "other");
    nodeKey = ca.issue("node", "ip:127.0.0.1");
    appKey = ca.issue("app", "dns:app");
  }

  private void start(String host, boolean wantsIdentity, ClusterTls.Builder tls) throws Exception {
    Path trust = folder.resolve("trust.p12");
    try (OutputStream out = Files.newOutputStream(trust)) {
      ca.trust().store(out, PASSWORD);
    }
    server =
        new WireMockServer(
            WireMockConfiguration.options()
                .dynamicPort()
                .dynamicHttpsPort()
                .bindAddress("127.0.0.1")
                .containerThreads(20)
                .keystorePath(nodeKey.file().toString())
                .keystorePassword(PrivateCa.PASSWORD)
                .keyManagerPassword(PrivateCa.PASSWORD)
                .keystoreType("PKCS12")
                .trustStorePath(trust.toString())
                .trustStorePassword(PrivateCa.PASSWORD)
                .trustStoreType("PKCS12")
                .needClientAuth(wantsIdentity));
    server.start();
    server.stubFor(any(anyUrl()).willReturn(aResponse().withBody("ok")));
    cluster =
        LoadBalancer.builder()
            .nodes("https://" + host + ":" + server.httpsPort())
            .logicalEndpoint(URI.create(LOGICAL))
            .healthCheck(
                HealthCheck.auto().toBuilder()
                    .interval(Duration.ofSeconds(3))
                    .timeout(Duration.ofSeconds(2))
                    .build())
            .tls(tls.build())
            .build();
  }

  @AfterEach
  void stop() {
    cluster.close();
    server.stop();
  }

  private static ClusterTls.Builder trusting(PrivateCa authority) throws Exception {
    return ClusterTls.builder().trust(authority.trust());
  }

  private static OkHttpClient.Builder with(ClusterTls own) {
    return new OkHttpClient.Builder().sslSocketFactory(own.socketFactory(), own.trustManager());
  }

  private static String get(OkHttpClient client, String url) throws IOException {
    try (Response response =
        client.newCall(new Request.Builder().url(url + "/k").build()).execute()) {
      return response.body().string();
    }
  }

  private void works(OkHttpClient client) throws IOException {
    assertThat(get(LoadBalancedOkHttp.wrap(cluster, client), LOGICAL)).isEqualTo("ok");
    Clusters.assertIdle(cluster);
  }

  private void fails(OkHttpClient client) {
    OkHttpClient balanced = LoadBalancedOkHttp.wrap(cluster, client);
    assertThatIOException().isThrownBy(() -> get(balanced, LOGICAL));
    Clusters.assertIdle(cluster);
  }

  private void probesSucceed() {
    assertThat(cluster.awaitReady(Duration.ofSeconds(20), 1))
        .as(cluster.snapshot().toTable())
        .isTrue();
  }

  @Test
  void theLoadBalancersIsForRequestsToo() throws Exception {
    start("127.0.0.1", false, trusting(ca));
    probesSucceed();
    works(new OkHttpClient());
  }

  @Test
  void anAuthorityNobodyTrusts() throws Exception {
    start("127.0.0.1", false, trusting(other));
    fails(new OkHttpClient());
    assertThat(cluster.snapshot().nodes().get(0).reason()).contains("PKIX");
  }

  @Test
  void aNodeThatWantsToKnowWhoWeAre() throws Exception {
    start("127.0.0.1", true, trusting(ca).identity(appKey.store(), PASSWORD));
    probesSucceed();
    works(new OkHttpClient());
  }

  @Test
  void aNodeThatWantsToKnowWhoWeAreAndIsNotTold() throws Exception {
    start("127.0.0.1", true, trusting(ca));
    fails(new OkHttpClient());
  }

  @Test
  void aCertificateForAnotherName() throws Exception {
    start("localhost", false, trusting(ca));
    fails(new OkHttpClient());
  }

  @Test
  void aCertificateForAnotherNameWhereNamesAreLeftOut() throws Exception {
    start("localhost", false, trusting(ca).verifyHostNames(false));
    probesSucceed();
    works(new OkHttpClient());
  }

  /** Its trust may be narrower on purpose. */
  @Test
  void trustOfTheClientsOwnWins() throws Exception {
    start("127.0.0.1", false, ClusterTls.builder().insecurelyTrustEverything());
    fails(with(trusting(other).build()).build());
    works(with(trusting(ca).build()).build());
  }

  @Test
  void aHostnameVerifierOfTheClientsOwnWins() throws Exception {
    start("127.0.0.1", false, ClusterTls.builder().insecurelyTrustEverything());
    OkHttpClient strict =
        new OkHttpClient.Builder().hostnameVerifier((host, session) -> false).build();
    fails(strict);
  }

  @Test
  void aPinOfTheClientsStaysInForce() throws Exception {
    start("127.0.0.1", false, trusting(ca));
    String wrong = "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    fails(
        new OkHttpClient.Builder()
            .certificatePinner(new CertificatePinner.Builder().add("127.0.0.1", wrong).build())
            .build());
  }

  @Test
  void aClientOfPlainTextStaysOne() throws Exception {
    start("127.0.0.1", false, trusting(ca));
    OkHttpClient plain =
        new OkHttpClient.Builder().connectionSpecs(List.of(ConnectionSpec.CLEARTEXT)).build();
    fails(plain);
  }

  @Test
  void requestsToOthersSpeakTheClientsTls() throws Exception {
    start("127.0.0.1", false, trusting(ca));
    OkHttpClient balanced = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
    assertThat(get(balanced, LOGICAL)).isEqualTo("ok");
    assertThatThrownBy(() -> get(balanced, "https://localhost:" + server.httpsPort()))
        .isInstanceOf(SSLHandshakeException.class)
        .isNotInstanceOf(NoNodeAvailableException.class);
  }

  @Test
  void clientsMadeOfABalancedOneShareItsConnections() throws Exception {
    start("127.0.0.1", false, trusting(ca).verifyHostNames(false));
    Set<Connection> connections = ConcurrentHashMap.newKeySet();
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .addNetworkInterceptor(
                chain -> {
                  connections.add(chain.connection());
                  return chain.proceed(chain.request());
                })
            .build();
    OkHttpClient balanced = LoadBalancedOkHttp.wrap(cluster, plain);
    assertThat(get(balanced, LOGICAL)).isEqualTo("ok");
    assertThat(get(balanced.newBuilder().callTimeout(Duration.ofSeconds(20)).build(), LOGICAL))
        .isEqualTo("ok");
    assertThat(connections).hasSize(1);
  }
}
