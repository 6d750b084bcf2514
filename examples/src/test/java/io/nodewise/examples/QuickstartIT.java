package io.nodewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.examples.demo.nodes.S3Node;
import io.nodewise.lb.awssdk.nodes.Certificate;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.gaul.s3proxy.S3Proxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every quickstart, on a cluster of three. */
class QuickstartIT {
  private static final int NODES = 3;

  private final PrintStream systemOut = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final List<S3Proxy> nodes = new ArrayList<>();

  @TempDir private Path store;

  @BeforeEach
  void setUp() {
    System.setProperty("aws.accessKeyId", S3Node.ACCESS_KEY);
    System.setProperty("aws.secretAccessKey", S3Node.SECRET_KEY);
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void stopNodes() throws Exception {
    System.setOut(systemOut);
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
    for (S3Proxy node : nodes) {
      node.stop();
    }
  }

  private String[] startNodes() throws Exception {
    for (int i = 0; i < NODES; i++) {
      S3Proxy node = S3Node.create(0, store);
      node.start();
      nodes.add(node);
    }
    return nodes.stream().map(node -> "http://127.0.0.1:" + node.getPort()).toArray(String[]::new);
  }

  private void assertPrinted(String text) {
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains(text)
        .contains("127.0.0.1:" + nodes.get(0).getPort())
        .contains("127.0.0.1:" + nodes.get(NODES - 1).getPort());
  }

  @Test
  void syncClient() throws Exception {
    Quickstart.main(startNodes());
    assertPrinted("Hello, cluster!");
  }

  @Test
  void asyncClient() throws Exception {
    AsyncQuickstart.main(startNodes());
    assertPrinted("Hello, greeting-9");
  }

  @Test
  void transferManager() throws Exception {
    TransferQuickstart.main(startNodes());
    assertPrinted("the same 24 MiB");
  }

  @Test
  void minioJava() throws Exception {
    MinioQuickstart.main(startNodes());
    assertPrinted("Hello from minio-java!");
  }

  @Test
  void okHttp() throws Exception {
    OkHttpQuickstart.main(startNodes());
    assertPrinted("200 from " + nodes.get(1).getPort());
  }

  @Test
  void presignedUrl() throws Exception {
    PresignedQuickstart.main(startNodes());
    assertPrinted("Hello, visitor!");
  }

  @Test
  void tls(@TempDir Path keys) throws Exception {
    Certificate certificate = Certificate.in(keys);
    for (int i = 0; i < NODES; i++) {
      nodes.add(S3Node.createSecure(certificate.file(), Certificate.PASSWORD, store));
      nodes.get(i).start();
    }
    Stream<String> urls = nodes.stream().map(node -> "https://127.0.0.1:" + node.getSecurePort());

    TlsQuickstart.main(
        Stream.concat(Stream.of(pem(certificate, keys).toString()), urls).toArray(String[]::new));

    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("Hello, by TLS!");
  }

  private static Path pem(Certificate certificate, Path folder) throws Exception {
    KeyStore store =
        KeyStore.getInstance(certificate.file().toFile(), Certificate.PASSWORD.toCharArray());
    byte[] encoded = store.getCertificate("node").getEncoded();
    return Files.writeString(
        folder.resolve("authority.pem"),
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded)
            + "\n-----END CERTIFICATE-----\n");
  }
}
