package io.nodewise.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.net.ssl.X509KeyManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What the settings take, what they give, and what they refuse. */
class ClusterTlsTest {
  private static final char[] PASSWORD = PrivateCa.PASSWORD.toCharArray();

  @TempDir private static Path folder;
  private static PrivateCa ca;
  private static PrivateCa.Issued app;

  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeAll
  static void issue() throws Exception {
    ca = PrivateCa.in(folder, "ca");
    app = ca.issue("app", "dns:app");
  }

  @BeforeEach
  void listen() {
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void ignore() {
    logger().detachAppender(log);
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(ClusterTls.class);
  }

  private static ClusterTls build(UnaryOperator<ClusterTls.Builder> settings) {
    return settings.apply(ClusterTls.builder()).build();
  }

  private static void refuses(UnaryOperator<ClusterTls.Builder> settings, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> build(settings))
        .withMessage(message.replace("<folder>", folder.toString()));
  }

  private static List<String> trusted(ClusterTls tls) {
    return Arrays.stream(tls.trustManager().getAcceptedIssuers())
        .map(certificate -> certificate.getSubjectX500Principal().getName())
        .toList();
  }

  private static X509Certificate shown(ClusterTls tls) {
    assertThat(tls.keyManagers()).hasSize(1);
    X509KeyManager keys = (X509KeyManager) tls.keyManagers()[0];
    String alias = keys.chooseClientAlias(new String[] {"EC"}, null, null);
    assertThat(keys.getPrivateKey(alias)).isNotNull();
    assertThat(keys.getCertificateChain(alias)).as("with the authority's").hasSize(2);
    return keys.getCertificateChain(alias)[0];
  }

  // What it gives.

  @Test
  void the_defaults_are_those_of_the_jvm_without_an_identity() {
    ClusterTls tls = build(b -> b);
    assertThat(tls.trustManager().getAcceptedIssuers()).hasSizeGreaterThan(10);
    assertThat(tls.keyManagers()).isEmpty();
    assertThat(tls.verifiesHostNames()).isTrue();
    assertThat(tls).hasToString("ClusterTls[trust of the JVM, no identity, host names verified]");
    assertThat(log.list).isEmpty();
  }

  @Test
  void certificates_take_the_place_of_the_jvms_and_add_up() throws Exception {
    PrivateCa other = PrivateCa.in(folder, "other");
    KeyStore store = ca.trust();
    Path pem = other.pem();
    assertThat(trusted(build(b -> b.trust(store)))).containsExactly("CN=ca");
    assertThat(trusted(build(b -> b.trust(store).trustPem(pem).trustPem(pem))))
        .containsExactlyInAnyOrder("CN=ca", "CN=other");
    assertThat(trusted(build(b -> b.trustStore(app.file(), PASSWORD)))).containsExactly("CN=app");
  }

  @Test
  void a_pem_file_may_hold_several_certificates_and_text_around_them() throws Exception {
    Path file = folder.resolve("bundle.pem");
    Files.writeString(
        file,
        "Bag Attributes\n  friendlyName: grün\n"
            + Files.readString(app.keyPem())
            + Files.readString(app.chainPem()).replace("\n", "\r\n")
            + "-- the end --\n");
    assertThat(trusted(build(b -> b.trustPem(file)))).containsExactlyInAnyOrder("CN=app", "CN=ca");
  }

  @Test
  void an_identity_of_a_store_of_a_file_and_of_pem_files() throws Exception {
    Path chain = app.chainPem();
    Path key = app.keyPem();
    X509Certificate expected = (X509Certificate) app.store().getCertificate("app");
    assertThat(shown(build(b -> b.identity(app.store(), PASSWORD)))).isEqualTo(expected);
    assertThat(shown(build(b -> b.identityStore(app.file(), PASSWORD)))).isEqualTo(expected);
    ClusterTls tls = build(b -> b.identityPem(chain, key));
    assertThat(shown(tls)).isEqualTo(expected);
    assertThat(tls)
        .hasToString("ClusterTls[trust of the JVM, identity CN=app, host names verified]");
  }

  @Test
  void what_is_handed_out_cannot_change_it() {
    ClusterTls tls = build(b -> b.identity(app.store(), PASSWORD));
    tls.keyManagers()[0] = null;
    tls.trustManagers()[0] = null;
    assertThat(tls.keyManagers()).doesNotContainNull();
    assertThat(tls.trustManagers()).containsExactly(tls.trustManager());
    assertThat(tls.socketFactory()).isSameAs(tls.socketFactory());
  }

  @Test
  void a_password_that_is_wiped_after_the_call_is_still_known() {
    char[] secret = PASSWORD.clone();
    ClusterTls.Builder builder = ClusterTls.builder().identityStore(app.file(), secret);
    Arrays.fill(secret, 'x');
    assertThat(builder.build().keyManagers()).hasSize(1);
  }

  // What is left out is said.

  @Test
  void host_names_left_out_are_one_warning() throws Exception {
    KeyStore store = ca.trust();
    ClusterTls tls = build(b -> b.trust(store).verifyHostNames(false));
    assertThat(tls.verifiesHostNames()).isFalse();
    assertThat(tls).asString().contains("host names NOT verified");
    assertThat(trusted(tls)).containsExactly("CN=ca");
    assertThat(log.list).hasSize(1);
    assertThat(log.list.get(0).getLevel()).isEqualTo(Level.WARN);
    assertThat(log.list.get(0).getMessage()).contains("does not verify host names");
  }

