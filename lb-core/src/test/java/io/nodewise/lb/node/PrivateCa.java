package io.nodewise.lb.node;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate authority of a test's own, which no JVM knows, and what it issues. Made by the
 * JDK's keytool, in a folder of the test's.
 */
public final class PrivateCa {
  /** Of all its key stores. */
  public static final String PASSWORD = "changeit";

  private final Path folder;
  private final Path store;

  private PrivateCa(Path folder, Path store) {
    this.folder = folder;
    this.store = store;
  }

  /** Makes one; the name tells it from others in the folder. */
  public static PrivateCa in(Path folder, String name) throws Exception {
    PrivateCa ca = new PrivateCa(folder, folder.resolve(name + ".p12"));
    ca.keytool("-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c");
    return ca;
  }

  /**
   * A certificate with its key.
   *
   * @param names what it is made out to, as keytool wants it: {@code dns:localhost,ip:127.0.0.1}
   */
  public Issued issue(String name, String names) throws Exception {
    keytool("-alias", name, "-signer", "ca", "-dname", "CN=" + name, "-ext", "SAN=" + names);
    KeyStore alone = empty();
    KeyStore all = load(store);
    char[] password = PASSWORD.toCharArray();
    alone.setKeyEntry(name, all.getKey(name, password), password, all.getCertificateChain(name));
    Path file = folder.resolve(name + ".p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      alone.store(out, password);
    }
    return new Issued(file, alone, name);
  }

  private void keytool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keyalg", "EC", "-storetype", "PKCS12"));
    command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("keytool: " + said);
    }
  }

  /** A store that holds the authority's certificate, and nothing secret. */
  public KeyStore trust() throws Exception {
    KeyStore trusted = empty();
    trusted.setCertificateEntry("ca", load(store).getCertificate("ca"));
    return trusted;
  }

  /** The authority's certificate in a PEM file. */
  public Path pem() throws Exception {
    Path file = folder.resolve(store.getFileName() + ".pem");
    return Files.writeString(file, block("CERTIFICATE", load(store).getCertificate("ca")));
  }

  private static KeyStore empty() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static KeyStore load(Path file) throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  static String block(String kind, byte[] content) {
    return "-----BEGIN %s-----%n%s%n-----END %1$s-----%n"
        .formatted(kind, Base64.getMimeEncoder().encodeToString(content));
  }

  private static String block(String kind, Certificate content) throws GeneralSecurityException {
    return block(kind, content.getEncoded());
  }

  /**
   * A certificate that the authority vouches for, with its key.
   *
   * @param file a PKCS#12 store of it alone
   * @param store the same, loaded
   * @param alias its name in there
   */
  public record Issued(Path file, KeyStore store, String alias) {

    /** It and the authority's certificate in a PEM file. */
    public Path chainPem() throws Exception {
      StringBuilder text = new StringBuilder();
      for (Certificate certificate : store.getCertificateChain(alias)) {
        text.append(block("CERTIFICATE", certificate));
      }
      return Files.writeString(file.resolveSibling(alias + ".crt"), text);
    }

    /** Its key in a PEM file. */
    public Path keyPem() throws Exception {
      byte[] key = store.getKey(alias, PASSWORD.toCharArray()).getEncoded();
      return Files.writeString(file.resolveSibling(alias + ".key"), block("PRIVATE KEY", key));
    }

    /** For servers that show it and trust clients of this authority. */
    public SSLContext server(PrivateCa clients) throws Exception {
      KeyManagerFactory keys =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(store, PASSWORD.toCharArray());
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(clients.trust());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    }
  }
}
