package io.nodewise.lb.node;

import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SNIHostName;

/**
 * The one name that the certificates of all nodes are made out to. Immutable and thread-safe.
 *
 * <p>Its check is ours, because those of the HTTP clients and of the JDK are about the host of the
 * URI: a DNS name among the alternative names, or a wildcard in place of its first label (RFC
 * 9525). The common name counts for nothing.
 */
final class TlsServerName {
  private static final int DNS_NAME = 2; // of the kinds of alternative names in RFC 5280

  private final String ascii;

  private TlsServerName(String ascii) {
    this.ascii = ascii;
  }

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException if it is no name that TLS can send
   */
  static TlsServerName of(String name) {
    String ascii;
    try {
      ascii = new SNIHostName(name).getAsciiName().toLowerCase(Locale.ROOT);
    } catch (IllegalArgumentException e) {
      throw refused(name);
    }
    if (ascii.isEmpty() || ascii.endsWith(".") || ascii.matches("[0-9.]+") || name.contains(":")) {
      throw refused(name);
    }
    return new TlsServerName(ascii);
  }

  private static IllegalArgumentException refused(String name) {
    return new IllegalArgumentException(
        "TLS server name: " + name + " (expected: a host name, such as s3.example.com)");
  }

  /** What is sent. */
  SNIHostName sni() {
    return new SNIHostName(ascii);
  }

  /** Throws unless the certificate is made out to it. */
  void verify(X509Certificate certificate) throws CertificateException {
    List<String> names = dnsNames(certificate);
    for (String name : names) {
      if (isNamedBy(name.toLowerCase(Locale.ROOT))) {
        return;
      }
    }
    throw new CertificateException(
        "the certificate is not made out to " + ascii + ", but to " + names);
  }

  private boolean isNamedBy(String name) {
    if (!name.startsWith("*.")) {
      return name.equals(ascii);
    }
    int dot = ascii.indexOf('.');
    return dot > 0 && ascii.substring(dot).equals(name.substring(1));
  }

  private static List<String> dnsNames(X509Certificate certificate)
      throws CertificateParsingException {
    Collection<List<?>> all = certificate.getSubjectAlternativeNames();
    List<String> names = new ArrayList<>();
    if (all != null) {
      for (List<?> one : all) {
        if (one.get(0) instanceof Integer kind
            && kind == DNS_NAME
            && one.get(1) instanceof String name) {
          names.add(name);
        }
      }
    }
    return names;
  }

  @Override
  public String toString() {
    return ascii;
  }
}
