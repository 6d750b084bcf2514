package io.nodewise.lb.node;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Certificates and keys in files. Whatever is wrong is an error that names the file. */
final class TlsFiles {
  /** A file may hold several blocks, and text around them, such as openssl's description. */
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

  private static final String PKCS8 =
      "one PEM block PRIVATE KEY, which is PKCS#8 without a password; openssl pkcs8 -topk8 -nocrypt"
          + " makes it from others";

  private TlsFiles() {}

  /**
   * All certificates of a PEM file, in their order.
   *
   * @param what the setting, for messages
   */
  static List<X509Certificate> certificates(String what, Path file) {
    List<X509Certificate> found = new ArrayList<>();
    Matcher block = BLOCK.matcher(text(what, file));
    while (block.find()) {
      if (block.group(1).equals("CERTIFICATE")) {
        try {
          CertificateFactory factory = CertificateFactory.getInstance("X.509");
          found.add(
              (X509Certificate)
                  factory.generateCertificate(new ByteArrayInputStream(bytes(block.group(2)))));
        } catch (CertificateException | IllegalArgumentException e) {
          throw bad(what, file, "X.509 certificates; number " + (found.size() + 1) + " is none", e);
        }
      }
    }
    if (found.isEmpty()) {
      throw bad(what, file, "at least one PEM block CERTIFICATE in it", null);
    }
    return found;
  }

  /** The private key of a PEM file. */
  static PrivateKey privateKey(String what, Path file) {
    Matcher block = BLOCK.matcher(text(what, file));
    while (block.find()) {
      if (block.group(1).equals("PRIVATE KEY")) {
        return privateKey(block.group(2), what, file);
      }
    }
    throw bad(what, file, PKCS8, null);
  }

  /** Which kind it is stands in the encoding, but only the factories read that. */
  private static PrivateKey privateKey(String base64, String what, Path file) {
    PKCS8EncodedKeySpec encoded;
    try {
      encoded = new PKCS8EncodedKeySpec(bytes(base64));
    } catch (IllegalArgumentException e) {
      throw bad(what, file, PKCS8, null); // no cause: its message may show part of the key
    }
    for (String kind : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(encoded);
      } catch (InvalidKeySpecException | NoSuchAlgorithmException e) {
        // Perhaps of the next kind.
      }
    }
    throw bad(what, file, "a key of RSA, EC or EdDSA", null);
  }

  /** A key store, of whatever type it is. */
  static KeyStore keyStore(String what, Path file, char @Nullable [] password) {
    try {
      return KeyStore.getInstance(readable(what, file).toFile(), password);
    } catch (IOException e) {
      if (e.getCause() instanceof UnrecoverableKeyException) {
        throw bad(what, file, "a key store that the given password opens", e);
      }
      throw bad(what, file, "a key store of PKCS#12 or JKS", e);
    } catch (GeneralSecurityException | UnsupportedOperationException e) {
      throw bad(what, file, "a key store of PKCS#12 or JKS", e);
    }
  }

  /** One that holds nothing yet. */
  static KeyStore emptyStore() {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      return store;
    } catch (GeneralSecurityException | IOException e) {
      throw new IllegalStateException("this JVM has no PKCS12 key stores", e);
    }
  }

  private static byte[] bytes(String base64) {
    return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
  }

  private static String text(String what, Path file) {
    try {
      return Files.readString(readable(what, file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw bad(what, file, "a file that can be read", e);
    }
  }

  private static Path readable(String what, Path file) {
    if (!Files.isRegularFile(file)) {
      throw bad(what, file, "a file that is there", null);
    }
    if (!Files.isReadable(file)) {
      throw bad(what, file, "a file that can be read", null);
    }
    return file;
  }

  private static IllegalArgumentException bad(
      String what, Path file, String expected, @Nullable Exception cause) {
    return new IllegalArgumentException(
        what + ": " + file + " (expected: " + expected + ")", cause);
  }
}
