package io.nodewise.lb.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AutoProbeTest {
  private static final Node NODE = Node.of("http://a:9000");
  private static final String LIVE = "GET /minio/health/live";
  private static final String ROOT = "GET /";

  /** A node, and what auto thinks of it. */
  private static final class Dialogue {
    final Map<String, ProbeAnswer> answers = new HashMap<>();
    Probe probe = HealthCheck.auto().probe().orElseThrow();
    String asked = "";

    Dialogue answers(String request, int status, String... headers) {
      Map<String, String> pairs = new HashMap<>();
      for (int i = 0; i < headers.length; i += 2) {
        pairs.put(headers[i], headers[i + 1]);
      }
      answers.put(request, new ProbeAnswer(status, pairs, ""));
      return this;
    }

    Verdict probe() {
      asked = probe.request(NODE).toString();
      ProbeAnswer answer = answers.getOrDefault(asked, new ProbeAnswer(404, Map.of(), ""));
      Verdict verdict = probe.read(answer);
      probe = probe.next(answer);
      return verdict;
    }

    Verdict.Kind kind() {
      return probe().kind();
    }
  }

  private static Dialogue minio() {
    return new Dialogue().answers(ROOT, 403, "Server", "MinIO").answers(LIVE, 200);
  }

  private static Dialogue confirmedMinio() {
    Dialogue node = minio();
    node.probe();
    node.probe();
    return node;
  }

  @Test
  void a_product_that_answers_as_it_should_is_asked_its_own_question_from_then_on() {
    Dialogue node = minio();
    assertThat(node.kind()).isEqualTo(Verdict.Kind.UP);
    assertThat(node.asked).isEqualTo(ROOT);
    for (int i = 0; i < 1000; i++) {
      assertThat(node.kind()).isEqualTo(Verdict.Kind.UP);
      assertThat(node.asked).isEqualTo(LIVE);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nginx", "", "Min", "Apache MinIO"})
  void an_unknown_server_is_asked_what_anybody_is(String server) {
    Dialogue node = new Dialogue().answers(ROOT, 200, "Server", server);
    node.probe();
    assertThat(node.kind()).isEqualTo(Verdict.Kind.UP);
    assertThat(node.asked).isEqualTo(ROOT);
  }

  @ParameterizedTest
  @ValueSource(ints = {204, 301, 400, 403, 404, 405, 500, 502, 503})
  void a_product_without_its_path_is_up_and_left_alone_for_long(int status) {
    Dialogue node = minio().answers(LIVE, status);
    node.probe();
    assertThat(node.kind()).isEqualTo(Verdict.Kind.UP);
    assertThat(node.asked).isEqualTo(LIVE);
    for (int i = 0; i < AutoProbe.ANSWERS_BEFORE_RETRY; i++) {
      assertThat(node.kind()).isEqualTo(Verdict.Kind.UP);
      assertThat(node.asked).isEqualTo(ROOT);
    }
    node.answers(LIVE, 200);
    node.probe();
    assertThat(node.asked).as("tried again at last").isEqualTo(LIVE);
    node.probe();
    assertThat(node.asked).isEqualTo(LIVE);
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 403, 404, 405})
  void a_confirmed_path_that_vanishes_leaves_the_node_up(int status) {
    Dialogue node = confirmedMinio().answers(LIVE, status);
    assertThat(node.kind()).isEqualTo(Verdict.Kind.UP);
    node.probe();
    assertThat(node.asked).isEqualTo(ROOT);
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503})
  void a_confirmed_path_that_fails_takes_the_node_down_and_is_asked_on(int status) {
    Dialogue node = confirmedMinio().answers(LIVE, status);
    assertThat(node.kind()).isEqualTo(Verdict.Kind.DOWN);
    assertThat(node.kind()).isEqualTo(Verdict.Kind.DOWN);
    assertThat(node.asked).isEqualTo(LIVE);
    assertThat(node.answers(LIVE, 200).kind()).isEqualTo(Verdict.Kind.UP);
  }

  @Test
  void a_products_own_word_counts_from_the_first_time() {
    Dialogue node = minio().answers(LIVE, 200, "X-Minio-Server-Status", "offline");
    node.probe();
    assertThat(node.kind()).isEqualTo(Verdict.Kind.DOWN);
    assertThat(node.kind()).isEqualTo(Verdict.Kind.DOWN);
    assertThat(node.asked).isEqualTo(LIVE);
    assertThat(confirmedMinio().answers(LIVE, 429).kind()).isEqualTo(Verdict.Kind.DEGRADED);
  }

  @Test
  void another_product_at_the_same_place_is_tried_at_once() {
    Dialogue node = confirmedMinio().answers(LIVE, 404);
    node.answers(ROOT, 403, "server", "SeaweedFS 30GB 4.44").answers("GET /status", 200);
    node.probe();
    node.probe();
    node.probe();
    assertThat(node.asked).isEqualTo("GET /status");
    node.probe();
    assertThat(node.asked).isEqualTo("GET /status");
  }

  @Test
  void a_failing_server_is_not_tried_by_name() {
    Dialogue node = new Dialogue().answers(ROOT, 503, "Server", "MinIO");
    assertThat(node.kind()).isEqualTo(Verdict.Kind.DOWN);
    assertThat(node.kind()).isEqualTo(Verdict.Kind.DOWN);
    assertThat(node.asked).isEqualTo(ROOT);
  }

  @ParameterizedTest
  @CsvSource({"SlowDown,DEGRADED", "ServiceUnavailable,DOWN", "InternalError,DOWN"})
  void s3s_word_for_load_is_no_fault(String code, Verdict.Kind kind) {
    String body = "<Error><Code>" + code + "</Code></Error>";
    Probe probe = HealthCheck.auto().probe().orElseThrow();
    assertThat(probe.read(new ProbeAnswer(503, Map.of(), body)).kind()).isEqualTo(kind);
    assertThat(probe.read(new ProbeAnswer(500, Map.of(), body)).isDown()).isTrue();
  }

  static List<Product> products() {
    return Product.ALL;
  }

  @ParameterizedTest
  @MethodSource("products")
  void what_auto_may_ask_is_on_the_port_that_serves_s3(Product product) {
    assertThat(product.probe().explains(new ProbeAnswer(404, Map.of(), ""))).isFalse();
    assertThat(product.probe().explains(new ProbeAnswer(200, Map.of(), "<PingList/>"))).isTrue();
    assertThat(product.probe().request(NODE).headers()).isEmpty();
  }

  /** Whatever an unconfirmed path says, and whatever below 500 a confirmed one says. */
  @RepeatedTest(200)
  void never_worse_than_asking_what_anybody_is_asked(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    List<String> servers = List.of("MinIO", "Ceph Object Gateway (squid)", "ViPR/1.0", "Riak CS");
    Dialogue node = new Dialogue();
    int[] strange = IntStream.range(201, 500).filter(s -> s != 498 && s != 429).toArray();
    for (int i = 0; i < 50; i++) {
      node.answers(ROOT, 200 + random.nextInt(300), "Server", servers.get(random.nextInt(4)));
      for (Product product : Product.ALL) {
        boolean confirmed = node.probe.toString().equals(product.probe().toString());
        int status =
            random.nextInt(5) > 0 || confirmed ? strange[random.nextInt(strange.length)] : 503;
        node.answers(
            product.probe().request(NODE).toString(), random.nextInt(4) == 0 ? 200 : status);
      }
      Verdict verdict = node.probe();
      assertThat(verdict.isDown()).as("%s to %s", verdict, node.asked).isFalse();
    }
  }

  @Test
  void says_what_it_asks() {
    Dialogue node = minio();
    assertThat(node.probe)
        .hasToString(
            "GET / -> 100-499, 503 with \"<Code>SlowDown</Code>\" -> DEGRADED, then as its Server"
                + " header says");
    node.probe();
    assertThat(node.probe).asString().startsWith(LIVE + " -> 200").endsWith("(tried once)");
    node.probe();
    assertThat(node.probe).asString().startsWith(LIVE + " -> 200").doesNotContain("tried");
  }
}
