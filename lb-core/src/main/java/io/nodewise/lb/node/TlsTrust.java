package io.nodewise.lb.node;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A trust manager with another idea of names than the JDK's: it leaves out the name, or everything,
 * or wants one name of every peer. It must be an extended one: the JDK puts its own check of the
 * name around any other. Thread-safe.
 */
final class TlsTrust extends X509ExtendedTrustManager {
  private final @Nullable X509TrustManager chains; // null: any chain will do
  private final @Nullable TlsServerName name; // null: any name will do

  private TlsTrust(@Nullable X509TrustManager chains, @Nullable TlsServerName name) {
    this.chains = chains;
    this.name = name;
  }

  static X509TrustManager ofEverything() {
    return new TlsTrust(null, null);
  }

  static X509TrustManager underAnyName(X509TrustManager chains) {
    return new TlsTrust(chains, null);
  }

  /** Whoever it is, by whatever address: the certificate is made out to this name. */
  static X509TrustManager underName(TlsServerName name, X509TrustManager chains) {
    return new TlsTrust(chains, name);
  }

  /** Trust in these certificates and what they vouch for; where there are none, the JVM's. */
  static X509TrustManager in(Collection<X509Certificate> anchors) {
    try {
      KeyStore store = null; // the JVM's
      if (!anchors.isEmpty()) {
        store = TlsFiles.emptyStore();
        int n = 0;
        for (X509Certificate anchor : anchors) {
          store.setCertificateEntry("anchor" + n++, anchor);
        }
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager known) {
          return known;
        }
      }
      throw new IllegalStateException("this JVM has no trust in certificates");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM can't make a trust manager", e);
    }
  }

  /** What a store vouches for: its certificates, and those of its keys. */
  static List<X509Certificate> certificates(KeyStore store, String name) {
    List<X509Certificate> found = new ArrayList<>();
    try {
      for (String alias : Collections.list(store.aliases())) {
        Certificate certificate = store.getCertificate(alias);
        if (certificate instanceof X509Certificate known) {
          found.add(known);
        }
      }
    } catch (KeyStoreException e) {
      throw new IllegalArgumentException(
          "TLS trust: " + name + " (expected: a key store that is loaded)", e);
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "TLS trust: " + name + " (expected: at least one certificate in it)");
    }
    return found;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    if (chains != null) {
      chains.checkServerTrusted(chain, authType);
    }
    if (name != null) {
      name.verify(chain[0]);
    }
  }

  /** The socket would say that its host is wanted too, so it is kept from whoever checks. */
  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("for clients only, which verify servers");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    checkClientTrusted(chain, authType);
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return chains == null ? new X509Certificate[0] : chains.getAcceptedIssuers();
  }
}
