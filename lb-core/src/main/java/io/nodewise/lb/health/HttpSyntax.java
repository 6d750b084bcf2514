package io.nodewise.lb.health;

import java.util.Locale;
import java.util.Set;

/** What a probe's request may be made of. Errors name the value. */
final class HttpSyntax {
  /** Those the probe sets itself: it has no body, and a connection serves one probe. */
  private static final Set<String> OWN_HEADERS =
      Set.of("connection", "content-length", "transfer-encoding");

  private HttpSyntax() {}

  static void requireMethod(String method) {
    Bounds.check(isToken(method), "probe method", method, "an HTTP method such as GET");
  }

  static void requirePath(String path) {
    Bounds.check(path.startsWith("/"), "probe path", path, "to start with '/'");
    Bounds.check(
        path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#'),
        "probe path",
        path,
        "percent-encoded, without a fragment");
  }

  static void requireHeader(String name, String value) {
    Bounds.check(isToken(name), "probe header name", name, "letters, digits, '-' and the like");
    Bounds.check(
        !OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT)),
        "probe header",
        name,
        "one the probe does not set itself");
    Bounds.check(
        value.chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\t'),
        "probe header " + name,
        "a value that is not shown",
        "printable ASCII");
  }

  /** RFC 9110, section 5.6.2. */
  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(
                c ->
                    (c >= '0' && c <= '9')
                        || (c >= 'A' && c <= 'Z')
                        || (c >= 'a' && c <= 'z')
                        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }
}
