package io.nodewise.lb.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said of settings that are wrong, and which of two counts. */
class ConfigurationTest {
  private static final Map<String, String> NODES = Map.of("nodewise.nodes", "http://a:9000");

  private static Map<String, String> with(String... keysAndValues) {
    Map<String, String> texts = new HashMap<>(NODES);
    for (int i = 0; i < keysAndValues.length; i += 2) {
      texts.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return texts;
  }

  private static List<String> problems(String... keysAndValues) {
    List<String> problems = new ArrayList<>();
    LoadBalancer.validate(with(keysAndValues)).forEach(problem -> problems.add("" + problem));
    return problems;
  }

  @ParameterizedTest
  @CsvSource({
    "nodewise.polcy,nodewise.policy",
    "nodewise.node,nodewise.nodes",
    "nodewise.healthCheck.interval,nodewise.health-check.interval",
    "nodewise.timeouts.conect,nodewise.timeouts.connect",
    "nodewise.timeouts.frist-byte,nodewise.timeouts.first-byte",
    "NODEWISE_HEALTHCHECK_INTERVAL,NODEWISE_HEALTH_CHECK_INTERVAL",
  })
  void an_unknown_key_is_told_with_the_nearest_one(String given, String meant) {
    assertThat(problems(given, "x"))
        .containsExactly(given + ": unknown (did you mean " + meant + "?)");
  }

  @Test
  void what_nobody_can_have_meant_is_only_unknown() {
    assertThat(problems("nodewise.xyzzy-plugh", "x"))
        .containsExactly("nodewise.xyzzy-plugh: unknown");
    assertThat(problems("nodewise." + "a".repeat(500), "x").get(0)).hasSizeLessThan(100);
  }

  @Test
  void keys_of_others_are_left_alone() {
    assertThat(problems("aws.region", "?", "NODE_WISE", "?", "nodewise-x", "?", "nodewise", "?"))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NODEWISE_SERVICE_HOST",
        "NODEWISE_SERVICE_PORT",
        "NODEWISE_SERVICE_PORT_HTTP",
        "NODEWISE_PORT",
        "NODEWISE_PORT_9000_TCP",
        "NODEWISE_PORT_9000_TCP_ADDR",
        "NODEWISE_MINIO_SERVICE_HOST"
      })
  void what_kubernetes_sets_for_a_service_of_that_name_is_no_problem(String variable) {
    assertThat(problems(variable, "tcp://10.0.0.1:9000")).isEmpty();
    assertThat(Configuration.isGiven(Map.of(variable, "x"))).isFalse();
  }

  @Test
  void a_property_counts_before_a_variable_of_the_environment() {
    Built built =
        Built.of(with("NODEWISE_TIMEOUTS_CONNECT", "7s", "nodewise.timeouts.connect", "3s"));
    assertThat(built.timeouts().connect()).isEqualTo(Duration.ofSeconds(3));
    assertThat(problems("NODEWISE_TIMEOUTS_CONNECT", "x", "nodewise.timeouts.connect", "3s"))
        .isEmpty();
  }

  @Test
  void a_problem_names_the_key_as_it_was_given() {
    assertThat(problems("NODEWISE_TIMEOUTS_CONNECT", "7"))
        .containsExactly(
            "NODEWISE_TIMEOUTS_CONNECT: '7' (expected: a duration such as 250ms, 5s, 1m30s or PT5S)");
  }

  @Test
  void a_blank_value_is_none() {
    Built built = Built.of(with("nodewise.timeouts.connect", " ", "NODEWISE_POLICY", ""));
    assertThat(built.timeouts().connect()).isEqualTo(Duration.ofSeconds(2));
    assertThat(Configuration.isGiven(Map.of("nodewise.nodes", ""))).isFalse();
    assertThat(Configuration.isGiven(NODES)).isTrue();
  }

  @Test
  void everything_wrong_is_told_at_once() {
    Map<String, String> texts =
        Map.of(
            "nodewise.nodes", "http://minio{1..4}:9000",
            "nodewise.polcy", "random",
            "nodewise.policy", "leastloded",
            "nodewise.timeouts.suspicion", "40s",
            "nodewise.timeouts.connect", "-1s",
            "nodewise.hedging.share", "10%",
            "nodewise.tls.trust-pem", "/no/such/file.pem");
    String all =
        """
        configuration: 7 problems
          nodewise.polcy: unknown (did you mean nodewise.policy?)
          nodewise.nodes: node pattern: http://minio{1..4}:9000, column 15: not a range: {1..4} (expected: three dots: {1...4})
          nodewise.policy: 'leastloded' (expected: one of least-loaded, power-of-two-choices, round-robin, random, rendezvous, sticky, pin-until-error, zone-aware, subset)
          nodewise.timeouts.connect: connect timeout: PT-1S (expected: > 0)
          nodewise.timeouts.suspicion: suspicion timeout: PT40S (expected: < send stall PT20S, first byte PT35S and body idle PT30S)
          nodewise.hedging.share: no effect while nodewise.hedging is off (expected: nodewise.hedging = on)
          nodewise.tls.trust-pem: TLS trust: /no/such/file.pem (expected: a file that is there)""";
    assertThatThrownBy(() -> LoadBalancer.fromProperties(texts))
        .isInstanceOf(IllegalArgumentException.class)
        .message()
        .isEqualTo(all);
    assertThat(LoadBalancer.validate(texts)).hasSize(7);
    assertThatThrownBy(() -> LoadBalancer.builder(texts)).hasMessageContaining("7 problems");
  }

