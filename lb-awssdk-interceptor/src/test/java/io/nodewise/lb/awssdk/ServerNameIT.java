package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.awssdk.nodes.TlsFront;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.PrivateCa;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Nodes that are known by address and whose certificates all name the cluster, as behind a
 * round-robin DNS entry. Each HTTP client in the way that the documentation shows.
 */
class ServerNameIT extends OnS3Nodes {
  private static final String NAME = "s3.example.com";

  private static PrivateCa ca;
  private static PrivateCa.Issued nodeKey;
  private static PrivateCa.Issued appKey;

  private final List<TlsFront> fronts = new ArrayList<>();
  private final List<SdkHttpClient> users = new ArrayList<>();

  enum Http {
    DEFAULT,
    APACHE_5,
    URL_CONNECTION
  }

  @BeforeAll
  static void issue(@TempDir Path folder) throws Exception {
    ca = PrivateCa.in(folder, "ca");
    nodeKey = ca.issue("node", "dns:" + NAME);
    appKey = ca.issue("app", "dns:app");
  }

  @AfterEach
  void stop() throws IOException {
    for (TlsFront front : fronts) {
      front.close();
    }
    users.forEach(SdkHttpClient::close);
  }

  private static ClusterTls.Builder trusting() throws Exception {
    return ClusterTls.builder().trust(ca.trust());
  }

  private LoadBalancer cluster(ClusterTls tls, HealthCheck check, boolean wantsIdentity)
      throws Exception {
    for (int i = 0; i < 2; i++) {
      fronts.add(new TlsFront(nodes.get(i), nodeKey.server(ca), wantsIdentity));
    }
    return track(
        LoadBalancer.builder()
            .nodes(fronts.get(0).url("127.0.0.1"), fronts.get(1).url("127.0.0.1"))
            .logicalEndpoint(URI.create("https://" + NAME))
            .hostHeader(HostHeader.NODE)
            .policy(BalancingPolicy.roundRobin())
            .healthCheck(check)
            .tls(tls));
  }

  private S3Client client(LoadBalancer cluster, ClusterTls tls, Http http) {
    S3ClientBuilder builder = builder(cluster);
    return switch (http) {
      case DEFAULT -> track(builder);
      case APACHE_5 ->
          track(
              builder.httpClientBuilder(
                  Apache5HttpClient.builder()
                      .tlsSocketStrategy(
                          (socket, host, port, attachment, context) ->
                              secured(tls, socket, host, port))));
      case URL_CONNECTION -> {
        SdkHttpClient users = UrlConnectionHttpClient.create(uri -> opened(tls, uri));
        this.users.add(users);
        yield track(builder.httpClient(users));
      }
    };
  }

  private static SSLSocket secured(ClusterTls tls, Socket socket, String host, int port)
      throws IOException {
    SSLSocket secured = (SSLSocket) tls.socketFactory().createSocket(socket, host, port, true);
    secured.startHandshake();
    return secured;
  }

