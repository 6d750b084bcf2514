package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.awssdk.nodes.TlsFront;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.PrivateCa;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** One TLS setting for probes and requests: nodes of a private CA, which no JVM trusts. */
class ClusterTlsIT extends OnS3Nodes {
  private static final char[] PASSWORD = PrivateCa.PASSWORD.toCharArray();

  private static PrivateCa ca;
  private static PrivateCa.Issued nodeKey;
  private static PrivateCa.Issued appKey;

  private final List<TlsFront> fronts = new ArrayList<>();

  @BeforeAll
  static void issue(@TempDir Path folder) throws Exception {
    ca = PrivateCa.in(folder, "ca");
    nodeKey = ca.issue("node", "ip:127.0.0.1");
    appKey = ca.issue("app", "dns:app");
  }

  @AfterEach
  void stop() throws IOException {
    for (TlsFront front : fronts) {
      front.close();
    }
  }

  private TlsFront front(int node, boolean wantsIdentity) throws Exception {
    TlsFront front = new TlsFront(nodes.get(node), nodeKey.server(ca), wantsIdentity);
    fronts.add(front);
    return front;
  }

  private static ClusterTls.Builder trusting(PrivateCa authority) throws Exception {
    return ClusterTls.builder().trust(authority.trust());
  }

  private LoadBalancer cluster(ClusterTls tls, String... urls) {
    return track(LoadBalancer.builder().nodes(urls).healthCheck(quickProbes()).tls(tls));
  }

  private void works(LoadBalancer cluster, S3Client s3) {
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), cluster.nodes().size()))
        .as(cluster.snapshot().toTable())
        .isTrue();
    assertThat(cluster.snapshot().nodes())
        .allSatisfy(node -> assertThat(node.reason()).startsWith("probe"));
    for (int i = 0; i < 8; i++) {
      put(s3, "k", bytes(300_000));
      assertThat(get(s3, "k")).isEqualTo(bytes(300_000));
    }
    assertThat(faults(cluster)).isZero();
  }

  /** No probe succeeds, which is no proof that the node is gone; and no request does. */
  private void fails(LoadBalancer cluster, S3Client s3, String why) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(cluster.snapshot().nodes())
                    .allSatisfy(node -> assertThat(node.state()).isEqualTo(NodeState.DOWN)));
    assertThat(cluster.snapshot().nodes())
        .extracting(NodeSnapshot::reason)
        .allSatisfy(reason -> assertThat(reason).startsWith("probe").contains(why));
    assertThat(cluster.snapshot().panic()).as("in doubt, they are used").isTrue();
    assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> get(s3, "k"));
    assertThat(nodes.requests()).as("what came through").isEmpty();
    assertIdle(cluster);
  }

  private String[] urls(String host, boolean wantsIdentity) throws Exception {
    return Stream.of(front(0, wantsIdentity), front(1, wantsIdentity))
        .map(front -> front.url(host))
        .toArray(String[]::new);
  }

  @Test
  void privateAuthority() throws Exception {
    LoadBalancer cluster = cluster(trusting(ca).build(), urls("127.0.0.1", false));
    works(cluster, client(cluster));
  }

  @Test
  void wrongAuthority(@TempDir Path folder) throws Exception {
    PrivateCa other = PrivateCa.in(folder, "other");
    LoadBalancer cluster = cluster(trusting(other).build(), urls("127.0.0.1", false));
    fails(cluster, client(cluster), "PKIX");
  }

  @Test
  void nodesThatWantToKnowWhoWeAre() throws Exception {
    ClusterTls tls = trusting(ca).identity(appKey.store(), PASSWORD).build();
    LoadBalancer cluster = cluster(tls, urls("127.0.0.1", true));
    works(cluster, client(cluster));
  }

  /** The reason is an alert or a reset: the refusal comes after the handshake, in TLS 1.3. */
  @Test
  void nodesThatWantToKnowWhoWeAreAndAreNotTold() throws Exception {
    LoadBalancer cluster = cluster(trusting(ca).build(), urls("127.0.0.1", true));
    fails(cluster, client(cluster), "");
  }

  @Test
  void certificateForAnotherName() throws Exception {
    LoadBalancer cluster = cluster(trusting(ca).build(), urls("localhost", false));
    fails(cluster, client(cluster), "localhost");
  }

  @Test
  void certificateForAnotherNameWhereNamesAreLeftOut() throws Exception {
    ClusterTls tls = trusting(ca).identity(appKey.store(), PASSWORD).verifyHostNames(false).build();
    LoadBalancer cluster = cluster(tls, urls("localhost", true));
    works(cluster, client(cluster));
  }

  @Test
  void wrongAuthorityWhereOnlyNamesAreLeftOut(@TempDir Path folder) throws Exception {
    ClusterTls tls = trusting(PrivateCa.in(folder, "other")).verifyHostNames(false).build();
    LoadBalancer cluster = cluster(tls, urls("127.0.0.1", false));
    fails(cluster, client(cluster), "PKIX");
  }

  @Test
  void everythingTrusted() throws Exception {
    ClusterTls tls = ClusterTls.builder().insecurelyTrustEverything().build();
    LoadBalancer cluster = cluster(tls, urls("localhost", false));
    works(cluster, client(cluster));
  }

  @Test
  void managersLentToAClientOfTheUsers() throws Exception {
    ClusterTls tls = trusting(ca).identity(appKey.store(), PASSWORD).build();
    LoadBalancer cluster = cluster(tls, urls("127.0.0.1", true));
    works(
        cluster,
        track(
            builder(cluster)
                .httpClientBuilder(
                    Apache5HttpClient.builder()
                        .tlsTrustManagersProvider(tls::trustManagers)
                        .tlsKeyManagersProvider(tls::keyManagers))));
  }

  /** Whoever brings a client brings its TLS. */
  @Test
  void clientOfTheUsersIsLeftAlone() throws Exception {
    LoadBalancer cluster = cluster(trusting(ca).build(), urls("127.0.0.1", false));
    S3Client s3 = track(builder(cluster).httpClientBuilder(HttpClients.apache()));
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 2)).isTrue();

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> get(s3, "k"))
        .withMessageContaining("certification path");
  }
}
