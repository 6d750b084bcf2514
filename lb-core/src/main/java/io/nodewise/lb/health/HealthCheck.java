package io.nodewise.lb.health;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a probe asks a node, which answers mean health, and how often it asks. Immutable and
 * thread-safe; {@link #auto()} is the default.
 */
public final class HealthCheck {

  /** How a node is probed. */
  public enum Kind {
    /** By an HTTP request, over TLS where the node's URI says {@code https}. */
    HTTP,
    /** By a TCP connection that is closed again at once. */
    TCP,
    /** Not at all: only the outcomes of requests tell how a node is. */
    NONE
  }

  private final HealthCheckSettings settings; // a validated copy nobody changes any more
  private final @Nullable Probe probe;

  HealthCheck(HealthCheckSettings settings, @Nullable Probe probe) {
    this.settings = settings;
    this.probe = probe;
  }

  /**
   * An anonymous {@code GET /} that any answer below 500 satisfies: a 403 comes from a server that
   * works. Right for every product, if not the sharpest question for any of them. The default.
   */
  public static HealthCheck auto() {
    return builder().path("/").expectedStatusRange(100, 499).build();
  }

  /** A GET of this path, with or without a query, that must answer 200. */
  public static HealthCheck http(String pathAndQuery) {
    return builder().path(pathAndQuery).build();
  }

  /** A question of one's own. */
  public static HealthCheck of(Probe probe) {
    return builder().probe(probe).build();
  }

  /**
   * MinIO and AIStor: {@code GET /minio/health/live} must answer 200. A 429 counts as alive, since
   * the server is merely busy; {@code x-minio-server-status: offline} means down even with a 200,
   * since the server is up but not initialised.
   */
  public static HealthCheck minio() {
    return builder()
        .path("/minio/health/live")
        .expectedStatuses(200, 429)
        .on(
            AnswerPattern.header("x-minio-server-status", "offline"),
            Verdict.down("x-minio-server-status: offline"))
        .clusterCheck(ClusterCheck.http("/minio/health/cluster", "/minio/health/cluster/read"))
        .build();
  }

  /** S3Proxy: {@code GET /healthz} must answer 200. */
  public static HealthCheck s3proxy() {
    return http("/healthz");
  }

  /** A TCP connection and no more: proves that somebody listens, not that he can answer. */
  public static HealthCheck tcp() {
    return new HealthCheckBuilder(new HealthCheckSettings(Kind.TCP)).build();
  }

  /** No probes: only the outcomes of requests tell how a node is. */
  public static HealthCheck none() {
    return new HealthCheckBuilder(new HealthCheckSettings(Kind.NONE)).build();
  }

  /** An HTTP check that starts as {@code http("/")}. */
  public static HealthCheckBuilder builder() {
    return new HealthCheckBuilder(new HealthCheckSettings(Kind.HTTP));
  }

  /** A builder that starts with these settings; nothing done to it changes this check. */
  public HealthCheckBuilder toBuilder() {
    return new HealthCheckBuilder(new HealthCheckSettings(settings));
  }

  /** How a node is probed. */
  public Kind kind() {
    return settings.kind;
  }

  /** What is asked; empty unless {@link Kind#HTTP}. */
  public Optional<Probe> probe() {
    return Optional.ofNullable(probe);
  }

  /** What is asked of the cluster as a whole; empty for nothing. */
  public Optional<ClusterCheck> clusterCheck() {
    return Optional.ofNullable(settings.clusterCheck);
  }

  /** The port probed on every node; 0 for the node's own. */
  public int port() {
    return settings.port;
  }

  /** The scheme of probes, where it is not the node's own. */
  public Optional<String> scheme() {
    return Optional.ofNullable(settings.scheme);
  }

  /** From the end of a probe to the start of the next one, while the node is up. */
  public Duration interval() {
    return settings.interval;
  }

  /** From the end of a probe to the start of the next one, while the node is changing. */
  public Duration fastInterval() {
    return settings.fastInterval();
  }

  /** The longest of the growing gaps between probes while the node stays down. */
  public Duration downInterval() {
    return settings.downInterval();
  }

  /** The most one probe may take, from connecting to the last byte. */
  public Duration timeout() {
    return settings.timeout;
  }

  /** Successes in a row that bring a node back. */
  public int rise() {
    return settings.rise;
  }

  /** Failures in a row that take a node down. */
  public int fall() {
    return settings.fall;
  }

  /** The fraction by which every single interval is longer or shorter, at most. */
  public double jitter() {
    return settings.jitter;
  }

  /** Whether a node that is up is not probed. */
  public boolean isOptimistic() {
    return settings.optimistic;
  }

  /** How many nodes are probed in one interval at most. */
  public int subset() {
    return settings.subset;
  }

  @Override
  public String toString() {
    String when = " every " + interval() + ", timeout " + timeout();
    String where = (port() == 0 ? "" : " on port " + port()) + when;
    return switch (kind()) {
      case HTTP -> probe + where;
      case TCP -> "TCP connect" + where;
      case NONE -> "no probes";
    };
  }
}
