package io.nodewise.lb.awssdk;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * The entity tag that S3 gives an object: the MD5 of its content or, of an object in parts, the MD5
 * of the parts' MD5s and their number. Encrypted objects have others, which then match nothing.
 */
final class EntityTag {
  private EntityTag() {}

  static String ofContent(RequestBody body) throws IOException {
    MessageDigest md5 = md5();
    byte[] buffer = new byte[64 * 1024];
    try (InputStream content = body.contentStreamProvider().newStream()) {
      for (int n = content.read(buffer); n >= 0; n = content.read(buffer)) {
        md5.update(buffer, 0, n);
      }
    } catch (IllegalStateException e) {
      throw new IOException("the request body can't be read a second time", e);
    }
    return hex(md5.digest());
  }

  static Optional<String> ofParts(List<CompletedPart> parts) {
    MessageDigest md5 = md5();
    for (CompletedPart part : parts) {
      String tag = bare(part.eTag());
      if (!tag.matches("[0-9a-f]{32}")) {
        return Optional.empty();
      }
      md5.update(HexFormat.of().parseHex(tag));
    }
    return Optional.of(HexFormat.of().formatHex(md5.digest()) + "-" + parts.size());
  }

  /** Without its quotes. */
  static String bare(@Nullable String tag) {
    return tag == null ? "" : tag.replace("\"", "");
  }

  static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has MD5", e);
    }
  }
}
