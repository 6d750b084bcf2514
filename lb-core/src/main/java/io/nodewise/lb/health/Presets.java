package io.nodewise.lb.health;

import static io.nodewise.lb.health.AnswerPattern.bodyContains;
import static io.nodewise.lb.health.AnswerPattern.header;
import static io.nodewise.lb.health.AnswerPattern.status;

import java.util.List;

/**
 * What the products are asked; what their answers mean to users stands at the factories of {@link
 * HealthCheck}, where it comes from in docs/health-checks.md.
 */
final class Presets {
  /**
   * Fitness of a server that says it is busy: half a share relieves it, and does not drive the
   * others over their limits in turn.
   */
  private static final double BUSY = 0.5;

  private Presets() {}

  private static Verdict busy(String reason) {
    return Verdict.degraded(BUSY, reason);
  }

  private static AnswerPattern error(int status, String code) {
    return status(status).and(bodyContains("<Code>" + code + "</Code>"));
  }

  static HealthCheck minio() {
    return HealthCheck.builder()
        .path("/minio/health/live")
        .on(
            header("x-minio-server-status", "offline"),
            Verdict.down("x-minio-server-status: offline"))
        .on(status(429), busy("429, busy"))
        .on(error(503, "ServerBusy"), busy("503 ServerBusy"))
        .clusterCheck(ClusterCheck.http("/minio/health/cluster", "/minio/health/cluster/read"))
        .build();
  }

  static HealthCheck cephRgw() {
    return HealthCheck.builder()
        .path("/swift/healthcheck")
        .on(status(503).and(bodyContains("ServiceUnavailable")), Verdict.drain("disabled by file"))
        .on(status(503).and(bodyContains("SlowDown")), busy("503 SlowDown"))
        .on(status(498), busy("498, rate limited"))
        .build();
  }

  static HealthCheck swift() {
    return HealthCheck.builder()
        .path("/healthcheck")
        .on(status(503).and(bodyContains("DISABLED BY FILE")), Verdict.drain("disabled by file"))
        .build();
  }

  static HealthCheck leofs(String hostHeader) {
    return HealthCheck.builder().path("/_leofs_adm/ping").header("Host", hostHeader).build();
  }

  static HealthCheck garage() {
    return HealthCheck.builder().path("/health").port(3903).scheme("http").build();
  }

  static HealthCheck rustfs() {
    return HealthCheck.builder().path("/health/ready").on(status(429), busy("429, busy")).build();
  }

  static HealthCheck ozone() {
    return HealthCheck.builder().path("/health/ready").port(19_878).scheme("http").build();
  }

  static HealthCheck storageGrid() {
    return HealthCheck.builder().method("OPTIONS").path("/").build();
  }

  static HealthCheck virtuozzo() {
    return HealthCheck.builder()
        .path("/?ostor-health&maintenance=false")
        .on(status(412), Verdict.drain("412, in maintenance"))
        .build();
  }

  static HealthCheck scality() {
    return HealthCheck.builder().path("/_/healthcheck").expectedStatuses(200, 403).build();
  }

  /** The question for every product; S3's own word for load is no fault, whoever says it. */
  static HttpProbe anonymous() {
    return new HttpProbe(
        ProbeRequest.get("/"),
        StatusSet.range(100, 499),
        List.of(new HttpProbe.Rule(error(503, "SlowDown"), busy("503 SlowDown"))));
  }
}
