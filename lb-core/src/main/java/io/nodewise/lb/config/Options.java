package io.nodewise.lb.config;

import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.retry.UnsafeRepeats;
import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.SiteFailover;
import java.net.URI;
import java.util.Collection;

/**
 * The options of a load balancer that text can give: what keys set. {@link
 * io.nodewise.lb.LoadBalancerBuilder} has them, and says there what each is.
 */
public interface Options {
  /** Adds nodes. */
  Options nodes(Collection<Node> more);

  /**
   * Has the nodes come and go as this source says, in place of {@link #nodes} and {@link #site}.
   * Backup nodes may stand beside it; one that the source finds too is a primary node meanwhile.
   * Closed by the load balancer.
   */
  Options nodeSource(NodeSource where);

  /** How the source is asked. Default: {@link Discovery#defaults()}. */
  Options discovery(Discovery settings);

  /** Adds nodes that are used when no other can take a request; their tier follows from that. */
  Options backupNodes(Collection<Node> more);

  /** Adds a site, or nodes to it; their tier follows from its place. */
  Options site(String siteName, Collection<Node> more);

  /** How many of the backup nodes are used at a time. Default: all. */
  Options backups(Backups howMany);

  /** When requests go to another site and back. Default: {@link SiteFailover#defaults()}. */
  Options siteFailover(SiteFailover settings);

  /**
   * What clients sign as {@code Host}. Default: what the source of nodes {@linkplain
   * NodeSource#endpoint says}, else the first node's URI. Set it only to a name that the servers
   * know: some read an unknown {@code Host} as a bucket.
   */
  Options logicalEndpoint(URI endpoint);

  /**
   * Which host requests name: the logical endpoint, or the node each attempt goes to. Default:
   * {@link HostHeader#LOGICAL}. Probes name their node in any case.
   */
  Options hostHeader(HostHeader which);

  /** The name that threads and log lines carry. Default: the logical endpoint's authority. */
  Options name(String shown);

  /** How nodes are probed. Default: {@link HealthCheck#auto()}. */
  Options healthCheck(HealthCheck check);

  /** When failed requests put a node out. Default: {@link OutlierDetection#defaults()}. */
  Options outlierDetection(OutlierDetection settings);

  /** How a new or recovered node gets its share. Default: {@link SlowStart#defaults()}. */
  Options slowStart(SlowStart settings);

  /** The clocks of an attempt. Default: {@link Timeouts#defaults()}. */
  Options timeouts(Timeouts settings);

  /** How a node is chosen. Default: {@link BalancingPolicy#leastLoaded()}. */
  Options policy(BalancingPolicy choice);

  /**
   * How TLS is spoken with the nodes, by probes and by the HTTP clients that adapters make.
   * Default: as the JVM does, with host names verified. Only for nodes, or probes, of https.
   */
  Options tls(ClusterTls settings);

  /** How many attempts may be in flight at once. Default: {@link InFlightLimits#none()}. */
  Options limits(InFlightLimits settings);

  /**
   * How many requests may be sent again because the nodes asked for less. Default: {@link
   * RetryBudget#defaults()}.
   */
  Options retryBudget(RetryBudget settings);

  /**
   * Whether a download goes on at another node when its node fails under it. Default: {@link
   * DownloadResume#defaults()}.
   */
  Options downloadResume(DownloadResume settings);

  /**
   * What is done with what it is not safe to send again. Default: {@link UnsafeRepeats#CONFIRM}.
   */
  Options unsafeRepeats(UnsafeRepeats policyOfRepeats);

  /** Whether slow reads are sent to a second node as well. Default: {@link Hedging#off()}. */
  Options hedging(Hedging settings);

  /** Adds a listener to attempts. */
  Options attemptListener(AttemptListener listener);
}
