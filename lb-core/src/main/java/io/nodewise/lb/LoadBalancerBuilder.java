package io.nodewise.lb;

import io.nodewise.lb.cluster.Cluster;
import io.nodewise.lb.cluster.SourceWatch;
import io.nodewise.lb.config.Options;
import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.probe.ProbeClient;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.retry.UnsafeRepeats;
import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.SiteFailover;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link LoadBalancer}. Only the nodes are required. Not thread-safe; may build once or
 * many times, and each load balancer is independent of the others. Values are checked in {@link
 * #build()}.
 */
public final class LoadBalancerBuilder implements Options {
  private final List<Node> nodes = new ArrayList<>();
  private final List<Node> backups = new ArrayList<>();
  private final Map<String, List<Node>> sites = new LinkedHashMap<>();
  private final List<LoadBalancerListener> listeners = new ArrayList<>();
  private final List<AttemptListener> attemptListeners = new ArrayList<>();
  private @Nullable NodeSource source;
  private Discovery discovery = Discovery.defaults();
  private @Nullable URI logicalEndpoint;
  private @Nullable String name;
  private @Nullable ClusterTls tls;
  private HostHeader hostHeader = HostHeader.LOGICAL;
  private HealthCheck healthCheck = HealthCheck.auto();
  private OutlierDetection outlierDetection = OutlierDetection.defaults();
  private SlowStart slowStart = SlowStart.defaults();
  private Timeouts timeouts = Timeouts.defaults();
  private BalancingPolicy policy = BalancingPolicy.leastLoaded();
  private InFlightLimits limits = InFlightLimits.none();
  private RetryBudget retryBudget = RetryBudget.defaults();
  private DownloadResume downloadResume = DownloadResume.defaults();
  private Hedging hedging = Hedging.off();
  private SiteFailover siteFailover = SiteFailover.defaults();
  private Backups backupsUsed = Backups.ALL;
  private UnsafeRepeats unsafeRepeats = UnsafeRepeats.CONFIRM;
  private @Nullable AnswerClassifier classifier;
  private Seams seams = Seams.REAL;

  LoadBalancerBuilder() {}

  /**
   * Adds nodes by pattern, such as {@code http://minio{1...4}:9000}; see {@link NodeSet#parse}.
   *
   * @throws IllegalArgumentException if a pattern is malformed; the message points at the column
   */
  public LoadBalancerBuilder nodes(String... patterns) {
    return nodes(NodeSet.parse(patterns).nodes());
  }

  @Override
  public LoadBalancerBuilder nodes(Collection<Node> more) {
    nodes.addAll(more);
    return this;
  }

  @Override
  public LoadBalancerBuilder nodeSource(NodeSource where) {
    source = Objects.requireNonNull(where, "nodeSource");
    return this;
  }

  @Override
  public LoadBalancerBuilder discovery(Discovery settings) {
    discovery = Objects.requireNonNull(settings, "discovery");
    return this;
  }

  /**
   * Adds nodes that are used when no primary node, nor any site, can take a request; see {@link
   * #backups}. Without sites they are tier 1, with sites the tier after the last.
   *
   * @throws IllegalArgumentException if a pattern is malformed
   */
  public LoadBalancerBuilder backupNodes(String... patterns) {
    return backupNodes(NodeSet.parse(patterns).nodes());
  }

  @Override
  public LoadBalancerBuilder backupNodes(Collection<Node> more) {
    backups.addAll(more);
    return this;
  }

  @Override
  public LoadBalancerBuilder backups(Backups howMany) {
    backupsUsed = Objects.requireNonNull(howMany, "backups");
    return this;
  }

  /**
   * Adds a site, a cluster of its own with the same content; the sites are used in the order in
   * which they are added, behind nodes without a site and before backup nodes. Called again with
   * the same name it adds to that site. When requests leave a site is set by {@link #siteFailover}.
   *
   * @throws IllegalArgumentException if the name is blank or a pattern is malformed
   */
  public LoadBalancerBuilder site(String siteName, String... patterns) {
    return site(siteName, NodeSet.parse(patterns).nodes());
  }

  @Override
  public LoadBalancerBuilder site(String siteName, Collection<Node> more) {
    List<Node> site = sites.computeIfAbsent(siteName, added -> new ArrayList<>());
    more.forEach(node -> site.add(node.toBuilder().site(siteName).build()));
    return this;
  }

  @Override
  public LoadBalancerBuilder siteFailover(SiteFailover settings) {
    siteFailover = Objects.requireNonNull(settings, "siteFailover");
    return this;
  }

  @Override
  public LoadBalancerBuilder logicalEndpoint(URI endpoint) {
    logicalEndpoint = Objects.requireNonNull(endpoint, "logicalEndpoint");
    return this;
  }

  @Override
  public LoadBalancerBuilder hostHeader(HostHeader which) {
    hostHeader = Objects.requireNonNull(which, "hostHeader");
    return this;
  }

  @Override
  public LoadBalancerBuilder name(String shown) {
    name = Objects.requireNonNull(shown, "name");
    return this;
  }

  @Override
  public LoadBalancerBuilder healthCheck(HealthCheck check) {
    healthCheck = Objects.requireNonNull(check, "healthCheck");
    return this;
  }

  @Override
  public LoadBalancerBuilder outlierDetection(OutlierDetection settings) {
    outlierDetection = Objects.requireNonNull(settings, "outlierDetection");
    return this;
  }

  @Override
  public LoadBalancerBuilder slowStart(SlowStart settings) {
    slowStart = Objects.requireNonNull(settings, "slowStart");
    return this;
  }

  @Override
  public LoadBalancerBuilder timeouts(Timeouts settings) {
    timeouts = Objects.requireNonNull(settings, "timeouts");
    return this;
  }

  @Override
  public LoadBalancerBuilder policy(BalancingPolicy choice) {
    policy = Objects.requireNonNull(choice, "policy");
    return this;
  }

  @Override
  public LoadBalancerBuilder tls(ClusterTls settings) {
    tls = Objects.requireNonNull(settings, "tls");
    return this;
  }

  @Override
  public LoadBalancerBuilder limits(InFlightLimits settings) {
    limits = Objects.requireNonNull(settings, "limits");
    return this;
  }

  @Override
  public LoadBalancerBuilder retryBudget(RetryBudget settings) {
    retryBudget = Objects.requireNonNull(settings, "retryBudget");
    return this;
  }

  @Override
  public LoadBalancerBuilder downloadResume(DownloadResume settings) {
    downloadResume = Objects.requireNonNull(settings, "downloadResume");
    return this;
  }

  @Override
  public LoadBalancerBuilder unsafeRepeats(UnsafeRepeats policyOfRepeats) {
    unsafeRepeats = Objects.requireNonNull(policyOfRepeats, "unsafeRepeats");
    return this;
  }

  @Override
  public LoadBalancerBuilder hedging(Hedging settings) {
    hedging = Objects.requireNonNull(settings, "hedging");
    return this;
  }

  /** Adds a listener. */
  public LoadBalancerBuilder listener(LoadBalancerListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  @Override
  public LoadBalancerBuilder attemptListener(AttemptListener listener) {
    attemptListeners.add(Objects.requireNonNull(listener, "attemptListener"));
    return this;
  }

  /** Asks this first what an error answer means. Default: none, the adapters' rules decide. */
  public LoadBalancerBuilder answerClassifier(AnswerClassifier first) {
    classifier = new CarefulClassifier(Objects.requireNonNull(first, "answerClassifier"));
    return this;
  }

  LoadBalancerBuilder runtime(
      Ticker testTicker, Tasks testTasks, Randomness testRandom, ProbeClient testProbes) {
    seams = new Seams(testTicker, testTasks, testRandom, testProbes);
    return this;
  }

  /**
   * A load balancer that has begun to probe. With a source of nodes it is asked first, for as long
   * as {@link Discovery#firstAnswer()} says; if it has not found any by then, the load balancer
   * starts without nodes, where it knows its logical endpoint, and has them as soon as they are
   * found.
   *
   * @throws IllegalArgumentException if there is no node, a duplicate one, nodes of both http and
   *     https, nodes or sites beside a source of nodes, a logical endpoint that is not of the
   *     nodes' scheme, or TLS settings and nothing of https
   * @throws IllegalStateException if the source found no nodes in time, and nothing says what
   *     requests are to name as their host
   */
  public LoadBalancer build() {
    NodeSource fed = source;
    NodeSet members = members();
    if (fed != null || members == null) {
      return build(Objects.requireNonNull(fed));
    }
    requireEndpoint(members);
    URI endpoint = logicalEndpoint == null ? members.nodes().get(0).uri() : logicalEndpoint;
    return build(members, endpoint, tls, null);
  }

  /** Those there are from the start; null with a source, which alone says who is one. */
  @Nullable NodeSet members() {
    if (source == null) {
      return Members.of(nodes, sites, backups);
    }
    Members.requireNoneBeside(source, nodes, sites);
    return null;
  }

  void requireEndpoint(@Nullable NodeSet members) {
    LogicalEndpoint.require(logicalEndpoint, members);
  }

  void requireUseOfTls(NodeSet members) {
    LogicalEndpoint.requireUseOfTls(members, healthCheck, tls);
  }

  private LoadBalancer build(NodeSource fed) {
    FedStart start = FedStart.of(fed, discovery, backups, logicalEndpoint, name, seams);
    try {
      return build(start.members(), start.endpoint(), start.tls(tls), start.watch());
    } catch (RuntimeException e) {
      start.watch().stop();
      throw e;
    }
  }

  private LoadBalancer build(
      NodeSet members, URI endpoint, @Nullable ClusterTls secured, @Nullable SourceWatch watch) {
    requireUseOfTls(members);
    String shown = name == null ? endpoint.getAuthority() : name;
    Tasks background = seams.tasks("nodewise-" + shown);
    ProbeClient probes = seams.probes(shown, background, secured);
    List<LoadBalancerListener> all = new ArrayList<>();
    all.add(new TransitionLog(shown));
    all.addAll(FlightRecording.transitions(shown));
    all.addAll(listeners);
    Cluster cluster =
        new Cluster(
            members,
            new Cluster.Settings(
                healthCheck,
                outlierDetection,
                slowStart,
                timeouts,
                policy,
                limits,
                siteFailover,
                backupsUsed,
                retryBudget,
                hedging,
                all),
            new Cluster.Runtime(seams.ticker(), background, seams.random(), probes));
    cluster.start();
    if (watch != null) {
      watch.onChange(members, cluster::update, background);
    }
    return new LoadBalancer(
        cluster,
        shown,
        new Observers(shown, attemptListeners),
        new ForAdapters(
            endpoint, hostHeader, timeouts, downloadResume, unsafeRepeats, classifier, secured),
        policy,
        watch);
  }
}
