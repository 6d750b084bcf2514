package io.nodewise.lb.observe;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a request is, for those who look on. Immutable. Holds neither headers nor query, and so no
 * credentials and no signature; the path names bucket and key.
 *
 * @param method the HTTP method
 * @param operation the S3 operation, as the SDK names it; null where only the HTTP client knows it
 * @param host the {@code Host} that is named; null: that of the node it goes to
 * @param path the encoded path, without the query
 */
public record RequestDescription(
    String method, @Nullable String operation, @Nullable String host, String path) {

  /** Checks that what must be known is. */
  public RequestDescription {
    Objects.requireNonNull(method, "method");
    Objects.requireNonNull(path, "path");
  }
}
