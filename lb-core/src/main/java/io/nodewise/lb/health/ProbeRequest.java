package io.nodewise.lb.health;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The HTTP request that a probe sends. Immutable and thread-safe; it has no body.
 *
 * @param method such as {@code GET}
 * @param pathAndQuery percent-encoded, from {@code /} on
 * @param headers by name whatever its case; {@code Host} is the authority probed unless it is here
 */
public record ProbeRequest(String method, String pathAndQuery, Map<String, String> headers) {

  /**
   * Checks and copies.
   *
   * @throws IllegalArgumentException if it could not be sent as it is
   */
  public ProbeRequest {
    Map<String, String> copy = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    copy.putAll(headers);
    headers = Collections.unmodifiableMap(copy);
    HttpSyntax.requireMethod(method);
    HttpSyntax.requirePath(pathAndQuery);
    headers.forEach(HttpSyntax::requireHeader);
  }

  /** A GET without headers. */
  public static ProbeRequest get(String pathAndQuery) {
    return new ProbeRequest("GET", pathAndQuery, Map.of());
  }

  @Override
  public String toString() {
    return method + " " + pathAndQuery; // headers may be secret
  }
}
