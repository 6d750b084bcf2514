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
   * Finds out by itself what to ask; the default. It begins with an anonymous {@code GET /}, which
   * any answer below 500 satisfies: a 403 comes from a server that works. A {@code SlowDown} is
   * load. Where the {@code Server} header names MinIO, Ceph's gateway, SeaweedFS, Riak CS,
   * StorageGRID or Dell ECS, that product's own question is tried, and kept for the node if it is
   * answered as that product answers it; else, or when it is no longer, the node is up by that
   * answer below 500, goes back to {@code GET /}, and the product is not tried again for an hour.
   */
  public static HealthCheck auto() {
    return of(AutoProbe.start());
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
   * Any HTTP answer at all to {@code GET /}, even a 500: for servers that fail there for good
   * reasons. More than {@link #tcp()}, since a hung process does not answer.
   */
  public static HealthCheck anyResponse() {
    return builder().path("/").expectedStatusRange(100, 599).build();
  }

  /** {@code GET /health} must answer 200, as many servers and gateways have it. */
  public static HealthCheck health() {
    return http("/health");
  }

  /**
   * MinIO and AIStor: {@code GET /minio/health/live} must answer 200. 429, or 503 with the code
   * {@code ServerBusy}, is a server at its limit: half a share. {@code x-minio-server-status:
   * offline} means down even with a 200, since the server is up but not initialised. Writes and
   * reads move to another site while {@code /minio/health/cluster} and {@code /cluster/read} say
   * 503. Unverified; by minio, cmd/healthcheck-handler.go.
   */
  public static HealthCheck minio() {
    return Presets.minio();
  }

  /**
   * Ceph's RADOS gateway: {@code GET /swift/healthcheck} must answer 200. 503 while the file of
   * {@code rgw_healthcheck_disabling_path} exists: drain. 498 is its limit on requests: half a
   * share. Not for gateways without the Swift API, nor for nodes named by host names that the
   * gateway does not know: both answer 404. It says nothing about the storage behind the gateway.
   */
  public static HealthCheck cephRgw() {
    return Presets.cephRgw();
  }

  /** OpenStack Swift: {@code GET /healthcheck} must answer 200; 503, disabled by file: drain. */
  public static HealthCheck swift() {
    return Presets.swift();
  }

  /** S3Proxy: {@code GET /healthz} must answer 200; a HEAD would get 404. */
  public static HealthCheck s3proxy() {
    return http("/healthz");
  }

  /**
   * WEKA: {@code GET /wekas3api/health/ready}. The load in {@code x-weka-score}, 0 to 1, lowers the
   * node's share to what is left; 503 means over capacity: hardly any share, and down only without
   * a score. Unverified; by docs.weka.io, S3 cluster management.
   */
  public static HealthCheck weka() {
    return of(new WekaLoad());
  }

  /**
   * LeoFS: {@code GET /_leofs_adm/ping} must answer 200; 500 means that no storage node answers the
   * gateway. The path hides an object of this name in every bucket. Unverified; by leofs,
   * leo_gateway_s3_api.erl.
   *
   * @param hostHeader an endpoint that the gateways know, such as {@code s3.amazonaws.com}: they
   *     take any other name for a bucket
   */
  public static HealthCheck leofs(String hostHeader) {
    return Presets.leofs(hostHeader);
  }

  /**
   * SeaweedFS: {@code GET /status} must answer 200, and always does while the S3 server runs.
   * Unverified; by seaweedfs, weed/s3api/s3api_status_handlers.go.
   */
  public static HealthCheck seaweedfs() {
    return http("/status");
  }

  /**
   * Garage: {@code GET /health} on its admin port 3903, by http, must answer 200; 503 means that
   * this node sees no quorum for some of the data. Unverified; by garage,
   * src/api/admin/api_server.rs.
   */
  public static HealthCheck garage() {
    return Presets.garage();
  }

  /**
   * RustFS: {@code GET /health/ready} must answer 200; 503: its storage or its users are not there.
   * 429: busy, half a share. Unverified; by rustfs, rustfs/src/server/health.rs.
   */
  public static HealthCheck rustfs() {
    return Presets.rustfs();
  }

  /**
   * Apache Ozone: {@code GET /health/ready} on the gateway's web port 19878, by http, must answer
   * 200; 503 while it can't reach the Ozone Manager. Unverified; by ozone pull request 11224.
   */
  public static HealthCheck ozone() {
    return Presets.ozone();
  }

  /**
   * Dell ECS: {@code GET /?ping} must answer 200; {@code MAINTENANCE_MODE} {@code ON} in its body:
   * drain. Unverified; by the ECS API reference, S3 Ping Operation.
   */
  public static HealthCheck dellEcs() {
    return of(new EcsPing());
  }

  /**
   * NetApp StorageGRID: {@code OPTIONS /} must answer 200. Unverified; by StorageGRID's S3
   * reference, operations on the service.
   */
  public static HealthCheck storageGrid() {
    return Presets.storageGrid();
  }

  /**
   * Versity gateway: a GET of what {@code --health} or {@code VGW_HEALTH} says must answer 200. The
   * path hides a bucket of this name. Unverified; by versitygw, s3api/server.go.
   */
  public static HealthCheck versity(String healthPath) {
    return http(healthPath);
  }

  /**
   * Virtuozzo object storage: {@code GET /?ostor-health&maintenance=false} must answer 200; 412
   * means that the host is in maintenance: drain. Unverified; by Virtuozzo's object storage API
   * reference.
   */
  public static HealthCheck virtuozzo() {
    return Presets.virtuozzo();
  }

  /**
   * Scality CloudServer before 8.3.7: {@code GET /_/healthcheck} must answer 200, or 403 to a
   * client that is not on its list; 500: down. Later ones answer {@code /ready} on port 8002.
   * Unverified; by cloudserver, lib/utilities/healthcheckHandler.js.
   */
  public static HealthCheck scality() {
    return Presets.scality();
  }

  /**
   * Riak CS: {@code GET /riak-cs/ping} must answer 200; 503 when its Riak does not answer.
   * Unverified; by riak_cs, src/riak_cs_wm_ping.erl.
   */
  public static HealthCheck riakCs() {
    return http("/riak-cs/ping");
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
