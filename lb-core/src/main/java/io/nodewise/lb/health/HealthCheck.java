package io.nodewise.lb.health;

import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;

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

  private HealthCheck(HealthCheckSettings settings) {
    this.settings = settings;
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

  /**
   * MinIO and AIStor: {@code GET /minio/health/live} must answer 200. A 429 counts as alive, since
   * the server is merely busy; {@code x-minio-server-status: offline} means down even with a 200,
   * since the server is up but not initialised.
   */
  public static HealthCheck minio() {
    return builder()
        .path("/minio/health/live")
        .expectedStatuses(200, 429)
        .downHeader("x-minio-server-status", "offline")
        .build();
  }

  /** S3Proxy: {@code GET /healthz} must answer 200. */
  public static HealthCheck s3proxy() {
    return http("/healthz");
  }

  /** A TCP connection and no more: proves that somebody listens, not that he can answer. */
  public static HealthCheck tcp() {
    return new Builder(new HealthCheckSettings(Kind.TCP)).build();
  }

  /** No probes: only the outcomes of requests tell how a node is. */
  public static HealthCheck none() {
    return new Builder(new HealthCheckSettings(Kind.NONE)).build();
  }

  /** An HTTP check that starts as {@code http("/")}. */
  public static Builder builder() {
    return new Builder(new HealthCheckSettings(Kind.HTTP));
  }

  /** A builder that starts with these settings; nothing done to it changes this check. */
  public Builder toBuilder() {
    return new Builder(new HealthCheckSettings(settings));
  }

  /** How a node is probed. */
  public Kind kind() {
    return settings.kind;
  }

  /** The HTTP method. */
  public String method() {
    return settings.method;
  }

  /** The path with its query, if there is one. */
  public String path() {
    return settings.path;
  }

  /** The port probed on every node; 0 for the node's own. */
  public int port() {
    return settings.port;
  }

  /** The headers set, by name whatever its case; unmodifiable. */
  public Map<String, String> headers() {
    return Collections.unmodifiableMap(settings.headers);
  }

  /** Whether an answer with this status means health. */
  public boolean expects(int status) {
    return settings.expected.contains(status);
  }

  /** From the end of a probe to the start of the next one, while the node is up. */
  public Duration interval() {
    return settings.interval;
  }

  /** From the end of a probe to the start of the next one, while the node is changing or down. */
  public Duration fastInterval() {
    return settings.fastInterval();
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

  /** The statuses that mean health. */
  StatusSet expected() {
    return settings.expected;
  }

  /** Headers that mean down where an answer has one with this value, whatever its status. */
  Map<String, String> downHeaders() {
    return settings.downHeaders;
  }

  @Override
  public String toString() {
    String when = " every " + interval() + ", timeout " + timeout();
    String where = (port() == 0 ? "" : " on port " + port()) + when;
    return switch (kind()) {
      case HTTP -> method() + " " + path() + " -> " + expected() + where;
      case TCP -> "TCP connect" + where;
      case NONE -> "no probes";
    };
  }

  /** Collects the settings of a {@link HealthCheck}. Not thread-safe. */
  public static final class Builder {
    private final HealthCheckSettings settings;

    private Builder(HealthCheckSettings settings) {
      this.settings = settings;
    }

    /** The HTTP method. Default GET: some servers answer a HEAD of their health path with 404. */
    public Builder method(String httpMethod) {
      settings.method = Objects.requireNonNull(httpMethod, "method");
      return httpOnly("method");
    }

    /** The path, percent-encoded, with its query if it has one. Default {@code /}. */
    public Builder path(String pathAndQuery) {
      settings.path = Objects.requireNonNull(pathAndQuery, "path");
      return httpOnly("path");
    }

    /** The port to probe, where requests go to another one. Default 0: the node's own. */
    public Builder port(int probePort) {
      settings.port = probePort;
      return this;
    }

    /**
     * Sets a header, in place of one set before. {@code Host} is the authority probed unless set
     * here: servers that read an unknown {@code Host} as a bucket need the one they know.
     */
    public Builder header(String name, String value) {
      Objects.requireNonNull(value, "value");
      settings.headers.put(Objects.requireNonNull(name, "name"), value);
      return httpOnly("header");
    }

    /** The statuses that mean health, in place of those set before. Default 200. */
    public Builder expectedStatuses(int... statuses) {
      settings.expected = StatusSet.of(statuses);
      return httpOnly("expectedStatuses");
    }

    /** The statuses that mean health, both included, in place of those set before. */
    public Builder expectedStatusRange(int first, int last) {
      settings.expected = StatusSet.range(first, last);
      return httpOnly("expectedStatusRange");
    }

    /**
     * From the end of a probe to the start of the next one while the node is up, before jitter.
     * Default 5 s: found out after 2.5 s on average even when no request meets the fault first, at
     * 20 probes a second on a node with 100 clients.
     */
    public Builder interval(Duration betweenProbes) {
      settings.interval = Objects.requireNonNull(betweenProbes, "interval");
      return this;
    }

    /**
     * The same while the node is changing or down. Default 1 s, or the interval where that is
     * shorter: with fall 3 a doubt is settled about 2 s after it arose.
     */
    public Builder fastInterval(Duration betweenProbes) {
      settings.fastInterval = Objects.requireNonNull(betweenProbes, "fastInterval");
      return this;
    }

    /**
     * The most one probe may take: connecting, TLS, request, answer and up to 64 KiB of body.
     * Default 1 s: a hundred times what a health path takes, room for one lost packet, and still a
     * hung node is known within about 2 s. Must be shorter than the interval. The fast interval may
     * be as short or shorter: as intervals begin where a probe ends, probes never overlap.
     */
    public Builder timeout(Duration wholeProbe) {
      settings.timeout = Objects.requireNonNull(wholeProbe, "timeout");
      return this;
    }

    /**
     * Successes in a row that bring a node back. Default 2: one may be luck, and every further one
     * keeps a good node idle for another second.
     */
    public Builder rise(int successes) {
      settings.rise = successes;
      return this;
    }

    /**
     * Failures in a row that take a node down. Default 3: two in a row happen to a node that stops
     * for garbage collection. Only for answers: a node that refuses or hangs is out at once.
     */
    public Builder fall(int failures) {
      settings.fall = failures;
      return this;
    }

    /**
     * The fraction by which every single interval is longer or shorter, at most. Default 0.2: the
     * probes of clients started together are spread evenly after a minute or two.
     */
    public Builder jitter(double fraction) {
      settings.jitter = fraction;
      return this;
    }

    /** The check; an {@link IllegalArgumentException} names a value that can't be. */
    public HealthCheck build() {
      settings.validate();
      return new HealthCheck(new HealthCheckSettings(settings));
    }

    /** An answer with this header of this value means down, whatever its status. */
    Builder downHeader(String name, String value) {
      settings.downHeaders.put(name, value);
      return this;
    }

    private Builder httpOnly(String setting) {
      settings.httpSetting = setting;
      return this;
    }
  }
}