  @Test
  void everything_trusted_is_one_warning() {
    ClusterTls tls = build(b -> b.insecurelyTrustEverything().verifyHostNames(true));
    assertThat(tls.verifiesHostNames())
        .as("a name on just any certificate proves nothing")
        .isFalse();
    assertThat(tls).asString().contains("EVERYTHING trusted");
    assertThat(log.list).hasSize(1);
    assertThat(log.list.get(0).getLevel()).isEqualTo(Level.WARN);
    assertThat(log.list.get(0).getMessage()).contains("trusts every certificate");
  }

  // What it refuses.

  @Test
  void files_that_are_not_there() {
    Path none = folder.resolve("none");
    refuses(b -> b.trustPem(none), "TLS trust: <folder>/none (expected: a file that is there)");
    refuses(
        b -> b.trustStore(none, PASSWORD),
        "TLS trust: <folder>/none (expected: a file that is there)");
    refuses(
        b -> b.identityPem(none, none),
        "TLS identity: <folder>/none (expected: a file that is there)");
    refuses(
        b -> b.identityStore(folder, PASSWORD),
        "TLS identity: <folder> (expected: a file that is there)");
  }

  @Test
  void a_wrong_password() {
    char[] wrong = "wrong!".toCharArray();
    refuses(
        b -> b.identity(app.store(), wrong),
        "TLS identity: key store (expected: a key that the given password opens)");
    refuses(
        b -> b.identityStore(app.file(), wrong),
        "TLS identity: <folder>/app.p12 (expected: a key store that the given password opens)");
    refuses(
        b -> b.trustStore(app.file(), wrong),
        "TLS trust: <folder>/app.p12 (expected: a key store that the given password opens)");
  }

  @Test
  void stores_that_hold_nothing_of_use() throws Exception {
    KeyStore empty = TlsFiles.emptyStore();
    KeyStore certificates = ca.trust();
    refuses(b -> b.trust(empty), "TLS trust: key store (expected: at least one certificate in it)");
    refuses(
        b -> b.identity(certificates, PASSWORD),
        "TLS identity: key store (expected: a key with its certificate in it)");
    KeyStore unloaded = KeyStore.getInstance("PKCS12");
    refuses(b -> b.trust(unloaded), "TLS trust: key store (expected: a key store that is loaded)");
    refuses(
        b -> b.identity(unloaded, null),
        "TLS identity: key store (expected: a key store that is loaded)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no PEM",
        "-----BEGIN CERTIFICATE-----\n",
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"
      })
  void a_file_without_a_certificate(String content) throws Exception {
    Path file = Files.writeString(folder.resolve("odd.pem"), content);
    refuses(
        b -> b.trustPem(file),
        "TLS trust: <folder>/odd.pem (expected: at least one PEM block CERTIFICATE in it)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"AAAA", "%%%%", ""})
  void a_certificate_that_is_none(String content) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("odd.pem"),
            Files.readString(ca.pem())
                + "-----BEGIN CERTIFICATE-----\n"
                + content
                + "\n-----END CERTIFICATE-----\n");
    refuses(
        b -> b.trustPem(file),
        "TLS trust: <folder>/odd.pem (expected: X.509 certificates; number 2 is none)");
  }

  @Test
  void a_file_that_is_no_key_store() throws Exception {
    Path file = Files.writeString(folder.resolve("odd.p12"), "no key store");
    refuses(
        b -> b.trustStore(file, PASSWORD),
        "TLS trust: <folder>/odd.p12 (expected: a key store of PKCS#12 or JKS)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n%%\n-----END PRIVATE KEY-----"
      })
  void a_key_that_is_not_pkcs8(String content) throws Exception {
    Path chain = app.chainPem();
    Path key = Files.writeString(folder.resolve("odd.key"), content);
    refuses(
        b -> b.identityPem(chain, key),
        "TLS identity: <folder>/odd.key (expected: one PEM block PRIVATE KEY, which is PKCS#8"
            + " without a password; openssl pkcs8 -topk8 -nocrypt makes it from others)");
  }

  @Test
  void a_key_of_an_unknown_kind() throws Exception {
    Path chain = app.chainPem();
    Path key =
        Files.writeString(
            folder.resolve("odd.key"), PrivateCa.block("PRIVATE KEY", new byte[] {1, 2}));
    refuses(
        b -> b.identityPem(chain, key),
        "TLS identity: <folder>/odd.key (expected: a key of RSA, EC or EdDSA)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void a_key_of_another_certificate(String kind) throws Exception {
    KeyPair other = KeyPairGenerator.getInstance(kind).generateKeyPair();
    Path chain = app.chainPem();
    Path key =
        Files.writeString(
            folder.resolve("other.key"),
            PrivateCa.block("PRIVATE KEY", other.getPrivate().getEncoded()));
    refuses(
        b -> b.identityPem(chain, key),
        "TLS identity: <folder>/other.key (expected: the key of the first certificate in"
            + " <folder>/app.crt)");
  }

  @Test
  void a_chain_that_is_in_no_order() throws Exception {
    Path chain =
        Files.writeString(
            folder.resolve("chain.crt"),
            Files.readString(app.chainPem())
                + Files.readString(PrivateCa.in(folder, "stranger").pem()));
    Path key = app.keyPem();
    refuses(
        b -> b.identityPem(chain, key),
        "TLS identity: <folder>/chain.crt (expected: a certificate and the chain above it)");
  }

  @Test
  void trust_in_everything_and_in_something() throws Exception {
    KeyStore store = ca.trust();
    refuses(
        b -> b.trust(store).insecurelyTrustEverything(),
        "TLS trust: everything, and certificates too (expected: one of them)");
  }
}
