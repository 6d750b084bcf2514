package io.nodewise.lb;

import io.nodewise.lb.cluster.Cluster;
import io.nodewise.lb.cluster.LiveNode;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.observe.RequestDescription;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.Tried;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The way of one request through the cluster: attempts, each on a node it has not been to. Not
 * thread-safe: used by whatever thread runs the request's current attempt. Nothing to close; the
 * attempts are.
 */
public sealed class Route permits ObservedRoute {
  private final Cluster cluster;
  private final RequestHint hint;
  private final @Nullable Timeouts own; // instead of the cluster's
  private final Tried tried = new Tried();
  private int attempts;

  Route(Cluster cluster, RequestHint hint, @Nullable Timeouts own) {
    this.cluster = cluster;
    this.hint = hint;
    this.own = own;
  }

  /**
   * Begins an attempt on a node not tried in this round.
   *
   * @param hasBody whether a request body is to be sent before an answer can be expected
   * @throws NoNodeAvailableException if no node is left; its message shows the cluster
   */
  public Attempt next(boolean hasBody) throws NoNodeAvailableException {
    try {
      return begin(AttemptReport.Kind.REQUEST, hasBody, attempts == 0);
    } catch (NoNodeAvailableException e) {
      cluster.counts().refused();
      throw e;
    }
  }

  /** An impatient read leaves a silent node early, if there is another. */
  private Attempt begin(AttemptReport.Kind kind, boolean hasBody, boolean impatient)
      throws NoNodeAvailableException {
    LiveNode node = cluster.begin(tried, hint);
    tried.add(node);
    if (tried.size() > 1) {
      cluster.counts().failedOver();
    }
    attempts++;
    boolean hasAlternative = impatient && hint.isRead() && hasUntried();
    return attempt(node, kind, hasBody, hasAlternative);
  }

  NodeAttempt attempt(
      LiveNode node, AttemptReport.Kind kind, boolean hasBody, boolean hasAlternative) {
    return kind == AttemptReport.Kind.HEDGE
        ? new HedgeAttempt(node, cluster, own)
        : new NodeAttempt(node, cluster.sweeper(), own, hasBody, hint.isRead(), hasAlternative);
  }

  /**
   * Begins an attempt that asks for the rest of an answer that broke off, as {@link #next} without
   * a body, and counts it as resumed.
   *
   * @throws NoNodeAvailableException if no node is left in this round
   */
  public Attempt resume() throws NoNodeAvailableException {
    Attempt attempt = begin(AttemptReport.Kind.REST, false, true);
    cluster.counts().resumed();
    return attempt;
  }

  /**
   * How long to wait for the answer of an attempt before {@link #hedge()} is worth asking for;
   * empty where nothing is to be sent a second time: hedging is off, this is no read, or too little
   * is known. Costs a request one volatile read.
   */
  public Optional<Duration> hedgeDelay() {
    return hint.isRead() ? cluster.hedges().delay() : Optional.empty();
  }

  /**
   * Begins a second attempt of a read beside the running one, on another node that is as good as
   * any; empty where there is none with a place free, in panic, or where the {@linkplain
   * LoadBalancerBuilder#hedging budget} is spent. The first of the two that is answered counts; the
   * other one is ended by {@link Attempt#lost()}. May be called by another thread than runs the
   * first attempt, as long as no other method of this route runs meanwhile.
   */
  public Optional<Attempt> hedge() {
    LiveNode node = hint.isRead() ? cluster.beginHedge(tried) : null;
    if (node == null) {
      return Optional.empty();
    }
    tried.add(node);
    attempts++;
    return Optional.of(attempt(node, AttemptReport.Kind.HEDGE, false, false));
  }

  /**
   * Whether anybody wants to hear of its attempts, so that it is worth saying {@linkplain #about
   * what} the request is.
   */
  public boolean isObserved() {
    return false;
  }

  /** What the request is, for reports of attempts that begin from now on. */
  public void about(RequestDescription request) {
    // Nobody wants to know.
  }

  /** Whether a node is left that this round has not been to and that may be used. */
  public boolean hasUntried() {
    return cluster.registry().table().hasUntried(tried, hint);
  }

  /**
   * Whether the request may be sent again although its last node asked for less (503 SlowDown,
   * 429): takes one from the {@linkplain LoadBalancerBuilder#retryBudget retry budget}, unless a
   * node is left that it has not been to and that has not failed lately. To be asked once for each
   * such retry, before it; not for moves away from nodes that fail. False is counted as denied.
   */
  public boolean takeRetry() {
    return cluster.takeRetry(tried, hint);
  }

  /**
   * Whether the request may go on at another node at once, its last one having failed with it: a
   * node is left that it has not been to and that has not failed lately, or else the {@linkplain
   * LoadBalancerBuilder#retryBudget retry budget} has one left, from which it is taken. To be asked
   * once for each such move, before it. False is not counted as denied: whoever asks may still
   * repeat it in his own way.
   */
  public boolean takeFailover() {
    return cluster.takeFailover(tried, hint);
  }

  /** Begins a new round: every node may be tried again. */
  public void newRound() {
    tried.clear();
  }

  /** Attempts so far, in all rounds. */
  public int attempts() {
    return attempts;
  }

  final Cluster cluster() {
    return cluster;
  }

  final @Nullable Timeouts own() {
    return own;
  }

  final boolean isRead() {
    return hint.isRead();
  }

  @Override
  public String toString() {
    return "Route[" + hint + ", attempts=" + attempts + "]";
  }
}
