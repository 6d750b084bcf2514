package io.nodewise.lb.health;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a {@link HealthCheck} is made of, and what it may be. Not thread-safe while it changes. */
final class HealthCheckSettings {
  private static final Duration FAST_INTERVAL = Duration.ofSeconds(1);

  final HealthCheck.Kind kind;
  @Nullable Probe probe; // null: the one that the next five describe
  String method = "GET";
  String path = "/";
  final Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  StatusSet expected = StatusSet.of(200);
  final List<HttpProbe.Rule> rules = new ArrayList<>();
  @Nullable ClusterCheck clusterCheck;
  int port;
  @Nullable String scheme; // null: the node's
  Duration interval = Duration.ofSeconds(5);
  @Nullable Duration fastInterval; // null: the default, which follows the interval
  @Nullable Duration downInterval; // null: the interval
  Duration timeout = Duration.ofSeconds(1);
  int rise = 2;
  int fall = 3;
  double jitter = 0.2;
  boolean optimistic;
  int subset = 100;
  @Nullable String httpSetting; // the last one made of those that a probe of one's own replaces
  @Nullable String exchangeSetting; // the last one made of the others that only HTTP understands

  HealthCheckSettings(HealthCheck.Kind kind) {
    this.kind = kind;
  }

  HealthCheckSettings(HealthCheckSettings other) {
    kind = other.kind;
    probe = other.probe;
    method = other.method;
    path = other.path;
    headers.putAll(other.headers);
    expected = other.expected;
    rules.addAll(other.rules);
    clusterCheck = other.clusterCheck;
    port = other.port;
    scheme = other.scheme;
    interval = other.interval;
    fastInterval = other.fastInterval;
    downInterval = other.downInterval;
    timeout = other.timeout;
    rise = other.rise;
    fall = other.fall;
    jitter = other.jitter;
    optimistic = other.optimistic;
    subset = other.subset;
    httpSetting = other.httpSetting;
    exchangeSetting = other.exchangeSetting;
  }

  Duration fastInterval() {
    Duration set = fastInterval;
    return set != null ? set : FAST_INTERVAL.compareTo(interval) < 0 ? FAST_INTERVAL : interval;
  }

  Duration downInterval() {
    Duration set = downInterval;
    return set != null ? set : interval;
  }

  /** Checks everything, and returns what is asked; null for a kind that asks nothing by HTTP. */
  @Nullable Probe validate() {
    Probe asked = validateProbe();
    check(port >= 0 && port <= 65_535, "port", port, "0 to 65535");
    String given = scheme;
    check(
        given == null || given.equals("http") || given.equals("https"),
        "scheme",
        given,
        "http or https");
    Bounds.positive("probe interval", interval);
    Bounds.positive("probe timeout", timeout);
    Duration fast = fastInterval;
    if (fast != null) {
      Bounds.positive("probe fast interval", fast);
      check(fast.compareTo(interval) <= 0, "fast interval", fast, "<= interval " + interval);
    }
    Duration down = downInterval;
    if (down != null) {
      Bounds.positive("probe down interval", down);
      Duration least = fastInterval();
      check(down.compareTo(least) >= 0, "down interval", down, ">= fast interval " + least);
    }
    check(timeout.compareTo(interval) < 0, "timeout", timeout, "< interval " + interval);
    check(rise >= 1, "rise", rise, ">= 1");
    check(fall >= 1, "fall", fall, ">= 1");
    check(jitter >= 0 && jitter < 1, "jitter", jitter, ">= 0 and < 1");
    check(subset >= 1, "subset", subset, ">= 1");
    return asked;
  }

  private @Nullable Probe validateProbe() {
    String setting = httpSetting;
    if (kind != HealthCheck.Kind.HTTP) {
      setting = setting == null ? exchangeSetting : setting;
      check(setting == null, "setting", setting, "none that only an HTTP check has, in " + kind);
      return null;
    }
    Probe custom = probe;
    if (custom != null) {
      check(setting == null, "setting", setting, "none beside a probe, which asks for itself");
      return custom;
    }
    ProbeRequest request = new ProbeRequest(method, path, headers);
    check(expected.isValid(), "expected statuses", expected, StatusSet.EXPECTED);
    return new HttpProbe(request, expected, rules);
  }

  private static void check(boolean holds, String what, @Nullable Object value, String expected) {
    Bounds.check(holds, "probe " + what, value, expected);
  }
}
