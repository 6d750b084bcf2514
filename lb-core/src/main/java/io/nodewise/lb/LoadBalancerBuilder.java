package io.nodewise.lb;

import io.nodewise.lb.cluster.Cluster;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.probe.ProbeClient;
import io.nodewise.lb.probe.SocketProbeClient;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.ThreadTasks;
import io.nodewise.lb.time.Ticker;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link LoadBalancer}. Only the nodes are required. Not thread-safe; may build once or
 * many times, and each load balancer is independent of the others. Values are checked in {@link
 * #build()}.
 */
public final class LoadBalancerBuilder {
  private final List<Node> nodes = new ArrayList<>();
  private final List<LoadBalancerListener> listeners = new ArrayList<>();
  private @Nullable URI logicalEndpoint;
  private @Nullable String name;
  private HealthCheck healthCheck = HealthCheck.auto();
  private OutlierDetection outlierDetection = OutlierDetection.defaults();
  private SlowStart slowStart = SlowStart.defaults();
  private Timeouts timeouts = Timeouts.defaults();
  private BalancingPolicy policy = BalancingPolicy.leastLoaded();

  // Not public: tests and the simulator reach them through a bridge that is not published.
  private Ticker ticker = Ticker.system();
  private Randomness random = Randomness.threadLocal();
  private @Nullable Tasks tasks;
  private @Nullable ProbeClient probeClient;

  LoadBalancerBuilder() {}

  /**
   * Adds nodes by pattern, such as {@code http://minio{1...4}:9000}; see {@link NodeSet#parse}.
   *
   * @throws IllegalArgumentException if a pattern is malformed; the message points at the column
   */
  public LoadBalancerBuilder nodes(String... patterns) {
    nodes.addAll(NodeSet.parse(patterns).nodes());
    return this;
  }

  /** Adds nodes. */
  public LoadBalancerBuilder nodes(Collection<Node> more) {
    nodes.addAll(more);
    return this;
  }

  /**
   * Adds nodes that are used when no primary node can take a request.
   *
   * @throws IllegalArgumentException if a pattern is malformed
   */
  public LoadBalancerBuilder backupNodes(String... patterns) {
    for (Node node : NodeSet.parse(patterns)) {
      nodes.add(node.toBuilder().tier(node.tier() + 1).build());
    }
    return this;
  }

  /**
   * What clients sign as {@code Host}. Default: the first node's URI. Set it only to a name that
   * the servers know: some read an unknown {@code Host} as a bucket.
   */
  public LoadBalancerBuilder logicalEndpoint(URI endpoint) {
    logicalEndpoint = Objects.requireNonNull(endpoint, "logicalEndpoint");
    return this;
  }

  /** The name that threads and log lines carry. Default: the logical endpoint's authority. */
  public LoadBalancerBuilder name(String shown) {
    name = Objects.requireNonNull(shown, "name");
    return this;
  }

  /** How nodes are probed. Default: {@link HealthCheck#auto()}. */
  public LoadBalancerBuilder healthCheck(HealthCheck check) {
    healthCheck = Objects.requireNonNull(check, "healthCheck");
    return this;
  }

  /** When failed requests put a node out. Default: {@link OutlierDetection#defaults()}. */
  public LoadBalancerBuilder outlierDetection(OutlierDetection settings) {
    outlierDetection = Objects.requireNonNull(settings, "outlierDetection");
    return this;
  }

  /** How a new or recovered node gets its share. Default: {@link SlowStart#defaults()}. */
  public LoadBalancerBuilder slowStart(SlowStart settings) {
    slowStart = Objects.requireNonNull(settings, "slowStart");
    return this;
  }

  /** The clocks of an attempt. Default: {@link Timeouts#defaults()}. */
  public LoadBalancerBuilder timeouts(Timeouts settings) {
    timeouts = Objects.requireNonNull(settings, "timeouts");
    return this;
  }

  /** How a node is chosen. Default: {@link BalancingPolicy#leastLoaded()}. */
  public LoadBalancerBuilder policy(BalancingPolicy choice) {
    policy = Objects.requireNonNull(choice, "policy");
    return this;
  }

  /** Adds a listener. */
  public LoadBalancerBuilder listener(LoadBalancerListener listener) {
    listeners.add(Objects.requireNonNull(listener, "listener"));
    return this;
  }

  LoadBalancerBuilder runtime(
      Ticker testTicker, Tasks testTasks, Randomness testRandom, ProbeClient testProbes) {
    ticker = testTicker;
    tasks = testTasks;
    random = testRandom;
    probeClient = testProbes;
    return this;
  }

  /**
   * A load balancer that has begun to probe.
   *
   * @throws IllegalArgumentException if there is no node, a duplicate one, nodes of both http and
   *     https, or a logical endpoint that is not of the nodes' scheme
   */
  public LoadBalancer build() {
    NodeSet members = NodeSet.of(nodes);
    URI endpoint = logicalEndpoint == null ? members.nodes().get(0).uri() : logicalEndpoint;
    requireEndpoint(endpoint);
    requireScheme(endpoint, members);
    String shown = name == null ? endpoint.getAuthority() : name;

    Tasks background = tasks == null ? new ThreadTasks("nodewise-" + shown) : tasks;
    ProbeClient probes =
        probeClient == null ? new SocketProbeClient(shown, background, ticker) : probeClient;
    List<LoadBalancerListener> all = new ArrayList<>();
    all.add(new TransitionLog(shown));
    all.addAll(listeners);
    Cluster cluster =
        new Cluster(
            members,
            new Cluster.Settings(
                healthCheck, outlierDetection, slowStart, timeouts, policy.newPicker(), all),
            new Cluster.Runtime(ticker, background, random, probes));
    cluster.start();
    return new LoadBalancer(cluster, endpoint, timeouts);
  }

  private static void requireEndpoint(URI endpoint) {
    boolean http = "http".equals(endpoint.getScheme()) || "https".equals(endpoint.getScheme());
    String path = endpoint.getRawPath();
    boolean bare =
        (path == null || path.isEmpty() || path.equals("/"))
            && endpoint.getRawQuery() == null
            && endpoint.getRawFragment() == null
            && endpoint.getRawUserInfo() == null;
    if (!http || endpoint.getRawAuthority() == null || !bare) {
      throw new IllegalArgumentException(
          "logical endpoint: "
              + withoutSecrets(endpoint)
              + " (expected: http(s)://host[:port] and nothing more)");
    }
  }

  private static String withoutSecrets(URI endpoint) {
    String text = endpoint.toString();
    if (endpoint.getRawUserInfo() != null) {
      text = text.replace(endpoint.getRawUserInfo() + "@", "***@");
    }
    if (endpoint.getRawQuery() != null) {
      text = text.replace("?" + endpoint.getRawQuery(), "?***");
    }
    return text;
  }

  static void requireScheme(URI endpoint, NodeSet members) {
    if (!members.scheme().equals(endpoint.getScheme())) {
      throw new IllegalArgumentException(
          "logical endpoint: "
              + endpoint
              + " (expected: "
              + members.scheme()
              + ", the scheme of the nodes, because it decides how requests are signed)");
    }
  }
}
