package io.nodewise.lb.config;

import io.nodewise.lb.config.Samples.Sample;
import io.nodewise.lb.node.PrivateCa;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The keys of TLS, whose samples are files. */
final class TlsSamples {
  private static final String TLS = "nodewise.tls.";

  private TlsSamples() {}

  static List<Sample> in(Path folder) throws Exception {
    PrivateCa ca = PrivateCa.in(folder, "config-ca");
    PrivateCa.Issued us = ca.issue("us", "dns:us");
    String store = us.file().toString();
    String secret = PrivateCa.PASSWORD;
    Map<String, String> trust = Map.of(TLS + "trust-store", store);
    Map<String, String> identity = Map.of(TLS + "identity-store", store);
    String chain = us.chainPem().toString();
    String key = us.keyPem().toString();
    Map<String, String> named = Map.of(TLS + "server-name", "s3.local");
    Function<Built, Object> authorities =
        built -> built.tls() == null ? 0 : built.tls().trustManager().getAcceptedIssuers().length;
    Function<Built, Object> keys = built -> built.tls().keyManagers().length;
    String password = "trust-store-password";
    String ours = "identity-store-password";
    return List.of(
        new Sample("tls.trust-pem", ca.pem() + "," + ca.pem(), Map.of(), authorities, 1),
        new Sample("tls.trust-store", store, Map.of(TLS + password, secret), authorities, 1),
        new Sample("tls." + password, secret, trust, authorities, 1),
        new Sample("tls.identity-store", store, Map.of(TLS + ours, secret), keys, 1),
        new Sample("tls." + ours, secret, identity, keys, 1),
        new Sample("tls.identity-chain", chain, Map.of(TLS + "identity-key", key), keys, 1),
        new Sample("tls.identity-key", key, Map.of(TLS + "identity-chain", chain), keys, 1),
        new Sample(
            "tls.server-name",
            "s3.local",
            Map.of(),
            b -> b.tls().serverName().orElse(""),
            "s3.local"),
        new Sample("tls.verify-host-names", "off", named, b -> b.tls().verifiesHostNames(), false),
        new Sample(
            "tls.insecurely-trust-everything",
            "on",
            named,
            b -> b.tls().toString().contains("EVERYTHING"),
            true));
  }
}
