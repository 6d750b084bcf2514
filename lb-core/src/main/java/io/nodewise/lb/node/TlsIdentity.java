package io.nodewise.lb.node;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.UnrecoverableKeyException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import org.jspecify.annotations.Nullable;

/** Who we are to the nodes: a certificate and its key. Immutable and thread-safe. */
final class TlsIdentity {
  private final KeyManager[] keyManagers;
  private final String subject;

  private TlsIdentity(KeyManager[] keyManagers, String subject) {
    this.keyManagers = keyManagers;
    this.subject = subject;
  }

  /**
   * The keys in a store.
   *
   * @param name what messages call the store
   */
  static TlsIdentity of(KeyStore store, String name, char @Nullable [] password) {
    try {
      String subject = null;
      for (String alias : Collections.list(store.aliases())) {
        if (store.isKeyEntry(alias)
            && store.getCertificate(alias) instanceof X509Certificate certificate) {
          subject = certificate.getSubjectX500Principal().getName();
          break;
        }
      }
      if (subject == null) {
        throw new IllegalArgumentException(
            "TLS identity: " + name + " (expected: a key with its certificate in it)");
      }
      KeyManagerFactory factory =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      factory.init(store, password);
      return new TlsIdentity(factory.getKeyManagers(), subject);
    } catch (UnrecoverableKeyException e) {
      throw new IllegalArgumentException(
          "TLS identity: " + name + " (expected: a key that the given password opens)", e);
    } catch (KeyStoreException e) {
      throw new IllegalArgumentException(
          "TLS identity: " + name + " (expected: a key store that is loaded)", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          "TLS identity: " + name + " (expected: a key that this JVM can use)", e);
    }
  }

  static TlsIdentity ofPem(Path chainFile, Path keyFile) {
    List<X509Certificate> chain = TlsFiles.certificates("TLS identity", chainFile);
    PrivateKey key = TlsFiles.privateKey("TLS identity", keyFile);
    if (!belongTogether(key, chain.get(0))) {
      throw new IllegalArgumentException(
          "TLS identity: "
              + keyFile
              + " (expected: the key of the first certificate in "
              + chainFile
              + ")");
    }
    char[] password = new char[0]; // the store never leaves this method
    try {
      KeyStore store = TlsFiles.emptyStore();
      store.setKeyEntry("identity", key, password, chain.toArray(new X509Certificate[0]));
      return of(store, chainFile.toString(), password);
    } catch (KeyStoreException e) {
      throw new IllegalArgumentException(
          "TLS identity: " + chainFile + " (expected: a certificate and the chain above it)", e);
    }
  }

  /** Files that were mixed up would show only in handshakes, and not say why. */
  private static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm(); // EdDSA signs under its own name
        };
    byte[] sample = {1, 2, 3};
    try {
      Signature signing = Signature.getInstance(algorithm);
      signing.initSign(key);
      signing.update(sample);
      byte[] signed = signing.sign();
      Signature verifying = Signature.getInstance(algorithm);
      verifying.initVerify(certificate.getPublicKey());
      verifying.update(sample);
      return verifying.verify(signed);
    } catch (InvalidKeyException | SignatureException e) {
      return false; // keys of different kinds or sizes
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM can't sign by " + algorithm, e);
    }
  }

  KeyManager[] keyManagers() {
    return keyManagers.clone();
  }

  /** Whom the certificate names. */
  String subject() {
    return subject;
  }
}
