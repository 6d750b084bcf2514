package io.nodewise.lb.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.HealthCheckBuilder;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.Node;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every preset against what its product answers, over real sockets. */
class PresetsTest {
  /** Preset, recording, verdict. */
  private static final String ANSWERS =
      """
      anyResponse, s3proxy-root,               UP
      anyResponse, any-response-error,         UP
      anyResponse, any-response-not-http,      DOWN
      cephRgw,     ceph-rgw-healthy,           UP
      cephRgw,     ceph-rgw-drained,           DRAIN
      cephRgw,     ceph-rgw-throttled,         DEGRADED 0.5
      cephRgw,     ceph-rgw-storage-stopped,   UP
      cephRgw,     ceph-rgw-unknown-host,      DOWN
      cephRgw,     ceph-rgw-swift-off,         DOWN
      dellEcs,     dell-ecs-healthy,           UP
      dellEcs,     dell-ecs-maintenance,       DRAIN
      dellEcs,     dell-ecs-down,              DOWN
      garage,      garage-healthy,             UP
      garage,      garage-degraded,            UP
      garage,      garage-no-quorum,           DOWN
      health,      health-healthy,             UP
      health,      health-down,                DOWN
      leofs,       leofs-healthy,              UP
      leofs,       leofs-no-storage,           DOWN
      leofs,       leofs-unknown-host,         DOWN
      minio,       minio-healthy,              UP
      minio,       minio-busy,                 DEGRADED 0.5
      minio,       minio-aistor-busy,          DEGRADED 0.5
      minio,       minio-offline,              DOWN
      minio,       minio-down,                 DOWN
      ozone,       ozone-healthy,              UP
      ozone,       ozone-not-ready,            DOWN
      riakCs,      riak-cs-healthy,            UP
      riakCs,      riak-cs-down,               DOWN
      rustfs,      rustfs-healthy,             UP
      rustfs,      rustfs-busy,                DEGRADED 0.5
      rustfs,      rustfs-not-ready,           DOWN
      rustfs,      rustfs-switched-off,        DOWN
      s3proxy,     s3proxy-healthy,            UP
      s3proxy,     s3proxy-unknown-host,       UP
      s3proxy,     s3proxy-service-path,       DOWN
      scality,     scality-healthy,            UP
      scality,     scality-not-on-the-list,    UP
      scality,     scality-down,               DOWN
      seaweedfs,   seaweedfs-healthy,          UP
      seaweedfs,   seaweedfs-no-such-path,     DOWN
      storageGrid, storage-grid-healthy,       UP
      storageGrid, storage-grid-down,          DOWN
      swift,       swift-healthy,              UP
      swift,       swift-unknown-host,         UP
      swift,       swift-disabled,             DRAIN
      swift,       swift-root,                 DOWN
      versity,     versity-healthy,            UP
      versity,     versity-no-such-path,       DOWN
      virtuozzo,   virtuozzo-healthy,          UP
      virtuozzo,   virtuozzo-maintenance,      DRAIN
      virtuozzo,   virtuozzo-down,             DOWN
      weka,        weka-healthy,               DEGRADED 0.27
      weka,        weka-idle,                  UP
      weka,        weka-over-capacity,         DEGRADED 0.01
      weka,        weka-down,                  DOWN
      """;

  /** Recording of GET /, verdict of auto, and what it asks next. */
  private static final String ROOTS =
      """
      ceph-rgw-root,              UP,           GET /
      ceph-rgw-root-unknown-host, UP,           GET /
      ceph-rgw-drained-root,      UP,           GET /
      ceph-rgw-throttled-root,    DEGRADED 0.5, GET /
      ceph-rgw-squid-root,        UP,           GET /swift/healthcheck
      dell-ecs-root,              UP,           GET /?ping
      minio-root,                 UP,           GET /minio/health/live
      minio-not-initialised-root, DOWN,         GET /
      riak-cs-root,               UP,           GET /riak-cs/ping
      s3proxy-root,               UP,           GET /
      s3proxy-root-unknown-host,  UP,           GET /
      seaweedfs-root,             UP,           GET /status
      storage-grid-root,          UP,           OPTIONS /
      swift-root,                 UP,           GET /
      swift-disabled-root,        UP,           GET /
      swift-s3api-root,           UP,           GET /
      any-response-error,         DOWN,         GET /
      """;

  /** Preset, recording of a HEAD, verdict: why presets don't ask by HEAD. */
  private static final String HEADS =
      """
      cephRgw,     ceph-rgw-healthy-head,   DOWN
      cephRgw,     ceph-rgw-swift-off-head, DOWN
      s3proxy,     s3proxy-healthy-head,    DOWN
      swift,       swift-healthy-head,      UP
      swift,       swift-disabled-head,     DOWN
      anyResponse, ceph-rgw-root-head,      UP
      anyResponse, s3proxy-root-head,       UP
      anyResponse, swift-root-head,         UP
      """;

  private static final Recordings RECORDINGS = new Recordings();

  private static final Node NODE = Node.of("http://a:9000");

  private final Probing probing = new Probing();

  static Stream<List<String>> answers() {
    return rows(ANSWERS);
  }

  static Stream<List<String>> roots() {
    return rows(ROOTS);
  }

  static Stream<List<String>> heads() {
    return rows(HEADS);
  }

  private static Stream<List<String>> rows(String table) {
    return table.lines().map(row -> Arrays.stream(row.split(",")).map(String::strip).toList());
  }

  @AfterEach
  void close() {
    probing.close();
  }

