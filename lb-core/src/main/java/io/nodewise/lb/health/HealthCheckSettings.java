package io.nodewise.lb.health;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a {@link HealthCheck} is made of, and what it may be. Not thread-safe while it changes. */
final class HealthCheckSettings {
  private static final Duration FAST_INTERVAL = Duration.ofSeconds(1);

  /** Beyond a day nobody means it, and arithmetic on nanoseconds stays far from its end. */

  /** Those the probe sets itself: it has no body, and a connection serves one probe. */
  private static final Set<String> OWN_HEADERS =
      Set.of("connection", "content-length", "transfer-encoding");

  final HealthCheck.Kind kind;
  String method = "GET";
  String path = "/";
  int port;
  final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  final Map<String, String> downHeaders = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  StatusSet expected = StatusSet.of(200);
  Duration interval = Duration.ofSeconds(5);
  @Nullable Duration fastInterval; // null: the default, which follows the interval
  Duration timeout = Duration.ofSeconds(1);
  int rise = 2;
  int fall = 3;
  double jitter = 0.2;
  @Nullable String httpSetting; // the last one made that only an HTTP probe understands

  HealthCheckSettings(HealthCheck.Kind kind) {
    this.kind = kind;
  }

  HealthCheckSettings(HealthCheckSettings other) {
    kind = other.kind;
    method = other.method;
    path = other.path;
    port = other.port;
    headers.putAll(other.headers);
    downHeaders.putAll(other.downHeaders);
    expected = other.expected;
    interval = other.interval;
    fastInterval = other.fastInterval;
    timeout = other.timeout;
    rise = other.rise;
    fall = other.fall;
    jitter = other.jitter;
    httpSetting = other.httpSetting;
  }

  Duration fastInterval() {
    Duration set = fastInterval;
    return set != null ? set : shorter(FAST_INTERVAL, interval);
  }

  void validate() {
    if (kind == HealthCheck.Kind.HTTP) {
      validateHttp();
    } else {
      String setting = httpSetting;
      check(setting == null, "setting", setting, "none that only an HTTP check has, in " + kind);
    }
    check(port >= 0 && port <= 65_535, "port", port, "0 to 65535");
    validateDuration("interval", interval);
    validateDuration("timeout", timeout);
    Duration fast = fastInterval;
    if (fast != null) {
      validateDuration("fast interval", fast);
      check(fast.compareTo(interval) <= 0, "fast interval", fast, "<= interval " + interval);
    }
    check(timeout.compareTo(interval) < 0, "timeout", timeout, "< interval " + interval);
    check(rise >= 1, "rise", rise, ">= 1");
    check(fall >= 1, "fall", fall, ">= 1");
    check(jitter >= 0 && jitter < 1, "jitter", jitter, ">= 0 and < 1");
  }

  private void validateHttp() {
    check(isToken(method), "method", method, "an HTTP method such as GET");
    check(path.startsWith("/"), "path", path, "to start with '/'");
    check(
        path.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '#'),
        "path",
        path,
        "percent-encoded, without a fragment");
    for (Map.Entry<String, String> header : headers.entrySet()) {
      String name = header.getKey();
      check(isToken(name), "header name", name, "letters, digits, '-' and the like");
      check(
          !OWN_HEADERS.contains(name.toLowerCase(Locale.ROOT)),
          "header",
          name,
          "one the probe does not set itself");
      check(
          header.getValue().chars().allMatch(c -> (c >= ' ' && c < 0x7f) || c == '\t'),
          "header " + name,
          header.getValue(),
          "printable ASCII");
    }
    check(expected.isValid(), "expected statuses", expected, "one or more of 100 to 599");
  }

  private static void validateDuration(String name, Duration value) {
    Bounds.positive("probe " + name, value);
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

  private static void check(boolean holds, String what, @Nullable Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          "probe "
              + what
              + ": "
              + Printable.of(String.valueOf(value))
              + " (expected: "
              + expected
              + ")");
    }
  }

  static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
