package io.nodewise.lb.cluster;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.probe.ProbeClient;
import io.nodewise.lb.probe.Prober;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.Candidate;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.SiteFailover;
import io.nodewise.lb.routing.Tried;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/*
 * The wiring:
 *
 *   Prober ── results ──► Evidence ──► Registry ── table ──► pick() ──► RunningAttempt
 *      ▲                    │  ▲  ▲                                       ▲    │
 *      └── probe at once ───┘  │  └── silent for too long ── Sweeper ─────┘    │
 *                              └───────────────────── outcome ─────────────────┘
 */
/**
 * A registry, its prober and its sweeper, put together. Thread-safe; closed by the load balancer.
 */
public final class Cluster implements AutoCloseable {

  /** How the cluster behaves. */
  public record Settings(
      HealthCheck healthCheck,
      OutlierDetection outliers,
      SlowStart slowStart,
      Timeouts timeouts,
      BalancingPolicy policy,
      InFlightLimits limits,
      SiteFailover siteFailover,
      Backups backups,
      RetryBudget retryBudget,
      Hedging hedging,
      List<LoadBalancerListener> listeners) {}

  /** What it runs on. */
  public record Runtime(Ticker ticker, Tasks tasks, Randomness random, ProbeClient probes) {}

  private static final int PICKS = 4;

  private final Runtime runtime;
  private final HealthCheck healthCheck;
  private final Registry registry;
  private final Announcer announcer;
  private final Operators operators;
  private final Evidence evidence;
  private final Sweeper sweeper;
  private final RetryAccount retries;
  private final Hedges hedges;
  private final @Nullable Admission admission; // null where there are no limits
  private final Prober prober;
  private final Counts counts = new Counts();

  /** A cluster at rest; {@link #start} sets it going. It closes {@code runtime}'s parts. */
  public Cluster(NodeSet members, Settings settings, Runtime runtime) {
    this.runtime = runtime;
    this.healthCheck = settings.healthCheck();
    Rules rules =
        new Rules(
            settings.healthCheck(),
            settings.healthCheck().kind() != HealthCheck.Kind.NONE,
            settings.outliers(),
            settings.slowStart(),
            runtime.random());
    OutlierJudge judge = new OutlierJudge(settings.outliers(), runtime.ticker());
    this.announcer = new Announcer(runtime.tasks(), settings.listeners());
    this.registry =
        new Registry(
            members,
            rules,
            new Order(
                settings.siteFailover(),
                settings.backups(),
                settings.outliers().panicThreshold(),
                settings.limits()),
            settings.policy().newBalancer(),
            judge,
            runtime.ticker(),
            runtime.tasks(),
            announcer,
            this::sweep,
            this::probeAll);
    this.admission = settings.limits().isNone() ? null : new Admission(settings.limits());
    this.operators = new Operators(registry);
    this.evidence = new Evidence(registry, rules, runtime.ticker(), judge, this::probeSoon);
    this.retries = new RetryAccount(settings.retryBudget(), runtime.ticker().read());
    this.hedges = new Hedges(settings.hedging(), runtime.ticker().read());
    this.sweeper =
        new Sweeper(
            registry,
            evidence,
            admission,
            retries,
            hedges,
            settings.timeouts(),
            runtime.ticker(),
            runtime.tasks(),
            runtime.random());
    this.prober =
        new Prober(
            settings.healthCheck(),
            runtime.probes(),
            runtime.tasks(),
            runtime.ticker(),
            runtime.random(),
            evidence);
  }

  /** Whether attempts may have to wait for a place. */
  public boolean hasLimits() {
    return admission != null;
  }

  /** Starts the probes and the clocks. */
  public void start() {
    prober.track(registry.members().nodes());
    sweeper.start();
  }

  private void probeSoon(Node node) {
    prober.probeNow(node);
  }

  /** Those that were down first may have been well for as long as they were not asked. */
  private void probeAll() {
    registry.nodes().stream()
        .limit(healthCheck.subset())
        .forEach(node -> prober.probeNow(node.node()));
  }

  private void sweep() {
    sweeper.sweep();
  }

  /**
   * Chooses a node that is not in {@code tried} and counts an attempt in on it.
   *
   * @throws NoNodeAvailableException if there is none
   */
  public LiveNode begin(Tried tried, RequestHint hint) throws NoNodeAvailableException {
    Admission gate = admission;
    LiveNode node =
        gate == null
            ? tryBegin(tried, hint)
            : gate.enter(tried.size() > 0, () -> tryBegin(tried, hint));
    if (node == null) {
      throw new NoNodeAvailableException(gate == null ? "no place" : gate.refusal());
    }
    return node;
  }

