package io.nodewise.lb.config;

import static io.nodewise.lb.config.Values.COUNT;
import static io.nodewise.lb.config.Values.DURATION;
import static io.nodewise.lb.config.Values.NUMBER;
import static io.nodewise.lb.config.Values.SHARE;
import static io.nodewise.lb.config.Values.SWITCH;
import static io.nodewise.lb.config.Values.TEXT;

import io.nodewise.lb.health.OutlierDetection;

/** The part of the {@linkplain Keys table} that says when a node is out. Stateless. */
final class HealthKeys {
  private HealthKeys() {}

  static Section<?, ?> healthCheck() {
    return Section.of(
            "health-check", HealthCheckText::new, HealthCheckText::build, Options::healthCheck)
        .key("", HealthCheckText.PRESET, "auto", "what a probe asks", HealthCheckText::preset)
        .key(
            "method",
            TEXT,
            "GET",
            "the HTTP method of `http(/path)`",
            (check, method) -> check.question().method(method))
        .key(
            "path",
            TEXT,
            "the preset's",
            "the path, with its query if it has one",
            (check, path) -> check.question().path(path))
        .key(
            "headers",
            HealthCheckText.HEADERS,
            "none",
            "headers of the request, also `Host`",
            (check, all) -> all.forEach((name, value) -> check.question().header(name, value)))
        .key(
            "expected-statuses",
            HealthCheckText.STATUSES,
            "200",
            "what counts as healthy",
            (check, statuses) -> statuses.accept(check.question()))
        .key(
            "on",
            Answers.RULES,
            "the preset's",
            "what some answers mean",
            (check, rules) ->
                rules.forEach(rule -> check.question().on(rule.answer(), rule.verdict())))
        .key(
            "can-write",
            TEXT,
            "the preset's",
            "a path that says 503 while the cluster as a whole can't write; with `can-read`",
            HealthCheckText::canWrite)
        .key(
            "can-read",
            TEXT,
            "the preset's",
            "a path that says 503 while it can't read",
            HealthCheckText::canRead)
        .key(
            "port",
            COUNT,
            "the node's",
            "one port for the probes of all nodes",
            (check, port) -> check.builder().port(port))
        .key(
            "scheme",
            TEXT,
            "the node's",
            "`http` or `https` for the probes of all nodes",
            (check, scheme) -> check.builder().scheme(scheme))
        .key(
            "interval",
            DURATION,
            "5s",
            "from the end of one probe to the next",
            (check, interval) -> check.builder().interval(interval))
        .key(
            "fast-interval",
            DURATION,
            "1s",
            "the same while the node is changing, or while no node can be used",
            (check, interval) -> check.builder().fastInterval(interval))
        .key(
            "down-interval",
            DURATION,
            "the interval",
            "the longest of the doubling gaps while a node stays down",
            (check, interval) -> check.builder().downInterval(interval))
        .key(
            "timeout",
            DURATION,
            "1s",
            "of the whole probe",
            (check, timeout) -> check.builder().timeout(timeout))
        .key(
            "rise",
            COUNT,
            "2",
            "successes in a row that bring a node back",
            (check, rise) -> check.builder().rise(rise))
        .key(
            "fall",
            COUNT,
            "3",
            "failures in a row that take a node down",
            (check, fall) -> check.builder().fall(fall))
        .key(
            "jitter",
            SHARE,
            "20%",
            "share of the interval by which each gap varies, either way",
            (check, jitter) -> check.builder().jitter(jitter))
        .key(
            "optimistic",
            SWITCH,
            "off",
            "probe a node only until it is up, and again while it is doubted",
            (check, optimistic) -> check.builder().optimistic(optimistic))
        .key(
            "subset",
            COUNT,
            "100",
            "how many nodes are probed in one interval at most",
            (check, subset) -> check.builder().subset(subset));
  }

  static Section<?, ?> outlierDetection() {
    return Section.of(
            "outlier-detection",
            OutlierDetection::builder,
            OutlierDetection.Builder::build,
            Options::outlierDetection)
        .key(
            "consecutive-faults",
            COUNT,
            "5",
            "faults in a row that eject",
            OutlierDetection.Builder::consecutiveFaults)
        .key(
            "failure-fraction",
            SHARE,
            "50%",
            "share of faults in the window that ejects",
            OutlierDetection.Builder::failureFraction)
        .key(
            "minimum-volume",
            COUNT,
            "20",
            "outcomes that this share must rest on",
            OutlierDetection.Builder::minimumVolume)
        .key(
            "window",
            COUNT,
            "40",
            "outcomes that are looked back on",
            OutlierDetection.Builder::window)
        .key(
            "base-ejection",
            DURATION,
            "5s",
            "the first ejection; each further one is twice as long",
            OutlierDetection.Builder::baseEjection)
        .key(
            "max-ejection",
            DURATION,
            "5m",
            "the longest ejection",
            OutlierDetection.Builder::maxEjection)
        .key(
            "max-ejected-fraction",
            SHARE,
            "30%",
            "share of the set that may be ejected at a time; one node always may, the only one"
                + " never",
            OutlierDetection.Builder::maxEjectedFraction)
        .key(
            "slow-factor",
            NUMBER,
            "5",
            "how many times slower than the others a node must be to be ejected; 0 is never",
            OutlierDetection.Builder::slowFactor)
        .key(
            "slow-margin",
            DURATION,
            "100ms",
            "by how much it must be slower, too",
            OutlierDetection.Builder::slowMargin)
        .key(
            "max-pause",
            DURATION,
            "30s",
            "for how long a `Retry-After` puts a node behind the others at most; 0 ignores it",
            OutlierDetection.Builder::maxPause)
        .key(
            "panic-threshold",
            SHARE,
            "50%",
            "share of eligible nodes below which nodes out on soft evidence are used too",
            OutlierDetection.Builder::panicThreshold);
  }
}
