package io.nodewise.lb.awssdk;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;

/**
 * What a copy is made of.
 *
 * @param version null for the newest
 */
record CopySource(String bucket, String key, @Nullable String version) {
  /** What the SDK makes of the source's bucket, key and version before anybody sees it. */
  private static final Pattern TEXT =
      Pattern.compile(
          "/?(?<bucket>(?!arn:)[^/?]+)/(?<key>[^?]+)(?:\\?versionId=(?<version>[^&]+))?");

  /** Empty for a source that is named by an access point, or not as it should be. */
  static Optional<CopySource> of(CopyObjectRequest copy) {
    Matcher from = TEXT.matcher(copy.getValueForField("CopySource", String.class).orElse(""));
    if (!from.matches()) {
      return ofFields(copy);
    }
    try {
      return Optional.of(
          new CopySource(
              decoded(from.group("bucket")), decoded(from.group("key")), from.group("version")));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<CopySource> ofFields(CopyObjectRequest copy) {
    return copy.sourceBucket() == null
            || copy.sourceKey() == null
            || copy.sourceBucket().startsWith("arn:")
        ? Optional.empty()
        : Optional.of(
            new CopySource(copy.sourceBucket(), copy.sourceKey(), copy.sourceVersionId()));
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
  }

  /** Whether the copy takes the place of what it is made of. */
  boolean isReplacedBy(CopyObjectRequest copy) {
    return version == null
        && bucket.equals(copy.destinationBucket())
        && key.equals(copy.destinationKey());
  }
}
