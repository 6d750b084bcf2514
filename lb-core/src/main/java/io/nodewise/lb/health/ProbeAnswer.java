package io.nodewise.lb.health;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a node answered to a probe. Immutable and thread-safe. */
public final class ProbeAnswer {
  private final int status;
  private final Map<String, String> headers;
  private final String body;

  /**
   * An answer.
   *
   * @param headers the last value where a name occurs more than once
   * @param body as ISO 8859-1, which leaves ASCII as it is; empty if it was not read
   */
  public ProbeAnswer(int status, Map<String, String> headers, String body) {
    this.status = status;
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    this.headers = Collections.unmodifiableMap(copy);
    this.body = body;
  }

  /** The HTTP status. */
  public int status() {
    return status;
  }

  /** The value of a header, whatever the case of its name. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  /** The first 64 KiB of the body. */
  public String body() {
    return body;
  }

  @Override
  public String toString() {
    return status + " " + headers + (body.isEmpty() ? "" : ", " + body.length() + " chars");
  }
}
