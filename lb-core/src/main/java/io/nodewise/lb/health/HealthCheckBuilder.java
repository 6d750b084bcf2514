package io.nodewise.lb.health;

import java.time.Duration;
import java.util.Objects;

/**
 * Collects the settings of a {@link HealthCheck}; they are checked in {@link #build}. Not
 * thread-safe.
 */
public final class HealthCheckBuilder {
  private final HealthCheckSettings settings;

  HealthCheckBuilder(HealthCheckSettings settings) {
    this.settings = settings;
  }

  /** The HTTP method. Default GET: some servers answer a HEAD of their health path with 404. */
  public HealthCheckBuilder method(String httpMethod) {
    settings.method = Objects.requireNonNull(httpMethod, "method");
    return httpOnly("method");
  }

  /** The path, percent-encoded, with its query if it has one. Default {@code /}. */
  public HealthCheckBuilder path(String pathAndQuery) {
    settings.path = Objects.requireNonNull(pathAndQuery, "path");
    return httpOnly("path");
  }

  /**
   * Sets a header, in place of one set before. {@code Host} is the authority probed unless set
   * here: servers that read an unknown {@code Host} as a bucket need the one they know.
   */
  public HealthCheckBuilder header(String name, String value) {
    Objects.requireNonNull(value, "value");
    settings.headers.put(Objects.requireNonNull(name, "name"), value);
    return httpOnly("header");
  }

  /** The statuses that mean health, in place of those set before. Default 200. */
  public HealthCheckBuilder expectedStatuses(int... statuses) {
    settings.expected = StatusSet.of(statuses);
    return httpOnly("expectedStatuses");
  }

  /** The statuses that mean health, both included, in place of those set before. */
  public HealthCheckBuilder expectedStatusRange(int first, int last) {
    settings.expected = StatusSet.range(first, last);
    return httpOnly("expectedStatusRange");
  }

  /**
   * Adds what some answers mean, whatever the expected statuses are; of several patterns that fit,
   * the one added first decides. A body that must hold a text: {@code
   * on(AnswerPattern.bodyContains("ok").not(), Verdict.down("no ok"))}.
   */
  public HealthCheckBuilder on(AnswerPattern answer, Verdict verdict) {
    settings.rules.add(
        new HttpProbe.Rule(
            Objects.requireNonNull(answer, "answer"), Objects.requireNonNull(verdict, "verdict")));
    return httpOnly("on");
  }

  /** A question of one's own, in place of method, path, headers, statuses and patterns so far. */
  public HealthCheckBuilder probe(Probe question) {
    settings.probe = Objects.requireNonNull(question, "probe");
    settings.httpSetting = null;
    return this;
  }

  /** What is asked of the cluster as a whole, beside its nodes. Default: nothing. */
  public HealthCheckBuilder clusterCheck(ClusterCheck check) {
    settings.clusterCheck = Objects.requireNonNull(check, "clusterCheck");
    settings.exchangeSetting = "clusterCheck";
    return this;
  }

  /** The port to probe, where requests go to another one. Default 0: the node's own. */
  public HealthCheckBuilder port(int probePort) {
    settings.port = probePort;
    return this;
  }

  /** {@code http} or {@code https}, where requests go by the other. Default: the node's own. */
  public HealthCheckBuilder scheme(String probeScheme) {
    settings.scheme = Objects.requireNonNull(probeScheme, "scheme");
    settings.exchangeSetting = "scheme";
    return this;
  }

  /**
   * From the end of a probe to the start of the next one while the node is up, before jitter.
   * Default 5 s: found out after 2.5 s on average even when no request meets the fault first, at 20
   * probes a second on a node with 100 clients.
   */
  public HealthCheckBuilder interval(Duration betweenProbes) {
    settings.interval = Objects.requireNonNull(betweenProbes, "interval");
    return this;
  }

  /**
   * The same while the node is changing. Default 1 s, or the interval where that is shorter: with
   * fall 3 a doubt is settled about 2 s after it arose.
   */
  public HealthCheckBuilder fastInterval(Duration betweenProbes) {
    settings.fastInterval = Objects.requireNonNull(betweenProbes, "fastInterval");
    return this;
  }

  /**
   * The longest interval while the node stays down: the gaps begin with the fast interval and
   * double. While no node at all can be used, probes stay fast. Default: the interval, so that a
   * node that is down is asked no more than one that is up; at most that much is added to its
   * recovery.
   */
  public HealthCheckBuilder downInterval(Duration betweenProbes) {
    settings.downInterval = Objects.requireNonNull(betweenProbes, "downInterval");
    return this;
  }

  /**
   * The most one probe may take: connecting, TLS, request, answer and up to 64 KiB of body. Default
   * 1 s: a hundred times what a health path takes, room for one lost packet, and still a hung node
   * is known within about 2 s. Must be shorter than the interval. The fast interval may be as short
   * or shorter: as intervals begin where a probe ends, probes never overlap.
   */
  public HealthCheckBuilder timeout(Duration wholeProbe) {
    settings.timeout = Objects.requireNonNull(wholeProbe, "timeout");
    return this;
  }

  /**
   * Successes in a row that bring a node back. Default 2: one may be luck, and every further one
   * keeps a good node idle for another second. A node that goes down again within a minute of its
   * return needs twice as many the next time, up to sixteen times as many.
   */
  public HealthCheckBuilder rise(int successes) {
    settings.rise = successes;
    return this;
  }

  /**
   * Failures in a row that take a node down. Default 3: two in a row happen to a node that stops
   * for garbage collection. Only for answers: a node that refuses or hangs is out at once.
   */
  public HealthCheckBuilder fall(int failures) {
    settings.fall = failures;
    return this;
  }

  /**
   * The fraction by which every single interval is longer or shorter, at most. Default 0.2: the
   * probes of clients started together are spread evenly after a minute or two.
   */
  public HealthCheckBuilder jitter(double fraction) {
    settings.jitter = fraction;
    return this;
  }

  /**
   * Whether to probe a node only until it is found up, and then again while requests or doubts say
   * it is not. Saves all probes of a healthy cluster; a fault is then found by the first request
   * that meets it. Default false.
   */
  public HealthCheckBuilder optimistic(boolean onlyInDoubt) {
    settings.optimistic = onlyInDoubt;
    return this;
  }

  /**
   * How many nodes are probed in one interval at most. A larger set is probed in turn, each node as
   * much less often, those that are down included; nodes in doubt are probed at once all the same.
   * Default 100, which bounds one client to 20 probes a second.
   */
  public HealthCheckBuilder subset(int nodesPerInterval) {
    settings.subset = nodesPerInterval;
    return this;
  }

  /** The check; an {@link IllegalArgumentException} names a value that can't be. */
  public HealthCheck build() {
    return new HealthCheck(new HealthCheckSettings(settings), settings.validate());
  }

  private HealthCheckBuilder httpOnly(String setting) {
    settings.httpSetting = setting;
    return this;
  }
}