  /** Null if there are nodes, but none has a place. */
  private @Nullable LiveNode tryBegin(Tried tried, RequestHint hint)
      throws NoNodeAvailableException {
    for (int i = 1; i <= PICKS; i++) {
      Candidate picked = registry.table().pick(tried, hint, runtime.random().next());
      if (picked == null) {
        throw new NoNodeAvailableException(
            "no node for this "
                + (hint.isRead() ? "read" : "write")
                + (tried.size() == 0 ? "" : " (" + tried.size() + " tried)")
                + ": "
                + Census.describe(registry.nodes(), runtime.ticker().read()));
      }
      // The table is made of live nodes only. Where another thread took the last free place, pick
      // again, but not for ever: a limit spreads load, it does not refuse it.
      LiveNode node = (LiveNode) picked;
      if (node.tryBegin(i == PICKS && !isAnyAtItsCap())) {
        return node;
      }
    }
    return null;
  }

  /**
   * Whether a node has all that the user lets it have: then what finds no place waits for one, and
   * does not pile up on a node that is on trial, being the least busy of the full.
   */
  private boolean isAnyAtItsCap() {
    return admission != null && registry.nodes().stream().anyMatch(LiveNode::isAtItsCap);
  }

  /**
   * Chooses a node for a read that waits on another one, and counts an attempt in on it. Null where
   * there is none as good as any, or none free at once, or the budget is spent.
   */
  public @Nullable LiveNode beginHedge(Tried tried) {
    if (hedges.delay().isEmpty() || registry.isPanic()) {
      return null;
    }
    Admission gate = admission;
    LiveNode node = gate == null ? tryHedge(tried) : gate.enterAtOnce(() -> tryHedge(tried));
    if (node != null) {
      hedges.began();
    }
    return node;
  }

  /** Wherever the request belongs: a second try is no reason for its session to move. */
  private @Nullable LiveNode tryHedge(Tried tried) {
    RequestHint anywhere = RequestHint.read();
    LiveNode node =
        (LiveNode) registry.table().pickOfBest(tried, anywhere, runtime.random().next());
    if (node == null || !isAtItsBest(node) || !hedges.take()) {
      return null;
    }
    if (!node.tryBegin(false)) {
      hedges.giveBack(); // another thread took the last place
      return null;
    }
    return node;
  }

  /** Where a second try would help neither the request nor the node, it is left out. */
  private static boolean isAtItsBest(LiveNode node) {
    return node.penalty() == 0
        && !node.isPaused()
        && !node.isWarmingUp()
        && node.state() != NodeState.TRIAL;
  }

  /** When reads are sent a second time. */
  public Hedges hedges() {
    return hedges;
  }

  /** How long a probe may take. */
  public Duration probeTimeout() {
    return healthCheck.timeout();
  }

  /** What is counted of requests. */
  public Counts counts() {
    return counts;
  }

  /**
   * Whether a request that was asked for less, and has been to these nodes, may be sent again.
   * Takes from the retry budget unless a node is left that has not failed lately.
   */
  public boolean takeRetry(Tried tried, RequestHint hint) {
    return registry.table().hasUntriedAtEase(tried, hint) || retries.take();
  }

  /**
   * Whether a request that failed on these nodes may go on at another one at once. Takes from the
   * retry budget unless a node is left that has not failed lately.
   */
  public boolean takeFailover(Tried tried, RequestHint hint) {
    return registry.table().hasUntriedAtEase(tried, hint) || retries.takeIfAny();
  }

  /** The retry budget. */
  public RetryAccount retries() {
    return retries;
  }

  /** The nodes and their states. */
  public Registry registry() {
    return registry;
  }

  /** What operators may do. */
  public Operators operators() {
    return operators;
  }

  /** Who is told of events. */
  public Announcer announcer() {
    return announcer;
  }

  /** What is found out about the nodes. */
  Evidence evidence() {
    return evidence;
  }

  /** The watch over running attempts. */
  public Sweeper sweeper() {
    return sweeper;
  }

  /** The clock. */
  public Ticker ticker() {
    return runtime.ticker();
  }

  /** Probes every node at once; completes when all of these probes have ended. */
  public CompletionStage<Void> checkNow() {
    return prober.checkNow();
  }

  /** Other members. Synchronised, so that the prober hears of updates in the same order. */
  public synchronized void update(NodeSet members) {
    registry.update(members);
    prober.track(members.nodes());
  }

  /** Ends the probes, the clocks and the background thread. */
  @Override
  public void close() {
    registry.close();
    prober.close();
    sweeper.close();
    runtime.probes().close();
    runtime.tasks().close();
  }
}
