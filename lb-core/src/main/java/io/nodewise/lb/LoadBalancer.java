package io.nodewise.lb;

import io.nodewise.lb.cluster.Cluster;
import io.nodewise.lb.cluster.SourceWatch;
import io.nodewise.lb.config.Configuration;
import io.nodewise.lb.config.Problem;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.retry.UnsafeRepeats;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * A set of equal nodes kept true by probes and by the outcomes of requests, from which every
 * attempt of every request picks one. Made by {@link #builder()}; adapters turn it into an S3
 * client or an HTTP client.
 *
 * <p>Thread-safe. One load balancer serves any number of clients; closing a client leaves it open.
 * Whoever built it closes it: that ends its probes and its threads. Requests under way go on to
 * their end, without its clocks; any later use but looking on (getters, {@link #snapshot()}) is an
 * {@link IllegalStateException}.
 */
public final class LoadBalancer implements AutoCloseable {
  private final Cluster cluster;
  private final String name;
  private final Observers observers;
  private final ForAdapters settings;
  private final @Nullable SourceWatch source; // null: the members are given
  private volatile boolean usesAffinity; // written by policy()
  private volatile boolean closed; // written by close()

  LoadBalancer(
      Cluster cluster,
      String name,
      Observers observers,
      ForAdapters settings,
      BalancingPolicy policy,
      @Nullable SourceWatch source) {
    this.source = source;
    this.cluster = cluster;
    this.name = name;
    this.observers = observers;
    this.settings = settings;
    this.usesAffinity = policy.usesAffinity();
  }

  /** A builder with every default set but the nodes. */
  public static LoadBalancerBuilder builder() {
    return new LoadBalancerBuilder();
  }

  /**
   * A builder as texts say, by key ({@link Configuration}), to which code may add, say, a listener.
   *
   * @throws IllegalArgumentException if anything is wrong with them; the message lists everything
   */
  public static LoadBalancerBuilder builder(Map<String, String> texts) {
    return Configured.builder(texts);
  }

  /** A load balancer as these texts say, or refused, as in {@link #builder(Map)}. */
  public static LoadBalancer fromProperties(Map<String, String> texts) {
    return Configured.balancer(texts);
  }

  /** As {@link #fromProperties(Map)}, the properties' own defaults included. */
  public static LoadBalancer fromProperties(Properties properties) {
    return fromProperties(Configuration.texts(properties));
  }

  /** As {@link #fromProperties(Map)}, by {@link Configuration#surroundings()}. */
  public static LoadBalancer fromEnvironment() {
    return fromProperties(Configuration.surroundings());
  }

  /** All that is wrong with these texts. Reads the files of TLS, asks nobody, begins nothing. */
  public static List<Problem> validate(Map<String, String> texts) {
    return Configured.problems(texts);
  }

  /**
   * A way through the cluster for one request.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  public Route route(RequestHint hint) {
    requireOpen();
    return routeOf(hint, null);
  }

  /**
   * The same for a request that has clocks of its own, but for {@link Timeouts#connect()}, which is
   * the HTTP client's.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  public Route route(RequestHint hint, Timeouts own) {
    requireOpen();
    return routeOf(hint, Objects.requireNonNull(own, "own"));
  }

  private Route routeOf(RequestHint hint, @Nullable Timeouts own) {
    return observers.isAny()
        ? new ObservedRoute(cluster, hint, own, observers)
        : new Route(cluster, hint, own);
  }

  /**
   * A node that a request would go to just now, for those who only need to name one, as in a
   * presigned URL. Counts as an attempt that was cancelled at once; nothing stays in flight.
   *
   * @throws NoNodeAvailableException if none may be used; its message shows the cluster
   * @throws IllegalStateException after {@link #close()}
   */
  public Node pick(RequestHint hint) throws NoNodeAvailableException {
    try (Attempt attempt = route(hint).next(false)) {
      return attempt.node();
    }
  }

  /** What threads, log lines and metrics call it; see {@link LoadBalancerBuilder#name}. */
  public String name() {
    return name;
  }

  /**
   * What clients sign as {@code Host} and show in their configuration; by default what the source
   * of nodes says, or the first node's URI, for life, whatever nodes come and go.
   */
  public URI logicalEndpoint() {
    return settings.logicalEndpoint();
  }

  /** Which host requests name, for adapters that sign or send them. */
  public HostHeader hostHeader() {
    return settings.hostHeader();
  }

  /** The clocks of an attempt, for adapters that make HTTP clients. */
  public Timeouts timeouts() {
    return settings.timeouts();
  }

  /** Whether downloads go on at another node, for adapters that can. */
  public DownloadResume downloadResume() {
    return settings.downloadResume();
  }

  /** What adapters do with requests that it is not safe to send again. */
  public UnsafeRepeats unsafeRepeats() {
    return settings.unsafeRepeats();
  }

  /** What is asked first what an error answer means, for adapters; empty: their rules decide. */
  public Optional<AnswerClassifier> answerClassifier() {
    return Optional.ofNullable(settings.classifier());
  }

  /** How TLS is spoken with the nodes, for adapters of HTTP clients; empty: as the JVM does. */
  public Optional<ClusterTls> tls() {
    return Optional.ofNullable(settings.tls());
  }

  /** Whether reads are hedged, for adapters that need threads for it. */
  public Hedging hedging() {
    return cluster.hedges().settings();
  }

  /** Whether {@link Route#next} may wait for a place, for adapters whose threads must not. */
  public boolean hasLimits() {
    return cluster.hasLimits();
  }

  /** The members; none, as long as a source of nodes has not found any. */
  public NodeSet nodes() {
    return cluster.registry().members();
  }

  /**
   * Waits until at least {@code minNodes} nodes have been found healthy: by a probe or, where
   * probes are off, merely by not having failed.
   *
   * @return whether they were, within {@code timeout}; false also if the thread is interrupted,
   *     whose flag stays set
   * @throws IllegalArgumentException if {@code minNodes} is less than 1 or {@code timeout} negative
   */
  public boolean awaitReady(Duration timeout, int minNodes) {
    requireOpen();
    return Waiting.untilReady(cluster, timeout, minNodes);
  }

  /**
   * Probes every node now, whatever its schedule, waits until each of these probes has ended, and
   * says how the cluster is then. One probe decides no more than any other does: a node that is
   * down is up after {@code rise} good ones. Returns at once where nothing is probed; takes as long
   * as the slowest probe, so the probe's time-out at most (in sets beyond 32 nodes, once per 32),
   * and returns early if the thread is interrupted, whose flag stays set. Not to be called by a
   * listener: the background thread it runs on is the one that would have to answer.
   */
  public ClusterSnapshot checkNow() {
    requireOpen();
    Waiting.forProbes(cluster);
    return snapshot();
  }

  /** The cluster at this moment; may be asked after {@link #close()} too. */
  public ClusterSnapshot snapshot() {
    return Snapshots.of(cluster, source);
  }

  /** Those who are told of events and attempts, to add to or take from while it runs. */
  public Listeners listeners() {
    return new Listeners(cluster.announcer(), observers);
  }

  /**
   * Gives the node no new attempts; those it has end as they would.
   *
   * @param id the node's id, or its address in any spelling
   * @throws IllegalArgumentException if there is no such node; the message lists those there are
   */
  public void drain(String id) {
    requireOpen();
    cluster.operators().drain(id);
  }

  /**
   * Switches the node off until {@link #resume}.
   *
   * @throws IllegalArgumentException if there is no such node
   */
  public void disable(String id) {
    requireOpen();
    cluster.operators().disable(id);
  }

  /**
   * Takes back {@link #drain} and {@link #disable}.
   *
   * @throws IllegalArgumentException if there is no such node
   */
  public void resume(String id) {
    requireOpen();
    cluster.operators().resume(id);
  }

  /**
   * Gives the node another weight from now on: twice another's weight is twice its share, 0 drains
   * it. Holds until the next call, or until {@link #update} brings the node with another weight
   * than it had.
   *
   * @throws IllegalArgumentException if there is no such node, or the weight is negative or not
   *     finite
   */
  public void weight(String id, double weight) {
    requireOpen();
    cluster.operators().weight(id, weight);
  }

  /** Nodes are chosen so from now on; their counters, states and latencies stay. */
  public void policy(BalancingPolicy policy) {
    requireOpen();
    cluster.registry().balancer(policy.newBalancer());
    usesAffinity = policy.usesAffinity();
  }

  /** Whether adapters should say what a request belongs to: see {@link RequestHint}. */
  public boolean usesAffinity() {
    return usesAffinity;
  }

  /**
   * Replaces the members. Nodes that stay keep their state and counters, new ones start slowly,
   * attempts on removed ones end as they would. Site, tier and weight are those of the new members,
   * so take a node from {@link #nodes()} where it is to keep its own.
   *
   * @throws IllegalArgumentException if there is none, their scheme is not the logical endpoint's,
   *     or if this is a set of sites and a member has none
   * @throws IllegalStateException if the members come from a {@link NodeSource}
   */
  public void update(NodeSet members) {
    requireOpen();
    Members.requireUpdate(members, nodes(), source);
    LogicalEndpoint.requireScheme(logicalEndpoint(), members);
    cluster.update(members);
  }

  /**
   * Has the source of the nodes asked now, for those who learn by other means that there is news;
   * returns at once. Called again before it is asked, that is one question. The answer is taken as
   * any other: what is missing in it is asked for once more before it is removed.
   *
   * @throws IllegalStateException if the members don't come from a {@link NodeSource}
   */
  public void refresh() {
    requireOpen();
    Members.requireSource(source).refresh();
  }

  /** Whether the members come from a {@link NodeSource}, for adapters that make room for them. */
  public boolean hasNodeSource() {
    return source != null;
  }

  /**
   * Checks that it may be used, for adapters that begin to use it.
   *
   * @throws IllegalStateException after {@link #close()}
   */
  public void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the load balancer of " + logicalEndpoint() + " is closed");
    }
  }

  /** Ends the probes and the threads, within seconds; further calls do nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (source != null) {
        source.close();
      }
      cluster.close();
    }
  }

  @Override
  public String toString() {
    return "LoadBalancer[" + logicalEndpoint() + ", " + snapshot() + "]";
  }
}
