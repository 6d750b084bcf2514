package io.nodewise.lb.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.node.Node;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthCheckTest {

  private static void rejects(UnaryOperator<HealthCheckBuilder> change, String message) {
    HealthCheckBuilder builder = change.apply(HealthCheck.builder()); // setters never throw
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static ProbeRequest asked(HealthCheck check) {
    return check.probe().orElseThrow().request(Node.of("http://a:9000"));
  }

  private static boolean expects(HealthCheck check, int status) {
    return !check.probe().orElseThrow().read(new ProbeAnswer(status, Map.of(), "")).isDown();
  }

  @Test
  void defaults() {
    HealthCheck check = HealthCheck.auto();
    assertThat(check.kind()).isEqualTo(HealthCheck.Kind.HTTP);
    assertThat(asked(check)).isEqualTo(ProbeRequest.get("/"));
    assertThat(check.port()).isZero();
    assertThat(check.interval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(check.fastInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(check.timeout()).isEqualTo(Duration.ofSeconds(1));
    assertThat(check.rise()).isEqualTo(2);
    assertThat(check.fall()).isEqualTo(3);
    assertThat(check.jitter()).isEqualTo(0.2);
  }

  @ParameterizedTest
  @CsvSource({"200,true", "301,true", "403,true", "499,true", "500,false", "503,false", "-1,false"})
  void auto_takes_any_answer_below_500(int status, boolean alive) {
    assertThat(expects(HealthCheck.auto(), status)).isEqualTo(alive);
  }

  @Test
  void presets() {
    assertThat(HealthCheck.auto())
        .asString()
        .startsWith("GET / -> 100-499, ")
        .endsWith(", then as its Server header says every PT5S, timeout PT1S");
    assertThat(HealthCheck.http("/a?b=c"))
        .hasToString("GET /a?b=c -> 200 every PT5S, timeout PT1S");
    assertThat(HealthCheck.minio())
        .hasToString(
            "GET /minio/health/live -> 200, x-minio-server-status: offline -> DOWN,"
                + " 429 -> DEGRADED, 503 with \"<Code>ServerBusy</Code>\" -> DEGRADED"
                + " every PT5S, timeout PT1S");
    assertThat(HealthCheck.s3proxy()).hasToString("GET /healthz -> 200 every PT5S, timeout PT1S");
    assertThat(HealthCheck.tcp().toBuilder().port(81).build())
        .hasToString("TCP connect on port 81 every PT5S, timeout PT1S");
    assertThat(HealthCheck.none()).hasToString("no probes");
  }

  @Test
  void a_builder_changes_no_check_made_from_it_or_it_was_made_from() {
    HealthCheck first = HealthCheck.builder().header("Host", "a").build();
    HealthCheckBuilder builder = first.toBuilder().header("host", "b");
    HealthCheck second = builder.build();
    builder.header("X-More", "c").expectedStatuses(204).interval(Duration.ofSeconds(9));
    assertThat(asked(first).headers()).containsExactly(Map.entry("Host", "a"));
    assertThat(asked(second).headers()).hasSize(1).containsEntry("HOST", "b");
    assertThat(expects(second, 204)).isFalse();
    assertThat(second.interval()).isEqualTo(Duration.ofSeconds(5));
    assertThatThrownBy(() -> asked(first).headers().put("a", "b"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void presets_keep_their_rules_through_a_builder() {
    HealthCheck check = HealthCheck.minio().toBuilder().fall(1).build();
    ProbeAnswer offline = new ProbeAnswer(200, Map.of("X-Minio-Server-Status", "Offline"), "");
    assertThat(check.probe().orElseThrow().read(offline).isDown()).isTrue();
    assertThat(check.clusterCheck()).isPresent();
  }

  @Test
  void statuses_set_later_replace_the_earlier() {
    HealthCheck check =
        HealthCheck.builder()
            .expectedStatusRange(200, 299)
            .expectedStatuses(503, 204, 205, 206)
            .build();
    assertThat(IntStream.range(0, 1000).filter(status -> expects(check, status)))
        .containsExactly(204, 205, 206, 503);
    assertThat(check).asString().contains("-> 204-206,503 ");
    assertThat(expects(check.toBuilder().expectedStatusRange(599, 599).build(), 599)).isTrue();
    assertThat(
            expects(HealthCheck.builder().expectedStatuses(1).expectedStatuses(200).build(), 200))
        .isTrue();
  }

  @Test
  void the_default_fast_interval_follows_a_shorter_interval() {
    HealthCheck check =
        HealthCheck.auto().toBuilder()
            .interval(Duration.ofMillis(500))
            .timeout(Duration.ofMillis(100))
            .build();
    assertThat(check.fastInterval()).isEqualTo(Duration.ofMillis(500));
    assertThat(check.toBuilder().interval(Duration.ofSeconds(3)).build().fastInterval())
        .isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void rejects_times_that_cannot_be() {
    rejects(b -> b.interval(Duration.ofSeconds(-1)), "probe interval: PT-1S (expected: > 0)");
    rejects(b -> b.interval(Duration.ZERO), "probe interval: PT0S (expected: > 0)");
    rejects(
        b -> b.interval(Duration.ofSeconds(Long.MAX_VALUE)),
        "probe interval: PT2562047788015215H30M7S (expected: <= PT24H)");
    rejects(b -> b.timeout(Duration.ZERO), "probe timeout: PT0S (expected: > 0)");
    rejects(
        b -> b.timeout(Duration.ofSeconds(5)), "probe timeout: PT5S (expected: < interval PT5S)");
    rejects(
        b -> b.fastInterval(Duration.ofMillis(-2)),
        "probe fast interval: PT-0.002S (expected: > 0)");
    rejects(
        b -> b.fastInterval(Duration.ofSeconds(6)),
        "probe fast interval: PT6S (expected: <= interval PT5S)");
  }

  @Test
  void rejects_numbers_that_cannot_be() {
    rejects(b -> b.rise(0), "probe rise: 0 (expected: >= 1)");
    rejects(b -> b.fall(-1), "probe fall: -1 (expected: >= 1)");
    rejects(b -> b.jitter(-0.1), "probe jitter: -0.1 (expected: >= 0 and < 1)");
    rejects(b -> b.jitter(1), "probe jitter: 1.0 (expected: >= 0 and < 1)");
    rejects(b -> b.jitter(Double.NaN), "probe jitter: NaN (expected: >= 0 and < 1)");
    rejects(b -> b.port(-1), "probe port: -1 (expected: 0 to 65535)");
    rejects(b -> b.port(65_536), "probe port: 65536 (expected: 0 to 65535)");
  }

  @Test
  void rejects_statuses_that_cannot_be() {
    String expected = " (expected: one or more of 100 to 599)";
    rejects(b -> b.expectedStatuses(), "probe expected statuses: []" + expected);
    rejects(b -> b.expectedStatuses(200, 99), "probe expected statuses: [200, 99]" + expected);
    rejects(b -> b.expectedStatuses(600), "probe expected statuses: [600]" + expected);
    rejects(b -> b.expectedStatusRange(200, 600), "probe expected statuses: 200-600" + expected);
    rejects(b -> b.expectedStatusRange(300, 200), "probe expected statuses: 300-200" + expected);
  }

  @Test
  void rejects_requests_that_cannot_be() {
    rejects(b -> b.path("health"), "probe path: health (expected: to start with '/')");
    rejects(b -> b.path(""), "probe path:  (expected: to start with '/')");
    rejects(
        b -> b.path("/a b"), "probe path: /a b (expected: percent-encoded, without a fragment)");
    rejects(
        b -> b.path("/a\r\nHost: b"),
        "probe path: /a\\u000d\\u000aHost: b (expected: percent-encoded, without a fragment)");
    rejects(b -> b.path("/#a"), "probe path: /#a (expected: percent-encoded, without a fragment)");
    rejects(b -> b.method(""), "probe method:  (expected: an HTTP method such as GET)");
    rejects(b -> b.method("G T"), "probe method: G T (expected: an HTTP method such as GET)");
    rejects(
        b -> b.header("X:", "a"),
        "probe header name: X: (expected: letters, digits, '-' and the like)");
    rejects(
        b -> b.header("X-A", "a\nb"),
        "probe header X-A: a value that is not shown (expected: printable ASCII)");
    rejects(
        b -> b.header("connection", "keep-alive"),
        "probe header: connection (expected: one the probe does not set itself)");
  }

  @Test
  void a_question_of_ones_own_can_be_asked_by_another_scheme_and_beside_one_for_the_cluster() {
    HealthCheck check =
        HealthCheck.auto().toBuilder()
            .scheme("https")
            .clusterCheck(ClusterCheck.http("/can-write", "/can-read"))
            .build();
    assertThat(check.scheme()).contains("https");
    assertThat(check.clusterCheck()).isPresent();
    assertThatThrownBy(() -> HealthCheck.tcp().toBuilder().scheme("https").build())
        .hasMessage("probe setting: scheme (expected: none that only an HTTP check has, in TCP)");
  }

  @Test
  void rejects_http_settings_where_there_is_no_http() {
    assertThatThrownBy(() -> HealthCheck.tcp().toBuilder().path("/x").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("probe setting: path (expected: none that only an HTTP check has, in TCP)");
    assertThatThrownBy(() -> HealthCheck.http("x")).isInstanceOf(IllegalArgumentException.class);
  }
}