  @Test
  void those_are_to_blame_without_whom_it_would_do() {
    assertThat(problems("nodewise.timeouts.suspicion", "6s", "nodewise.timeouts.first-byte", "5s"))
        .singleElement()
        .asString()
        .startsWith("nodewise.timeouts.first-byte, nodewise.timeouts.suspicion: suspicion timeout");
    assertThat(problems("nodewise.health-check", "http(/x)", "nodewise.health-check.method", "G T"))
        .singleElement()
        .asString()
        .startsWith("nodewise.health-check.method: probe method: G T");
    assertThat(problems("nodewise.download-resume", "off", "nodewise.download-resume.most", "3"))
        .singleElement()
        .asString()
        .startsWith("nodewise.download-resume, nodewise.download-resume.most: no effect");
    assertThat(problems("nodewise.health-check.path", "/x"))
        .singleElement()
        .asString()
        .startsWith("nodewise.health-check.path: says what is asked, but not whom");
  }

  @Test
  void what_follows_from_another_problem_is_not_one() {
    assertThat(problems("nodewise.hedging", "maybe", "nodewise.hedging.share", "1%")).hasSize(1);
    assertThat(
            problems(
                "nodewise.tls.trust-store",
                "/no/such/file",
                "nodewise.tls.trust-store-password",
                "x"))
        .singleElement()
        .asString()
        .startsWith("nodewise.tls.trust-store: ");
    assertThat(LoadBalancer.validate(Map.of("nodewise.nodes", "nonsense"))).hasSize(1);
  }

  @Test
  void what_is_wrong_between_options() {
    assertThat(LoadBalancer.validate(Map.of()).toString())
        .isEqualTo("[nodewise.nodes: node set: no nodes (expected: at least one)]");
    assertThat(problems("nodewise.backup-nodes", "http://a:9000"))
        .singleElement()
        .asString()
        .startsWith("nodewise.nodes: node set: duplicate node");
    assertThat(problems("nodewise.logical-endpoint", "https://s3.local"))
        .singleElement()
        .asString()
        .startsWith("nodewise.logical-endpoint: logical endpoint: https://s3.local");
    assertThat(problems("nodewise.tls.server-name", "s3.local"))
        .singleElement()
        .asString()
        .startsWith("nodewise.tls: tls:");
  }

  @Test
  void sites_alone_are_a_cluster() {
    try (LoadBalancer cluster =
        LoadBalancer.fromProperties(
            Map.of(
                "nodewise.sites",
                "main: http://127.0.0.1:1 http://127.0.0.1:2; dr: http://127.0.0.1:3 zone=b",
                "nodewise.backup-nodes",
                "http://127.0.0.1:4",
                "nodewise.health-check",
                "none"))) {
      assertThat(cluster.nodes().nodes()).extracting(Node::tier).containsExactly(0, 0, 1, 2);
      assertThat(cluster.nodes().nodes().get(2).site()).hasValue("dr");
      assertThat(cluster.nodes().nodes().get(2).zone()).hasValue("b");
    }
  }

  @Test
  void properties_count_with_their_defaults() {
    Properties defaults = new Properties();
    defaults.setProperty("nodewise.nodes", "http://127.0.0.1:1");
    defaults.setProperty("nodewise.health-check", "tcp");
    Properties properties = new Properties(defaults);
    properties.setProperty("nodewise.health-check", "none");
    properties.put("nodewise.health-check.rise", 3); // not a text, and still not lost
    try (LoadBalancer cluster = LoadBalancer.fromProperties(properties)) {
      assertThat(cluster.nodes().size()).isEqualTo(1);
    }
    Built built = Built.of(Configuration.texts(properties));
    assertThat(built.healthCheck().kind()).isEqualTo(HealthCheck.Kind.NONE);
    assertThat(built.healthCheck().rise()).isEqualTo(3);
  }

  @Test
  void system_properties_make_a_cluster_too() {
    System.setProperty("nodewise.nodes", "http://127.0.0.1:1");
    System.setProperty("nodewise.health-check", "none");
    try (LoadBalancer cluster = LoadBalancer.fromEnvironment()) {
      assertThat(cluster.nodes().nodes()).containsExactly(Node.of("http://127.0.0.1:1"));
    } finally {
      System.clearProperty("nodewise.nodes");
      System.clearProperty("nodewise.health-check");
    }
  }

  @Test
  void to_validate_starts_no_thread_and_asks_nobody() {
    List<Thread> before = threads();
    assertThat(problems("nodewise.nodes", "http://no-such-host-anywhere.invalid:9000")).isEmpty();
    assertThat(threads()).isEqualTo(before);
  }

  private static List<Thread> threads() {
    Thread[] all = new Thread[1000];
    return Arrays.asList(Arrays.copyOf(all, Thread.enumerate(all))).stream()
        .filter(thread -> thread != null && thread.getName().startsWith("nodewise"))
        .toList();
  }

  @Test
  void a_builder_takes_what_text_cannot_say() {
    try (LoadBalancer cluster =
        LoadBalancer.builder(with("nodewise.health-check", "none"))
            .nodes("http://127.0.0.1:2")
            .build()) {
      assertThat(cluster.nodes().size()).isEqualTo(2);
    }
  }
}
