package io.nodewise.lb.config;

import io.nodewise.lb.node.ClusterTls;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** TLS settings while their keys are read: a file and its password are two. Not thread-safe. */
final class TlsText {
  private final ClusterTls.Builder builder = ClusterTls.builder();
  private @Nullable Path trustStore;
  private char @Nullable [] trustStorePassword;
  private @Nullable Path identityStore;
  private char @Nullable [] identityStorePassword;
  private @Nullable Path identityChain;
  private @Nullable Path identityKey;
  private boolean insecure;

  ClusterTls.Builder builder() {
    return builder;
  }

  void trustStore(Path file) {
    trustStore = file;
  }

  void trustStorePassword(char[] password) {
    trustStorePassword = password;
  }

  void identityStore(Path file) {
    identityStore = file;
  }

  void identityStorePassword(char[] password) {
    identityStorePassword = password;
  }

  void identityChain(Path file) {
    identityChain = file;
  }

  void identityKey(Path file) {
    identityKey = file;
  }

  void insecurelyTrustEverything(boolean yes) {
    insecure = yes;
  }

  ClusterTls build() {
    require(trustStorePassword == null || trustStore != null, "trust-store");
    require(identityStorePassword == null || identityStore != null, "identity-store");
    require(identityChain == null || identityKey != null, "identity-key");
    require(identityKey == null || identityChain != null, "identity-chain");
    if (identityChain != null && identityStore != null) {
      throw new IllegalArgumentException("two identities (expected: PEM files or a store)");
    }
    if (trustStore != null) {
      builder.trustStore(trustStore, trustStorePassword);
    }
    if (identityStore != null) {
      builder.identityStore(identityStore, identityStorePassword);
    }
    if (identityChain != null && identityKey != null) {
      builder.identityPem(identityChain, identityKey);
    }
    if (insecure) {
      builder.insecurelyTrustEverything();
    }
    return builder.build();
  }

  private static void require(boolean holds, String key) {
    if (!holds) {
      throw new Incomplete("half of it (expected: nodewise.tls." + key + " as well)");
    }
  }
}
