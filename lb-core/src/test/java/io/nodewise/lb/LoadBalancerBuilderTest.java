package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bad input, told at the latest by build(). */
class LoadBalancerBuilderTest {

  private static void rejects(UnaryOperator<LoadBalancerBuilder> settings, String message) {
    assertThatThrownBy(() -> settings.apply(LoadBalancer.builder()).build().close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void no_nodes() {
    rejects(b -> b, "node set: no nodes (expected: at least one)");
    rejects(b -> b.nodes(List.of()), "node set: no nodes (expected: at least one)");
    rejects(
        b -> b.nodes(),
        "node patterns: none (expected: at least one, such as" + " http://minio{1...4}:9000)");
  }

  @Test
  void the_host_that_requests_name() {
    LoadBalancerBuilder builder =
        LoadBalancer.builder().nodes("http://127.0.0.1:1").healthCheck(HealthCheck.none());
    try (LoadBalancer byDefault = builder.build();
        LoadBalancer chosen = builder.hostHeader(HostHeader.NODE).build()) {
      assertThat(byDefault.hostHeader()).isEqualTo(HostHeader.LOGICAL);
      assertThat(chosen.hostHeader()).isEqualTo(HostHeader.NODE);
    }
    assertThatNullPointerException().isThrownBy(() -> builder.hostHeader(null));
  }

  @Test
  void a_duplicate_node() {
    rejects(
        b -> b.nodes("http://a:9000").nodes("http://b:9000", "HTTP://A:9000/"),
        "node set: duplicate node: a:9000 (expected: once; already there: a:9000)");
    rejects(
        b -> b.nodes("http://a:9000").backupNodes("http://a:9000"),
        "node set: duplicate node: a:9000 (expected: once; already there: a:9000)");
    rejects(
        b ->
            b.nodes(
                List.of(
                    Node.builder("http://a:9000").id("x").build(),
                    Node.builder("http://b:9000").id("x").build())),
        "node set: duplicate node: x at b:9000 (expected: once; already there: x at a:9000)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://a:9000/bucket", "http://a:9000?x=y", "http://a:9000/#f"})
  void a_url_with_a_path_or_a_query(String url) {
    assertThatThrownBy(() -> LoadBalancer.builder().nodes(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://a:9000")
        .hasMessageContaining("(expected: none after the port)");
  }

  @Test
  void mixed_schemes() {
    rejects(
        b -> b.nodes("http://a:9000").nodes("https://b:9000"),
        "node set: mixed schemes: https://b:9000 (expected: http as in http://a:9000)");
    rejects(
        b -> b.nodes("https://a:9000").backupNodes("http://dr:9000"),
        "node set: mixed schemes: http://dr:9000 (expected: https as in https://a:9000)");
  }

  @Test
  void a_logical_endpoint_of_the_other_scheme() {
    rejects(
        b -> b.nodes("http://a:9000").logicalEndpoint(URI.create("https://s3.local")),
        "logical endpoint: https://s3.local (expected: http, the scheme of the nodes, because it"
            + " decides how requests are signed)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://s3.local:9000/bucket",
        "http://s3.local/#part",
        "http:///",
        "s3.local:9000",
        "//s3.local",
        "/s3",
        "ftp://s3.local",
        "mailto:s3@local"
      })
  void a_logical_endpoint_that_is_more_or_less_than_scheme_host_and_port(String endpoint) {
    rejects(
        b -> b.nodes("http://a:9000").logicalEndpoint(URI.create(endpoint)),
        "logical endpoint: " + endpoint + " (expected: http(s)://host[:port] and nothing more)");
  }

  @Test
  void secrets_in_a_logical_endpoint_do_not_get_into_the_message() {
    rejects(
        b -> b.nodes("http://a:9000").logicalEndpoint(URI.create("http://key:secret@s3.local")),
        "logical endpoint: http://***@s3.local (expected: http(s)://host[:port] and nothing more)");
    rejects(
        b -> b.nodes("http://a:9000").logicalEndpoint(URI.create("http://s3.local/?sig=secret")),
        "logical endpoint: http://s3.local/?*** (expected: http(s)://host[:port] and nothing"
            + " more)");
  }

  @Test
  void the_logical_endpoint_is_the_first_nodes_unless_set() {
    try (VirtualCluster cluster = VirtualCluster.of("http://b:80", "http://a:9000")) {
      assertThat(cluster.balancer().logicalEndpoint()).hasToString("http://b");
    }
    try (VirtualCluster cluster =
        VirtualCluster.of(
            b -> b.nodes("http://a:9000").logicalEndpoint(URI.create("http://s3.local:9000")))) {
      assertThat(cluster.balancer().logicalEndpoint()).hasToString("http://s3.local:9000");
      assertThat(cluster.balancer().toString()).startsWith("LoadBalancer[http://s3.local:9000, ");
    }
  }

  @Test
  void a_probe_timeout_that_is_not_shorter_than_the_interval() {
    assertThatThrownBy(
            () ->
                LoadBalancer.builder()
                    .nodes("http://a:9000")
                    .healthCheck(
                        HealthCheck.minio().toBuilder().interval(Duration.ofSeconds(1)).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("probe timeout: PT1S (expected: < interval PT1S)");
  }

  @Test
  void null_settings_are_named() {
    LoadBalancerBuilder builder = LoadBalancer.builder();
    assertThatNullPointerException()
        .isThrownBy(() -> builder.healthCheck(null))
        .withMessage("healthCheck");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.outlierDetection(null))
        .withMessage("outlierDetection");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.slowStart(null))
        .withMessage("slowStart");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.timeouts(null))
        .withMessage("timeouts");
    assertThatNullPointerException().isThrownBy(() -> builder.policy(null)).withMessage("policy");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.listener(null))
        .withMessage("listener");
    assertThatNullPointerException()
        .isThrownBy(() -> builder.logicalEndpoint(null))
        .withMessage("logicalEndpoint");
    assertThatNullPointerException().isThrownBy(() -> builder.name(null)).withMessage("name");
  }

  @Test
  void a_policy_is_used() {
    try (VirtualCluster cluster =
        VirtualCluster.up(
            b -> b.nodes("http://n{1...3}:9000").policy(BalancingPolicy.roundRobin()))) {
      List<String> round = cluster.picks(3);
      assertThat(round).containsExactlyInAnyOrder("n1:9000", "n2:9000", "n3:9000");
      assertThat(cluster.picks(3)).isEqualTo(round);
    }
  }

  @Test
  void a_failed_build_starts_nothing() {
    rejects(
        b -> b.nodes("http://a:9000").logicalEndpoint(URI.create("https://a")).name("never-built"),
        "logical endpoint: https://a (expected: http, the scheme of the nodes, because it decides"
            + " how requests are signed)");
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().contains("never-built"));
  }

  @Test
  void tls_and_nothing_that_speaks_it() {
    ClusterTls tls = ClusterTls.builder().build();
    rejects(
        b -> b.nodes("http://a:9000").tls(tls),
        "tls: " + tls + " (expected: nodes of https, or none; the nodes are of http)");
    try (LoadBalancer plain =
            LoadBalancer.builder()
                .nodes("http://a:9000")
                .tls(tls)
                .healthCheck(HealthCheck.builder().scheme("https").port(9443).build())
                .build();
        LoadBalancer secure =
            LoadBalancer.builder()
                .nodes("https://a:9000")
                .tls(tls)
                .healthCheck(HealthCheck.none())
                .build()) {
      assertThat(plain.tls()).as("for its probes").contains(tls);
      assertThat(secure.tls()).contains(tls);
    }
  }
}
