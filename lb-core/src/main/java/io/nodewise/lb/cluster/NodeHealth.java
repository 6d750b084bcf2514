package io.nodewise.lb.cluster;

import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.probe.Pace;
import io.nodewise.lb.probe.ProbeResult;
import java.util.regex.Pattern;

/*
 * Three voices, one verdict. What an operator says (admin, weight), what is known of the node by
 * probes and connections (Reachability) and what is suspected from failed requests (ejected, then on
 * trial) are kept apart, and derive() puts them together in that order. So an ejection that runs out
 * does not bring back a node that is down, and a good probe does not end an ejection.
 *
 * All methods run under the registry's lock, except that what settle() publishes may be read by
 * anybody: state, reason, since and the questions below "Published".
 */
/** The state machine of one node. */
final class NodeHealth {

  /** What is published beside the state; see the questions under "Published". */
  private record Flags(
      boolean silent, boolean softlyOut, boolean paused, boolean drainsItself, boolean readOnly) {}

  /** Others wrote the reasons; tables and exception messages have one line for each. */
  private static final Pattern LINE_BREAKS = Pattern.compile("[\\p{Cntrl}\\s]+");

  private final Rules rules;
  private final Reachability reach;
  private final Comeback comeback;
  private final Ejections ejections; // and how long a node without probes is left alone

  private final Orders orders = new Orders();
  private boolean wanted; // whether this node is probed
  private boolean probing; // and its probes can tell
  private boolean confirmed; // a probe or a request has succeeded since it was new
  private boolean ejected;
  private boolean trial;
  private int trialsWell; // successes of this trial
  private String ejectedFor = "";
  private boolean paused; // by a Retry-After; only then are the following two set
  private long pausedUntil;
  private String settledReason = "new"; // as it was before line breaks were taken out

  private volatile NodeState published = NodeState.UNKNOWN; // written by settle()
  private volatile String publishedReason = "new"; // written by settle()
  private volatile long since; // written by settle()
  private volatile Flags flags = new Flags(false, false, false, false, false); // by settle()

  NodeHealth(Rules rules, boolean probed, boolean startSlowly, long now) {
    this.rules = rules;
    this.wanted = rules.probing() && probed;
    this.probing = wanted;
    this.reach = new Reachability(rules.check(), now);
    this.ejections = new Ejections(rules.outliers(), rules.random());
    this.comeback = new Comeback(rules.slowStart(), startSlowly);
    this.since = now;
  }

  // Operators.

  /** What an operator said of it. */
  Orders orders() {
    return orders;
  }

  /** Whether it is probed from now on. */
  void probed(boolean value, long now) {
    wanted = rules.probing() && value;
    see(wanted, now);
  }

  /** Its probes fail on this machine, so they tell nothing until the next one that does. */
  void blind(long now) {
    see(false, now);
  }

  private void see(boolean value, long now) {
    if (probing && !value) {
      if (reach.isDown()) {
        ejections.begin(now); // no probe will bring it back, so a trial must
      }
      if (saysDrain()) {
        comeback.startSlowly();
      }
      reach.endProbing();
    }
    probing = value;
  }

  // Evidence.

  /** Known for certain to be unreachable. */
  void unreachable(String reason, boolean hangs, long now) {
    if (!reach.isDown() && !probing) { // once, however many attempts meet the same dead node
      ejections.begin(now);
    }
    reach.unreachable(reason, hangs, now);
    trial = false;
  }

  /** A running attempt is silent or has failed. False if the node need not be probed for it. */
  boolean suspect(long now) {
    return probing && reach.suspect(now);
  }

  /** What a probe found; {@code witnessed} as in {@link Reachability#probed}. */
  void probed(ProbeResult result, boolean witnessed, long now) {
    if (!wanted) {
      return; // sent before that was said
    }
    see(true, now);
    boolean wasDown = reach.isDown();
    boolean wasDraining = saysDrain();
    if (reach.probed(result, witnessed, now)) {
      confirmed = true;
    }
    if ((wasDown && !reach.isDown()) || (wasDraining && !saysDrain())) {
      comeback.startSlowly();
    }
    trial = trial && !reach.isHard();
  }

  private boolean saysDrain() {
    return reach.fitFor() == NodeState.DRAINING;
  }

  /** Puts the node out for a while, twice as long as the last time. */
  void eject(String reason, long now) {
    ejections.begin(now);
    ejected = true;
    trial = false;
    ejectedFor = reason;
  }

  /** The node asked to be left alone until then; it is asked after all others meanwhile. */
  void pause(long until) {
    if (!paused || until - pausedUntil > 0) {
      paused = true;
      pausedUntil = until;
    }
  }

  /** A request succeeded. */
  void success(boolean breakerClosed, long now) {
    if (!confirmed && !reach.isDown()) {
      confirmed = true;
      reach.say("request succeeded");
    }
    trialsWell += trial ? 1 : 0;
    if (trial && breakerClosed && trialsWell >= Breaker.TRIALS) {
      trial = false;
      reach.say("trials succeeded");
      comeback.startSlowly();
    }
    if (comeback.isFirstAnswerPending()) {
      answered(now);
    }
  }

  /** A request got an answer: its first byte, for its end may be far away. */
  void answered(long now) {
    if (!trial && !reach.isDown()) {
      comeback.answered(now);
    }
  }

