package io.nodewise.lb.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The command line of MinIO's Sidekick as settings of a load balancer. Its arguments are sites in
 * order of priority, a comma within one stands between pools of that site. Immutable and
 * thread-safe.
 *
 * <pre>{@code
 * SidekickArguments read =
 *     SidekickArguments.parse("--health-path=/minio/health/ready", "http://minio{1...4}:9000");
 * LoadBalancer cluster = LoadBalancer.fromProperties(read.properties());
 * }</pre>
 *
 * @param properties what {@link io.nodewise.lb.LoadBalancer#fromProperties} takes
 * @param notes for each flag that has no place here, what there is instead
 */
public record SidekickArguments(Map<String, String> properties, List<String> notes) {
  private static final Set<String> SWITCHES =
      Set.of(
          "insecure",
          "rr-dns-mode",
          "log",
          "quiet",
          "json",
          "debug",
          "errors",
          "health-optimistic",
          "help",
          "version");

  private static final Map<String, String> SHORT =
      Map.ofEntries(
          Map.entry("a", "address"),
          Map.entry("p", "health-path"),
          Map.entry("r", "read-health-path"),
          Map.entry("d", "health-duration"),
          Map.entry("i", "insecure"),
          Map.entry("l", "log"),
          Map.entry("t", "trace"),
          Map.entry("q", "quiet"),
          Map.entry("e", "errors"),
          Map.entry("h", "help"),
          Map.entry("v", "version"));

  private static final Map<String, String> KEYS =
      Map.of(
          "health-port", "nodewise.health-check.port",
          "health-duration", "nodewise.health-check.interval",
          "health-timeout", "nodewise.health-check.timeout",
          "health-optimistic", "nodewise.health-check.optimistic",
          "cacert", "nodewise.tls.trust-pem",
          "client-cert", "nodewise.tls.identity-chain",
          "client-key", "nodewise.tls.identity-key",
          "insecure", "nodewise.tls.insecurely-trust-everything");

  private static final String NOBODY = "nothing listens here, so nobody connects by TLS";
  private static final String TRACE = "nodewise.request-log = on writes a line for each attempt";
  private static final String LOGGING = "that is the application's logging, of io.nodewise.lb";

  /** Flags that no key alone answers, and what there is instead. */
  private static final Map<String, String> OTHERWISE =
      Map.ofEntries(
          Map.entry("health-path", "nodewise.health-check = http(/path)"),
          Map.entry("read-health-path", "nodewise.health-check = minio asks sites that, too"),
          Map.entry("host-balance", "nodewise.policy"),
          Map.entry("rr-dns-mode", "nodewise.nodes = dns:http://name:9000"),
          Map.entry("address", "nothing listens: the application itself is balanced"),
          Map.entry("cert", NOBODY),
          Map.entry("key", NOBODY),
          Map.entry("key-password", NOBODY),
          Map.entry("auto-tls-host", NOBODY),
          Map.entry("tls-max", "the JVM's setting, jdk.tls.client.protocols"),
          Map.entry("log", LOGGING),
          Map.entry("quiet", LOGGING),
          Map.entry("json", LOGGING),
          Map.entry("debug", LOGGING),
          Map.entry("trace", TRACE),
          Map.entry("errors", TRACE),
          Map.entry("status-code", TRACE),
          Map.entry("pprof", "the JVM's own tools"),
          Map.entry("dns-ttl", "nodewise.nodes = dns: keeps to the TTL of the answers"),
          Map.entry("help", "see the documentation"),
          Map.entry("version", "see the documentation"));

  /** Copies. */
  public SidekickArguments {
    properties = Map.copyOf(properties);
    notes = List.copyOf(notes);
  }

  /** All flags, without dashes. */
  static Set<String> flags() {
    Set<String> flags = new TreeSet<>(KEYS.keySet());
    flags.addAll(OTHERWISE.keySet());
    return flags;
  }

  /**
   * Reads the arguments after {@code sidekick}. Flags may begin with one dash or two, and have
   * their value behind an equals sign or in the next argument.
   *
   * @throws IllegalArgumentException if a flag is none of Sidekick's or lacks its value, or there
   *     is no site
   */
  public static SidekickArguments parse(String... arguments) {
    return new Reading(arguments).result();
  }

  /** One use, one thread. */
  private static final class Reading {
    private final String[] arguments;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> sites = new ArrayList<>();
    private boolean names;
    private int next;

    Reading(String[] arguments) {
      this.arguments = arguments;
    }

    SidekickArguments result() {
      while (next < arguments.length) {
        String argument = arguments[next++];
        if (!argument.startsWith("-")) {
          sites.add(argument);
        } else {
          flag(argument.replaceFirst("^--?", ""));
        }
      }
      sites();
      timeout();
      return new SidekickArguments(properties, notes);
    }

    private void flag(String text) {
      int equals = text.indexOf('=');
      String given = equals < 0 ? text : text.substring(0, equals);
      String name = SHORT.getOrDefault(given, given);
      if (!KEYS.containsKey(name) && !OTHERWISE.containsKey(name)) {
        throw new IllegalArgumentException(
            "--" + Values.line(name) + ": unknown (expected: a flag of Sidekick's)");
      }
      String value =
          equals >= 0
              ? text.substring(equals + 1)
              : SWITCHES.contains(name) ? "true" : valueAfter(name);
      String key = KEYS.get(name);
      if (key != null) {
        boolean isSeconds = name.equals("health-duration") || name.equals("health-timeout");
        properties.put(key, isSeconds && value.matches("\\d+") ? value + "s" : value);
      } else {
        without(name, value);
      }
    }

    private String valueAfter(String name) {
      if (next == arguments.length) {
        throw new IllegalArgumentException("--" + name + ": no value (expected: one)");
      }
      return arguments[next++];
    }

    private void without(String name, String value) {
      switch (name) {
        case "health-path" -> healthPath(value);
        case "host-balance" ->
            properties.put("nodewise.policy", value.equals("least") ? "least-loaded" : value);
        case "rr-dns-mode" -> names = Values.onOff(value);
        default -> notes.add("--" + name + ": " + OTHERWISE.get(name));
      }
    }

    /** A verdict on the cluster would take all nodes out at once, or none. */
    private void healthPath(String path) {
      if (path.startsWith("/minio/health/cluster")) {
        properties.put("nodewise.health-check", "minio");
        notes.add("--health-path: the check of MinIO asks each node, and each site for its quorum");
      } else {
        properties.put("nodewise.health-check", "http(" + path + ")");
      }
    }

    /** Sidekick's probes may take longer than it is from one to the next. */
    private void timeout() {
      String timeout = properties.get("nodewise.health-check.timeout");
      if (timeout != null) {
        String interval = properties.getOrDefault("nodewise.health-check.interval", "5s");
        if (Values.DURATION.read(timeout).compareTo(Values.DURATION.read(interval)) >= 0) {
          properties.remove("nodewise.health-check.timeout");
          notes.add("--health-timeout: must be below the interval here; 1s holds, the default");
        }
      }
    }

    /** As with Sidekick one node is enough for a site to be used, and it is back at once. */
    private void sites() {
      if (sites.isEmpty()) {
        throw new IllegalArgumentException(
            "no site (expected: one or more, such as http://minio{1...4}:9000)");
      }
      if (names) {
        if (sites.size() > 1 || sites.get(0).indexOf(',') >= 0) {
          throw new IllegalArgumentException("--rr-dns-mode: several names (expected: one)");
        }
        properties.put("nodewise.nodes", "dns:" + sites.get(0));
      } else if (sites.size() == 1) {
        properties.put("nodewise.nodes", sites.get(0));
      } else {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < sites.size(); i++) {
          all.append(i == 0 ? "" : "; ").append("site").append(i + 1).append(": ");
          all.append(sites.get(i));
        }
        properties.put("nodewise.sites", all.toString());
        properties.put("nodewise.site-failover.threshold", "0");
        properties.put("nodewise.site-failover.fail-back-after", "0");
      }
    }
  }
}
