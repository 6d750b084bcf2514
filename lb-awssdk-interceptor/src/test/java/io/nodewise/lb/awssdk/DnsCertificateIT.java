package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.TlsFront;
import io.nodewise.lb.discovery.DnsSource;
import io.nodewise.lb.discovery.TestNameServer;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.PrivateCa;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/** Nodes are addresses of a DNS name; what their certificates must show is the name. */
class DnsCertificateIT extends OnS3Nodes {
  private static final String NAME = "s3.example.com";

  @TempDir private Path folder;

  /**
   * A cluster by DNS whose only address has a certificate for that name, and nothing set but trust.
   */
  private interface Use {
    void of(LoadBalancer cluster, TlsFront front) throws Exception;
  }

  private void with(String certified, boolean namesAddresses, Use use) throws Exception {
    PrivateCa ca = PrivateCa.in(folder, "ca");
    try (TestNameServer server = new TestNameServer();
        TlsFront front =
            new TlsFront(nodes.get(0), ca.issue("node", certified).server(ca), false)) {
      server.addresses(NAME, 60, "127.0.0.1");
      LoadBalancer cluster =
          track(
              LoadBalancer.builder()
                  .nodeSource(
                      DnsSource.builder(front.url(NAME))
                          .server(server.address())
                          .network("127.0.0.0/8")
                          .certificatesNameAddresses(namesAddresses)
                          .build())
                  .tls(ClusterTls.builder().trust(ca.trust()).build())
                  .healthCheck(quickProbes()));
      assertThat(cluster.logicalEndpoint()).isEqualTo(URI.create(front.url(NAME)));
      assertThat(cluster.nodes().nodes().get(0).uri())
          .isEqualTo(URI.create(front.url("127.0.0.1")));
      use.of(cluster, front);
    }
  }

  private void works(LoadBalancer cluster) {
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 1))
        .as(cluster.snapshot().toTable())
        .isTrue();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1000));
    assertThat(get(s3, "k")).isEqualTo(bytes(1000));
  }

  @Test
  void theNameIsSentAndVerified() throws Exception {
    with(
        "dns:" + NAME,
        false,
        (cluster, front) -> {
          works(cluster);
          assertThat(front.serverNames()).containsExactly(NAME);
        });
  }

  @Test
  void anotherNameIsNotTaken() throws Exception {
    with(
        "dns:other.example.com",
        false,
        (cluster, front) -> {
          S3Client s3 = client(cluster);
          assertThatExceptionOfType(SdkClientException.class)
              .isThrownBy(() -> put(s3, "k", bytes(10)));
          assertThat(nodes.count("PUT")).isZero();
        });
  }

  @Test
  void addressesAreVerifiedWhereThatIsSaid() throws Exception {
    with("ip:127.0.0.1", true, (cluster, front) -> works(cluster));
  }
}
