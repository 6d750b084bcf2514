package io.nodewise.lb.node;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How TLS is spoken with the nodes: who is trusted, who we are, and whether a certificate must name
 * its node. One setting for probes and requests. Immutable and thread-safe; there is nothing to
 * close.
 *
 * <pre>{@code
 * ClusterTls tls = ClusterTls.builder().trustPem(Path.of("/etc/minio/ca.crt")).build();
 * LoadBalancer cluster =
 *     LoadBalancer.builder().nodes("https://minio{1...4}:9000").tls(tls).build();
 * }</pre>
 *
 * <p>What is not set: the JVM's default trust, no client certificate (also where the JVM has one of
 * its own in {@code javax.net.ssl.keyStore}), host names verified. Files and key stores are read
 * once, by {@link Builder#build()}.
 *
 * <p><b>Nodes by address behind one name</b>, as of a round-robin DNS entry: {@link
 * Builder#serverName} is sent as SNI and verified in place of the host of each node's URI.
 *
 * <p><b>An HTTP client of one's own</b> takes what it needs from here. With the AWS SDK's Apache
 * clients:
 *
 * <pre>{@code
 * ApacheHttpClient.builder()
 *     .tlsTrustManagersProvider(tls::trustManagers)
 *     .tlsKeyManagersProvider(tls::keyManagers)
 * }</pre>
 *
 * Such clients verify host names by themselves, whatever {@link #verifiesHostNames()} says.
 */
public final class ClusterTls {
  private static final Logger log = LoggerFactory.getLogger(ClusterTls.class);

  private final X509TrustManager trust;
  private final @Nullable TlsIdentity identity;
  private final @Nullable TlsServerName serverName;
  private final boolean verifyHostNames;
  private final SSLContext context;
  private final SSLSocketFactory socketFactory;
  private final String trusted;
  private final String shown;

  private ClusterTls(
      X509TrustManager trust,
      @Nullable TlsIdentity identity,
      @Nullable TlsServerName serverName,
      boolean verifyHostNames,
      String trusted) {
    this.trust = trust;
    this.identity = identity;
    this.serverName = serverName;
    this.verifyHostNames = verifyHostNames;
    this.trusted = trusted;
    try {
      context = SSLContext.getInstance("TLS");
      context.init(keyManagers(), trustManagers(), null);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no TLS", e);
    }
    socketFactory =
        serverName == null
            ? context.getSocketFactory()
            : new ServerNameSocketFactory(context.getSocketFactory(), serverName);
    shown =
        "ClusterTls["
            + trusted
            + (identity == null ? ", no identity" : ", identity " + identity.subject())
            + (serverName == null ? "" : ", server name " + serverName)
            + (verifyHostNames ? ", host names verified]" : ", host names NOT verified]");
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Who decides whether a node's certificate is trusted. Where host names are not verified, it does
   * not verify them for those who leave that to it, as all of the JDK's own clients do. Where there
   * is a {@link #serverName()}, it verifies that one, for everybody, and no other.
   */
  public X509TrustManager trustManager() {
    return trust;
  }

  /** {@link #trustManager()} alone, in the form that many APIs take; a new array each time. */
  public TrustManager[] trustManagers() {
    return new TrustManager[] {trust};
  }

  /** The client certificate with its key; a new array each time, empty where there is none. */
  public KeyManager[] keyManagers() {
    return identity == null ? new KeyManager[0] : identity.keyManagers();
  }

  /** A context with the trust and the identity, the same one each time. */
  public SSLContext sslContext() {
    return context;
  }

  /**
   * A factory of the context, the same one each time. Where there is a {@link #serverName()}, its
   * sockets send that one, whatever host they are made for; those of the context itself don't.
   */
  public SSLSocketFactory socketFactory() {
    return socketFactory;
  }

  /**
   * Whether a node's certificate must be made out to the host name, or address, of its URI, or to
   * the {@link #serverName()} where there is one.
   */
  public boolean verifiesHostNames() {
    return verifyHostNames;
  }

  /** The one name of all nodes' certificates; empty: each is made out to its node's host. */
  public Optional<String> serverName() {
    return Optional.ofNullable(serverName).map(TlsServerName::toString);
  }

  /**
   * The same with one name of all nodes' certificates: see {@link Builder#serverName}. Where host
   * names are not verified, it is only sent.
   *
   * @throws IllegalArgumentException if it is no host name
   * @throws IllegalStateException if there is a {@link #serverName()} already
   */
  public ClusterTls withServerName(String name) {
    if (serverName != null) {
      throw new IllegalStateException("there is a server name already: " + serverName);
    }
    TlsServerName one = TlsServerName.of(name);
    X509TrustManager named = verifyHostNames ? TlsTrust.underName(one, trust) : trust;
    return new ClusterTls(named, identity, one, verifyHostNames, trusted);
  }

  /** Who is trusted and who we are, without any secret. */
  @Override
  public String toString() {
    return shown;
  }

  /** Makes {@link ClusterTls}; not thread-safe. Everything is read in {@link #build()}. */
  public static final class Builder {
    private final List<Supplier<List<X509Certificate>>> anchors = new ArrayList<>();
    private @Nullable Supplier<TlsIdentity> identity;
    private @Nullable String serverName;
    private boolean verifyHostNames = true;
    private boolean everything;

    private Builder() {}

    /**
     * Trusts the certificates in this store, and what they vouch for, in place of what the JVM
     * trusts. May be called several times, as may its kin; what they trust adds up.
     */
    public Builder trust(KeyStore store) {
      Objects.requireNonNull(store, "store");
      anchors.add(() -> TlsTrust.certificates(store, "key store"));
      return this;
    }

    /**
     * As {@link #trust(KeyStore)}, from a file (PKCS#12 or JKS).
     *
     * @param password null for a store without one
     */
    public Builder trustStore(Path file, char @Nullable [] password) {
      Objects.requireNonNull(file, "file");
      char[] secret = password == null ? null : password.clone();
      anchors.add(
          () ->
              TlsTrust.certificates(TlsFiles.keyStore("TLS trust", file, secret), file.toString()));
      return this;
    }

    /** As {@link #trust(KeyStore)}: all the certificates in these PEM files. */
    public Builder trustPem(Path... files) {
      for (Path file : List.of(files)) {
        anchors.add(() -> TlsFiles.certificates("TLS trust", file));
      }
      return this;
    }

    /**
     * The client certificate, for nodes that want to know who we are. Of several in the store the
     * one that the node asks for is shown. A later identity replaces an earlier one.
     *
     * @param password of the keys
     */
    public Builder identity(KeyStore store, char @Nullable [] password) {
      Objects.requireNonNull(store, "store");
      char[] secret = password == null ? null : password.clone();
      identity = () -> TlsIdentity.of(store, "key store", secret);
      return this;
    }

    /** As {@link #identity}, from a file (PKCS#12 or JKS); one password for store and keys. */
    public Builder identityStore(Path file, char @Nullable [] password) {
      Objects.requireNonNull(file, "file");
      char[] secret = password == null ? null : password.clone();
      identity =
          () ->
              TlsIdentity.of(
                  TlsFiles.keyStore("TLS identity", file, secret), file.toString(), secret);
      return this;
    }

    /**
     * As {@link #identity}, from PEM files.
     *
     * @param chain our certificate, then those that vouch for it, if the nodes don't know them
     * @param key its key: PKCS#8, not encrypted ({@code BEGIN PRIVATE KEY}); RSA, EC or EdDSA
     */
    public Builder identityPem(Path chain, Path key) {
      Objects.requireNonNull(chain, "chain");
      Objects.requireNonNull(key, "key");
      identity = () -> TlsIdentity.ofPem(chain, key);
      return this;
    }

    /**
     * Whether a node's certificate must name the host in the node's URI. Default true. With false,
     * anybody who has any trusted certificate may pass for a node: for a private CA that vouches
     * for nothing but the nodes.
     */
    public Builder verifyHostNames(boolean verify) {
      verifyHostNames = verify;
      return this;
    }

    /**
     * The one name that the certificates of all nodes are made out to, for nodes that are known by
     * address or by names of their own: it is sent as SNI, and verified in place of the host of a
     * node's URI. It must be among the certificate's DNS names, perhaps by a wildcard; its common
     * name does not count. With names that are {@linkplain #verifyHostNames left out} it is only
     * sent. Default: none.
     */
    public Builder serverName(String name) {
      serverName = Objects.requireNonNull(name, "serverName");
      return this;
    }

    /**
     * Trusts every certificate under every name, so that anybody on the way can read along. For
     * tests.
     */
    public Builder insecurelyTrustEverything() {
      everything = true;
      return this;
    }

    /**
     * The settings. Logs one warning where something is not verified.
     *
     * @throws IllegalArgumentException if a file can't be read, a password is wrong, a store is
     *     empty, a certificate and its key don't belong together, the server name is no host name,
     *     or trust is named and {@link #insecurelyTrustEverything()} too; the message names the
     *     file or value
     */
    public ClusterTls build() {
      if (everything && !anchors.isEmpty()) {
        throw new IllegalArgumentException(
            "TLS trust: everything, and certificates too (expected: one of them)");
      }
      Set<X509Certificate> trusted = new LinkedHashSet<>();
      anchors.forEach(source -> trusted.addAll(source.get()));
      TlsIdentity who = identity == null ? null : identity.get();
      TlsServerName name = serverName == null ? null : TlsServerName.of(serverName);
      if (everything) {
        log.warn("TLS with the nodes trusts every certificate: anybody may read along");
        return new ClusterTls(TlsTrust.ofEverything(), who, name, false, "EVERYTHING trusted");
      }
      X509TrustManager chains = TlsTrust.in(trusted);
      String shown =
          trusted.isEmpty() ? "trust of the JVM" : "trusted certificates: " + trusted.size();
      if (verifyHostNames) {
        X509TrustManager named = name == null ? chains : TlsTrust.underName(name, chains);
        return new ClusterTls(named, who, name, true, shown);
      }
      log.warn("TLS with the nodes does not verify host names: a certificate for any will do");
      return new ClusterTls(TlsTrust.underAnyName(chains), who, name, false, shown);
    }
  }
}
