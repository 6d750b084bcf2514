package io.nodewise.lb.config;

import static io.nodewise.lb.config.Values.DURATION;
import static io.nodewise.lb.config.Values.SHARE;
import static io.nodewise.lb.config.Values.TEXT;
import static io.nodewise.lb.config.Values.oneOf;

import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.retry.UnsafeRepeats;
import io.nodewise.lb.routing.Backups;
import java.util.List;

/**
 * The table of keys: name, kind of value, default, meaning, and what it sets. Everything else is
 * made from it: what is read, what is unknown, the reference in the documentation.
 */
final class Keys {

  static final List<Section<?, ?>> SECTIONS =
      List.of(
          SourceKeys.nodes(),
          SourceKeys.discovery(),
          Section.of(
              "backup-nodes",
              NodeText.PLACED,
              "none",
              "used when no other node can take a request",
              Options::backupNodes),
          Section.of(
              "backups",
              oneOf(Backups.class),
              "all",
              "how many of the backup nodes are used at a time",
              Options::backups),
          Section.of(
              "sites",
              NodeText.SITES,
              "none",
              "clusters with the same content, in order of priority; in place of `nodes`, or behind"
                  + " them",
              (options, sites) -> sites.forEach(options::site)),
          siteFailover(),
          Section.of(
              "logical-endpoint",
              Values.ENDPOINT,
              "the first node's",
              "what is signed as `Host`",
              Options::logicalEndpoint),
          Section.of(
              "host-header",
              oneOf(HostHeader.class),
              "logical",
              "which host requests name",
              Options::hostHeader),
          Section.of(
              "name",
              TEXT,
              "the endpoint's authority",
              "in thread names and log lines",
              Options::name),
          Section.of(
              "policy", PolicyText.POLICY, "least-loaded", "how a node is chosen", Options::policy),
          HealthKeys.healthCheck(),
          HealthKeys.outlierDetection(),
          Section.of(
              "slow-start",
              DURATION.map(SlowStart::over),
              "30s",
              "in what time a new or recovered node gets its whole share; 0 switches the ramp off",
              Options::slowStart),
          RequestKeys.timeouts(),
          RequestKeys.limits(),
          RequestKeys.retryBudget(),
          Section.of(
              "unsafe-repeats",
              oneOf(UnsafeRepeats.class),
              "confirm",
              "what is done with a request that is not safe to send again",
              Options::unsafeRepeats),
          RequestKeys.downloadResume(),
          RequestKeys.hedging(),
          LogKeys.requestLog(),
          TlsKeys.tls());

  private Keys() {}

  private static Section<?, ?> siteFailover() {
    return Section.of(
            "site-failover", SiteFailoverText::new, SiteFailoverText::build, Options::siteFailover)
        .key(
            "threshold",
            SHARE,
            "50%",
            "share of a site's nodes that must be usable for it to lead",
            SiteFailoverText::threshold)
        .key(
            "fail-back-after",
            DURATION,
            "10s",
            "how long before it leads again",
            SiteFailoverText::failBackAfter);
  }
}