  /** Factories of products: not those that take a question or ask for none. */
  private static List<Method> factories() {
    Set<String> others = Set.of("auto", "http", "of", "tcp", "none");
    return Arrays.stream(HealthCheck.class.getDeclaredMethods())
        .filter(method -> Modifier.isStatic(method.getModifiers()))
        .filter(method -> Modifier.isPublic(method.getModifiers()))
        .filter(method -> method.getReturnType() == HealthCheck.class)
        .filter(method -> !others.contains(method.getName()))
        .toList();
  }

  private static HealthCheck preset(String name) {
    return switch (name) {
      case "leofs" -> HealthCheck.leofs("s3.amazonaws.com");
      case "versity" -> HealthCheck.versity("/healthy");
      default -> {
        try {
          yield (HealthCheck) HealthCheck.class.getMethod(name).invoke(null);
        } catch (ReflectiveOperationException e) {
          throw new LinkageError(name, e);
        }
      }
    };
  }

  private ProbeResult ask(HealthCheck check, String recording) throws IOException {
    try (LoopbackServer server = RECORDINGS.serve(recording)) {
      HealthCheckBuilder here = check.toBuilder().port(server.port());
      return probing.probePatiently(server.node(), here.build());
    }
  }

  private static String shown(Verdict verdict) {
    return verdict.toString().replaceAll(" \\(.*", "");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void an_answer_means_what_its_product_means_by_it(List<String> row) throws Exception {
    ProbeResult result = ask(preset(row.get(0)), row.get(1));
    assertThat(shown(result.verdict())).as("%s", result).isEqualTo(row.get(2));
  }

  @ParameterizedTest
  @MethodSource("roots")
  void auto_takes_whatever_is_alive_and_listens_to_the_server_header(List<String> row)
      throws Exception {
    ProbeResult result = ask(HealthCheck.auto(), row.get(0));
    assertThat(shown(result.verdict())).as("%s", result).isEqualTo(row.get(1));
    Probe next = HealthCheck.auto().probe().orElseThrow().next(result.answer());
    assertThat(next.request(NODE)).hasToString(row.get(2));
  }

  @ParameterizedTest
  @MethodSource("heads")
  void a_head_would_say_something_else_or_less(List<String> row) throws Exception {
    ProbeResult result = ask(preset(row.get(0)).toBuilder().method("HEAD").build(), row.get(1));
    assertThat(shown(result.verdict())).as("%s", result).isEqualTo(row.get(2));
  }

  @ParameterizedTest
  @CsvSource({
    "anyResponse, GET /, 9000",
    "cephRgw, GET /swift/healthcheck, 9000",
    "dellEcs, GET /?ping, 9000",
    "garage, GET /health, 3903",
    "health, GET /health, 9000",
    "leofs, GET /_leofs_adm/ping, 9000",
    "minio, GET /minio/health/live, 9000",
    "ozone, GET /health/ready, 19878",
    "riakCs, GET /riak-cs/ping, 9000",
    "rustfs, GET /health/ready, 9000",
    "s3proxy, GET /healthz, 9000",
    "scality, GET /_/healthcheck, 9000",
    "seaweedfs, GET /status, 9000",
    "storageGrid, OPTIONS /, 9000",
    "swift, GET /healthcheck, 9000",
    "versity, GET /healthy, 9000",
    "virtuozzo, GET /?ostor-health&maintenance=false, 9000",
    "weka, GET /wekas3api/health/ready, 9000",
  })
  void asked_is_what_the_product_has(String name, String request, int port) {
    HealthCheck check = preset(name);
    assertThat(check.probe().orElseThrow().request(NODE)).hasToString(request);
    assertThat(check.port()).isEqualTo(port == 9000 ? 0 : port);
    assertThat(check.scheme().orElse("-")).isEqualTo(port == 9000 ? "-" : "http");
    assertThat(check.clusterCheck().isPresent()).isEqualTo(name.equals("minio"));
  }

  @Test
  void leofs_is_asked_by_a_name_it_knows() {
    Probe probe = preset("leofs").probe().orElseThrow();
    assertThat(probe.request(NODE).headers()).containsEntry("Host", "s3.amazonaws.com");
  }

  @Test
  void every_preset_is_tried_both_ways_and_stands_in_the_table() throws Exception {
    String doc = Files.readString(Path.of("../docs/health-checks.md"));
    assertThat(factories()).hasSizeGreaterThan(15);
    for (Method factory : factories()) {
      String name = factory.getName();
      List<List<String>> tried = answers().filter(row -> row.get(0).equals(name)).toList();
      assertThat(tried).as(name).anyMatch(row -> isWell(row)).anyMatch(row -> !isWell(row));
      String row =
          doc.lines()
              .filter(line -> line.startsWith("|") && line.contains("`" + name + "("))
              .findFirst()
              .orElseThrow(() -> new AssertionError(name + " has no row in docs/health-checks.md"));
      boolean allRecorded = tried.stream().allMatch(one -> RECORDINGS.isRecorded(one.get(1)));
      boolean aQuestionOfNobodys = name.equals("health") || name.equals("anyResponse");
      assertThat(row.contains("unverified")).as(row).isEqualTo(!allRecorded && !aQuestionOfNobodys);
    }
  }

  private static boolean isWell(List<String> row) {
    return row.get(2).equals("UP") || row.get(1).endsWith("-healthy");
  }

  @Test
  void every_recording_is_used_and_belongs_to_a_preset() {
    Set<String> used =
        Stream.of(
                answers().map(r -> r.get(1)),
                roots().map(r -> r.get(0)),
                heads().map(r -> r.get(1)))
            .flatMap(names -> names)
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(RECORDINGS.names()).containsExactlyElementsOf(used);
    List<String> products =
        factories().stream()
            .map(method -> method.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
            .toList();
    assertThat(RECORDINGS.names())
        .allMatch(name -> products.stream().anyMatch(product -> name.startsWith(product + "-")));
  }
}
