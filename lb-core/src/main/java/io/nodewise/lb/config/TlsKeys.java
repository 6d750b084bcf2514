package io.nodewise.lb.config;

import static io.nodewise.lb.config.Values.FILE;
import static io.nodewise.lb.config.Values.FILES;
import static io.nodewise.lb.config.Values.SECRET;
import static io.nodewise.lb.config.Values.SWITCH;
import static io.nodewise.lb.config.Values.TEXT;

import java.nio.file.Path;

/** The part of the {@linkplain Keys table} that is about TLS. Stateless. */
final class TlsKeys {
  private TlsKeys() {}

  static Section<?, ?> tls() {
    return Section.of("tls", TlsText::new, TlsText::build, Options::tls)
        .key(
            "trust-pem",
            FILES,
            "the JVM's trust",
            "PEM files of the certificates that vouch for nodes",
            (tls, files) -> tls.builder().trustPem(files.toArray(Path[]::new)))
        .key(
            "trust-store",
            FILE,
            "the JVM's trust",
            "the same in a PKCS#12 or JKS file",
            TlsText::trustStore)
        .key("trust-store-password", SECRET, "none", "of that file", TlsText::trustStorePassword)
        .key(
            "identity-store",
            FILE,
            "none",
            "our own certificate and its key in a PKCS#12 or JKS file",
            TlsText::identityStore)
        .key(
            "identity-store-password",
            SECRET,
            "none",
            "of that file and its keys",
            TlsText::identityStorePassword)
        .key(
            "identity-chain",
            FILE,
            "none",
            "our own certificate in a PEM file; with `identity-key`",
            TlsText::identityChain)
        .key(
            "identity-key",
            FILE,
            "none",
            "its key, PKCS#8 without a password",
            TlsText::identityKey)
        .key(
            "server-name",
            TEXT,
            "none",
            "the one name of all nodes' certificates",
            (tls, name) -> tls.builder().serverName(name))
        .key(
            "verify-host-names",
            SWITCH,
            "on",
            "whether a node's certificate must name the host of its URI",
            (tls, verify) -> tls.builder().verifyHostNames(verify))
        .key(
            "insecurely-trust-everything",
            SWITCH,
            "off",
            "any certificate under any name, for tests",
            TlsText::insecurelyTrustEverything);
  }
}