  /** What time alone changes; {@code isFull}: it has all the attempts it may have at once. */
  void tick(boolean isFull, long now) {
    comeback.tick(isFull, now);
    if (paused && now - pausedUntil >= 0) {
      paused = false;
    }
    boolean waited = ejected || (reach.isDown() && !probing);
    if (waited && ejections.isOver(now)) {
      ejected = false;
      if (reach.isDown() && probing) {
        return; // probes bring it back, and then it starts slowly
      }
      trial = true;
      trialsWell = 0;
      reach.forget("trial after " + (reach.isDown() ? "being down" : "ejection"));
      comeback.beginEra();
      return;
    }
    if (!waited && !trial && !reach.isDown()) {
      ejections.forgetIfLongAgo(now);
    }
  }

  // Readings, under the lock.

  private NodeState derive() {
    if (!orders.isIn()) {
      return orders.out();
    }
    if (reach.isDown()) {
      return NodeState.DOWN;
    }
    if (saysDrain()) {
      return NodeState.DRAINING;
    }
    if (ejected) {
      return NodeState.EJECTED;
    }
    if (trial) {
      return NodeState.TRIAL;
    }
    if (!confirmed) {
      return NodeState.UNKNOWN;
    }
    return reach.fitFor();
  }

  /** Publishes the state; true if the routing table is to be made anew. */
  boolean settle(long now) {
    NodeState before = published;
    NodeState state = derive();
    String reason = reasonOf(state);
    if (!reason.equals(settledReason)) {
      settledReason = reason;
      publishedReason = LINE_BREAKS.matcher(reason).replaceAll(" ");
    }
    Flags next =
        new Flags(
            reach.isSilent(),
            // Where nobody probes it, only a trial can tell, and that may be long in coming.
            orders.isIn() && (reach.isDown() || ejected) && (!reach.isHard() || !probing),
            paused,
            orders.isIn() && state == NodeState.DRAINING,
            reach.fitFor() == NodeState.READ_ONLY);
    if (state == before && next.equals(flags)) {
      return false;
    }
    flags = next;
    if (state != before) {
      since = now;
      published = state;
    }
    return true;
  }

  private String reasonOf(NodeState state) {
    boolean wasOut = published == NodeState.DRAINING || published == NodeState.DISABLED;
    return switch (state) {
      case DRAINING, DISABLED -> orders.isIn() ? reach.said() : orders.said();
      case EJECTED -> ejectedFor;
      case DEGRADED, READ_ONLY -> reach.said();
      case UNKNOWN, UP -> wasOut && !flags.drainsItself ? orders.said() : reach.why();
      case DOWN, TRIAL -> reach.why();
    };
  }

  Comeback comeback() {
    return comeback;
  }

  boolean isOnTrial() {
    return trial && !reach.isDown();
  }

  /** Whether it is to be probed again because nobody answered, neither it nor a witness. */
  boolean isInDoubt() {
    return reach.isInDoubt();
  }

  /** Whether a probe that began after that has been answered, in whatever way. */
  boolean hasAnsweredSince(long nanos) {
    return reach.hasAnsweredSince(nanos);
  }

  /** How soon the next probe should come; {@code alone} if no other node can be used. */
  Pace pace(boolean alone) {
    if (reach.isChanging()) {
      return Pace.FAST;
    }
    if (alone && reach.isDown()) {
      return Pace.OUTAGE;
    }
    // At the steady pace an optimistic check asks no more, so nobody would hear that it is well.
    boolean wantsLess = rules.check().isOptimistic() && !reach.isWholeAgain();
    return reach.isDown() || ejected || trial || wantsLess ? Pace.BACK_OFF : Pace.STEADY;
  }

  /** Whether successes can change anything. */
  boolean wantsSuccesses() {
    return !confirmed || trial || comeback.wantsAnswers();
  }

  /** How many attempts it may have at once, beside those from an earlier era. */
  int limit(long now) {
    return comeback.limit(trial, now);
  }

  /** The part of its weight that it has just now: it may be degraded, or start slowly. */
  double share(long now) {
    return comeback.share(now) * reach.score();
  }

  // Published.

  NodeState state() {
    return published;
  }

  String reason() {
    return publishedReason;
  }

  long since() {
    return since;
  }

  /** Whether an operator left it in. */
  boolean isEnabled() {
    NodeState state = published;
    return state != NodeState.DISABLED && (state != NodeState.DRAINING || flags.drainsItself);
  }

  /** Draining because its probe says so, and nobody else. */
  boolean drainsItself() {
    return flags.drainsItself;
  }

  /** It can be read only by its own account, whatever its state. */
  boolean isReadOnly() {
    return flags.readOnly;
  }

  /** Out, but on soft evidence: panic may bring it back. */
  boolean isSoftlyOut() {
    return flags.softlyOut;
  }

  /** Down for certain: it takes no connections, or hangs. */
  boolean isGone() {
    return published == NodeState.DOWN && !flags.softlyOut;
  }

  /** Down, and attempts on it hang. */
  boolean isSilent() {
    return flags.silent;
  }

  /** It asked to be left alone for a while. */
  boolean isPaused() {
    return flags.paused;
  }
}
