package io.nodewise.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The one name of all nodes' certificates: what is taken for it, and whom it lets pass. */
class TlsServerNameTest {
  private static KeyStore authority;
  private static X509Certificate[] chain;

  @BeforeAll
  static void issue(@TempDir Path folder) throws Exception {
    PrivateCa ca = PrivateCa.in(folder, "ca");
    authority = ca.trust();
    Certificate[] issued =
        ca.issue("cn", "dns:S3.Example.com,dns:*.wild.example,ip:127.0.0.1,email:m@mail.example")
            .store()
            .getCertificateChain("cn");
    chain = Arrays.copyOf(issued, issued.length, X509Certificate[].class);
  }

  private static X509TrustManager trust(String name) {
    return ClusterTls.builder().trust(authority).serverName(name).build().trustManager();
  }

  @Test
  void settings() {
    ClusterTls tls = ClusterTls.builder().serverName("S3.Example.com").build();
    assertThat(tls.serverName()).contains("s3.example.com");
    assertThat(tls.verifiesHostNames()).isTrue();
    assertThat(tls)
        .hasToString(
            "ClusterTls[trust of the JVM, no identity, server name s3.example.com, host names"
                + " verified]");
    assertThat(ClusterTls.builder().build().serverName()).isEmpty();
    assertThat(ClusterTls.builder().serverName("gr\u00fcn.example").build().serverName())
        .contains("xn--grn-ioa.example");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3.example.com", "S3.EXAMPLE.COM", "a.wild.example", "A.Wild.Example"})
  void names_of_the_certificate(String name) throws Exception {
    trust(name).checkServerTrusted(chain, "UNKNOWN");
  }

  /** The common name, which is {@code cn}, does not count. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "cn",
        "example.com",
        "a.s3.example.com",
        "s3.example.com.evil.example",
        "wild.example",
        "a.b.wild.example",
        "mail.example"
      })
  void names_that_the_certificate_does_not_have(String name) {
    assertThatThrownBy(() -> trust(name).checkServerTrusted(chain, "UNKNOWN"))
        .isInstanceOf(CertificateException.class)
        .hasMessage(
            "the certificate is not made out to "
                + name
                + ", but to [S3.Example.com, *.wild.example]");
  }

  @Test
  void a_name_is_no_way_around_the_authority() {
    X509TrustManager jvm = ClusterTls.builder().serverName("s3.example.com").build().trustManager();
    assertThatThrownBy(() -> jvm.checkServerTrusted(chain, "UNKNOWN")).hasMessageContaining("PKIX");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "10.0.0.1", "::1", "[::1]", "s3.example.com:443", "a b", "a..b", "a."})
  void what_is_no_name(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ClusterTls.builder().serverName(name).build())
        .withMessage(
            "TLS server name: " + name + " (expected: a host name, such as s3.example.com)");
  }
}
