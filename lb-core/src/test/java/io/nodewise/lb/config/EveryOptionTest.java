package io.nodewise.lb.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.DnsSource;
import io.nodewise.lb.discovery.FileSource;
import io.nodewise.lb.discovery.SrvSource;
import io.nodewise.lb.health.HealthCheckBuilder;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.observe.RequestLog;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No option of the builder, nor of what it is given, is for code alone but those said here. */
class EveryOptionTest {
  /** The section of each builder's keys. */
  private static final Map<Class<?>, String> SECTIONS =
      Map.ofEntries(
          Map.entry(LoadBalancerBuilder.class, ""),
          Map.entry(HealthCheckBuilder.class, "health-check."),
          Map.entry(OutlierDetection.Builder.class, "outlier-detection."),
          Map.entry(Timeouts.Builder.class, "timeouts."),
          Map.entry(InFlightLimits.Builder.class, "limits."),
          Map.entry(RetryBudget.Builder.class, "retry-budget."),
          Map.entry(DownloadResume.Builder.class, "download-resume."),
          Map.entry(Hedging.Builder.class, "hedging."),
          Map.entry(RequestLog.Builder.class, "request-log."),
          Map.entry(ClusterTls.Builder.class, "tls."),
          Map.entry(Discovery.Builder.class, "discovery."),
          Map.entry(DnsSource.Builder.class, "dns."),
          Map.entry(SrvSource.Builder.class, "srv."),
          Map.entry(FileSource.Builder.class, "file."));

  /** Setters whose key is called otherwise, or who have several. */
  private static final Map<String, Set<String>> ELSEWHERE =
      Map.ofEntries(
          Map.entry("site", Set.of("sites")),
          Map.entry(
              "siteFailover", Set.of("site-failover.threshold", "site-failover.fail-back-after")),
          Map.entry("outlierDetection", Set.of("outlier-detection.window")),
          Map.entry("timeouts", Set.of("timeouts.connect")),
          Map.entry("nodeSource", Set.of("nodes")),
          Map.entry("discovery", Set.of("discovery.jitter")),
          Map.entry("dns.network", Set.of("dns.networks")),
          Map.entry("dns.server", Set.of("dns.servers")),
          Map.entry("srv.network", Set.of("dns.networks")),
          Map.entry("srv.server", Set.of("dns.servers")),
          Map.entry("srv.leastTtl", Set.of("dns.least-ttl")),
          Map.entry("srv.mostTtl", Set.of("dns.most-ttl")),
          Map.entry("srv.timeout", Set.of("dns.timeout")),
          Map.entry("limits", Set.of("limits.total")),
          Map.entry("tls", Set.of("tls.trust-pem")),
          Map.entry("health-check.header", Set.of("health-check.headers")),
          Map.entry("health-check.expectedStatusRange", Set.of("health-check.expected-statuses")),
          Map.entry(
              "health-check.clusterCheck",
              Set.of("health-check.can-write", "health-check.can-read")),
          Map.entry("tls.trustStore", Set.of("tls.trust-store", "tls.trust-store-password")),
          Map.entry(
              "tls.identityStore", Set.of("tls.identity-store", "tls.identity-store-password")),
          Map.entry("tls.identityPem", Set.of("tls.identity-chain", "tls.identity-key")));

  /** Setters that take objects no text can name. */
  private static final Map<String, String> CODE_ALONE =
      Map.of(
          "listener", "code of the caller's",
          "answerClassifier", "code of the caller's",
          "attemptListener", "code of the caller's; the library's own is request-log",
          "health-check.probe", "code of the caller's",
          "tls.trust", "a loaded key store; a file is tls.trust-store",
          "tls.identity", "a loaded key store; a file is tls.identity-store");

  private static final Set<String> KEYS =
      Configuration.keys().stream()
          .map(key -> key.name().substring("nodewise.".length()))
          .collect(Collectors.toSet());

  private static Stream<String> setters(Class<?> builder) {
    return Arrays.stream(builder.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()) && !method.isBridge())
        .filter(method -> method.getReturnType() == builder)
        .map(Method::getName)
        .distinct();
  }

  private static String kebab(String name) {
    return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  @Test
  void every_setter_has_a_key_or_a_reason() {
    Set<String> unreached = new TreeSet<>();
    SECTIONS.forEach(
        (builder, section) -> {
          assertThat(setters(builder)).isNotEmpty();
          setters(builder)
              .map(setter -> section + setter)
              .filter(setter -> !CODE_ALONE.containsKey(setter))
              .filter(setter -> !KEYS.contains(kebab(setter)))
              .filter(setter -> !KEYS.containsAll(ELSEWHERE.getOrDefault(setter, Set.of("?"))))
              .forEach(unreached::add);
        });
    assertThat(unreached).as("setters that no key reaches").isEmpty();
  }

  @Test
  void no_exception_is_left_over() {
    Set<String> all =
        SECTIONS.entrySet().stream()
            .flatMap(each -> setters(each.getKey()).map(setter -> each.getValue() + setter))
            .collect(Collectors.toSet());
    assertThat(all).containsAll(ELSEWHERE.keySet()).containsAll(CODE_ALONE.keySet());
  }

  @Test
  void every_setting_of_a_node_can_be_written_behind_it() {
    assertThat(setters(Node.Builder.class))
        .containsExactlyInAnyOrder("id", "zone", "weight", "tier", "probed", "site");
    // The first five: the sample of nodewise.nodes. The site: that of nodewise.sites.
  }

  @Test
  void every_policy_has_a_name() {
    Set<String> unnamed = new TreeSet<>();
    Arrays.stream(BalancingPolicy.class.getDeclaredMethods())
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .map(Method::getName)
        .filter(name -> !name.equals("custom")) // code of the caller's
        .filter(name -> !PolicyText.NAMES.contains(kebab(name)))
        .forEach(unnamed::add);
    assertThat(unnamed).isEmpty();
  }
}