  private static HttpsURLConnection opened(ClusterTls tls, URI uri) {
    try {
      HttpsURLConnection connection = (HttpsURLConnection) uri.toURL().openConnection();
      connection.setSSLSocketFactory(tls.socketFactory());
      return connection;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void works(ClusterTls tls, Http http, boolean wantsIdentity) throws Exception {
    LoadBalancer cluster = cluster(tls, quickProbes(), wantsIdentity);
    S3Client s3 = client(cluster, tls, http);
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 2))
        .as(cluster.snapshot().toTable())
        .isTrue();
    for (int i = 0; i < 4; i++) {
      put(s3, "k", bytes(300_000));
      assertThat(get(s3, "k")).isEqualTo(bytes(300_000));
    }
    assertThat(faults(cluster)).isZero();
    assertThat(fronts).allSatisfy(front -> assertThat(front.serverNames()).containsExactly(NAME));
    assertThat(nodes.get(0).requests()).isNotEmpty();
    assertThat(nodes.get(1).requests()).isNotEmpty();
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void nameIsSentAndVerified(Http http) throws Exception {
    works(trusting().serverName(NAME).build(), http, false);
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void weShowWhoWeAre(Http http) throws Exception {
    ClusterTls tls =
        trusting()
            .identity(appKey.store(), PrivateCa.PASSWORD.toCharArray())
            .serverName(NAME)
            .build();
    works(tls, http, true);
  }

  private void fails(ClusterTls tls, Http http, boolean wantsIdentity, String why)
      throws Exception {
    LoadBalancer cluster = cluster(tls, HealthCheck.none(), wantsIdentity);
    S3Client s3 = client(cluster, tls, http);
    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> get(s3, "k"))
        .withStackTraceContaining(why);
    assertThat(nodes.requests()).as("what came through").isEmpty();
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void certificateForAnotherName(Http http) throws Exception {
    ClusterTls tls = trusting().serverName("s3.example.org").build();
    fails(tls, http, false, "the certificate is not made out to s3.example.org");
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void authorityThatNobodyNamed(Http http) throws Exception {
    ClusterTls tls = ClusterTls.builder().serverName(NAME).build(); // the JVM's trust
    fails(tls, http, false, "PKIX");
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void weDoNotShowWhoWeAre(Http http) throws Exception {
    fails(trusting().serverName(NAME).build(), http, true, "node 127.0.0.1");
  }

  /** The asynchronous client made by default: verified, and not sent to an address. */
  @Test
  void netty() throws Exception {
    ClusterTls tls = trusting().serverName(NAME).build();
    LoadBalancer cluster = cluster(tls, quickProbes(), false);
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 2)).isTrue();
    fronts.forEach(front -> front.serverNames().clear()); // those of probes
    cluster.drain(cluster.nodes().nodes().get(0).id());
    try (S3AsyncClient s3 = async(cluster)) {
      s3.putObject(put -> put.bucket(bucket).key("k"), AsyncRequestBody.fromBytes(bytes(300_000)))
          .get(20, TimeUnit.SECONDS);
    }
    assertThat(get(PLAIN, "k")).isEqualTo(bytes(300_000));
    assertThat(fronts.get(1).serverNames()).contains("");
  }

  @Test
  void nettyAndACertificateForAnotherName() throws Exception {
    ClusterTls tls = trusting().serverName("s3.example.org").build();
    LoadBalancer cluster = cluster(tls, HealthCheck.none(), false);
    try (S3AsyncClient s3 = async(cluster)) {
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(() -> s3.headBucket(head -> head.bucket(bucket)).get(20, TimeUnit.SECONDS))
          .withStackTraceContaining("the certificate is not made out to s3.example.org");
    }
    assertThat(nodes.requests()).isEmpty();
  }

  private static S3AsyncClient async(LoadBalancer cluster) {
    return LoadBalancedS3.asyncBuilder(cluster)
        .region(Region.US_EAST_1)
        .credentialsProvider(S3Nodes.CREDENTIALS)
        .build();
  }

  /** A trust manager alone verifies the name, whatever the client, and sends none. */
  @Test
  void trustManagerLentToAClient() throws Exception {
    ClusterTls tls = trusting().serverName(NAME).build();
    LoadBalancer cluster = cluster(tls, HealthCheck.none(), false);
    S3Client s3 =
        track(
            builder(cluster)
                .httpClientBuilder(
                    UrlConnectionHttpClient.builder()
                        .tlsTrustManagersProvider(tls::trustManagers)));
    put(s3, "k", bytes(1000));
    get(s3, "k");
    assertThat(fronts).allSatisfy(front -> assertThat(front.serverNames()).containsExactly(""));

    ClusterTls other = trusting().serverName("s3.example.org").build();
    S3Client wary =
        track(
            builder(cluster)
                .httpClientBuilder(
                    UrlConnectionHttpClient.builder()
                        .tlsTrustManagersProvider(other::trustManagers)));
    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> get(wary, "k"))
        .withStackTraceContaining("not made out to s3.example.org");
  }
}
