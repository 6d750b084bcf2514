package io.nodewise.lb.cluster;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.ProbeResult;
import io.nodewise.lb.health.RiseFall;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.time.Randomness;
import java.time.Duration;
import java.util.regex.Pattern;

/*
 * Three voices, one verdict. What an operator says (admin), what is known for certain (down: the
 * node refuses, hangs, or fails its probes) and what is suspected from failed requests (ejected,
 * then on trial) are kept apart, and state() puts them together in that order. So an ejection that
 * runs out does not bring back a node that is down, and a good probe does not end an ejection.
 *
 * All methods run under the registry's lock, except that what settle() publishes may be read by
 * anybody: state, reason, since, isEnabled(), isSoftlyOut(), isGone() and isSilent().
 */
/** The state machine of one node. */
final class NodeHealth {

  /** What everything that judges a node needs to know. */
  record Rules(
      HealthCheck check,
      boolean probing,
      OutlierDetection outliers,
      SlowStart slowStart,
      Randomness random) {}

  enum Admin {
    ENABLED,
    DRAINING,
    DISABLED
  }

  /** Others wrote the reasons; tables and exception messages have one line for each. */
  private static final Pattern LINE_BREAKS = Pattern.compile("[\\p{Cntrl}\\s]+");

  /** Between two probes that suspicion asks for. */
  private static final Duration DOUBT = Duration.ofSeconds(1);

  private final Rules rules;
  private final RiseFall probes;

  private Admin admin = Admin.ENABLED;
  private boolean confirmed; // a probe or a request has succeeded since it was new
  private boolean down;
  private boolean hard; // down, and not to be asked even in panic
  private boolean silent; // down because it does not answer: attempts on it hang
  private boolean suspected; // a running attempt is silent, the answer to a probe is awaited
  private long suspectedAt;
  private boolean ejected;
  private boolean trial;
  private int ejections; // in a row, for the doubling
  private long backAt; // when an ejection ends, or a node without probes is tried again
  private boolean firstSuccessPending;
  private boolean ramping;
  private long rampFrom;
  private int era;
  private String why = "new";
  private String ejectedFor = "";
  private String operatorSaid = "";

  private volatile NodeState published = NodeState.UNKNOWN; // written by settle()
  private volatile String publishedReason = "new"; // written by settle()
  private volatile long since; // written by settle()
  private volatile boolean publishedSilent; // written by settle()
  private volatile boolean publishedSoft; // written by settle(): out, but on soft evidence

  NodeHealth(Rules rules, boolean startSlowly, long now) {
    this.rules = rules;
    this.probes = new RiseFall(rules.check().rise(), rules.check().fall());
    this.firstSuccessPending = startSlowly;
    this.since = now;
    this.suspectedAt = now - DOUBT.toNanos();
  }

  NodeState state() {
    return published;
  }

  String reason() {
    return publishedReason;
  }

  long since() {
    return since;
  }

  // Operators.

  void admin(Admin value, String reason) {
    admin = value;
    operatorSaid = reason;
  }

  /** Whether an operator left it in. */
  boolean isEnabled() {
    NodeState state = published;
    return state != NodeState.DRAINING && state != NodeState.DISABLED;
  }

  // Evidence.

  /** Known for certain to be unreachable. */
  void unreachable(String reason, boolean hangs, long now) {
    if (!down || !hard) {
      why = reason;
    }
    if (!down && !rules.probing()) { // once, however many attempts meet the same dead node
      ejections++;
      backAt = now + ejectionNanos();
    }
    silent = hangs || (down && silent);
    down = true;
    hard = true;
    suspected = false;
    trial = false;
    probes.settle(false);
  }

  /**
   * A running attempt has been silent for too long. False if that is being looked into, or has been
   * a moment ago: a slow operation on a healthy node costs a probe per {@link #DOUBT}, no more.
   */
  boolean suspect(long now) {
    if (isHardDown() || !rules.probing() || now - suspectedAt < DOUBT.toNanos()) {
      return false;
    }
    suspected = true;
    suspectedAt = now;
    return true;
  }

  /** A probe that answered as it should. */
  void probeUp(ProbeResult result, long now) {
    // A probe that began before the doubt arose does not settle it: the node may have hung since.
    if (now - result.took().toNanos() - suspectedAt >= 0) {
      suspected = false;
    }
    boolean was = down;
    RiseFall.Change change = probes.record(true);
    if (change == RiseFall.Change.ROSE) {
      confirmed = true;
      why = was ? "probes succeed" : "probe succeeded";
      if (was) {
        down = false;
        hard = false;
        silent = false;
        startSlowly();
      }
    }
  }

  /** A probe that did not. {@code expendable} is false for the last node there is. */
  void probeDown(ProbeResult result, boolean expendable, long now) {
    boolean wasSuspected = suspected;
    suspected = false;
    RiseFall.Change change = probes.record(false);
    boolean noAnswer = result.evidence() == ProbeResult.Evidence.NO_ANSWER;
    if (result.evidence() == ProbeResult.Evidence.REFUSED && rules.check().port() == 0) {
      unreachable("probe: " + result.reason(), false, now);
    } else if (noAnswer && wasSuspected && expendable) {
      unreachable("hung: no answer to requests nor to a probe", true, now);
    } else if (change == RiseFall.Change.FELL) {
      why = "probe: " + result.reason();
      down = true;
      hard = result.isHard();
      silent = noAnswer;
    } else if (isHardDown() && noAnswer) {
      silent = true; // it was only known not to take connections; what runs on it hangs, too
    } else if (down && !result.isHard()) {
      // It answers, if wrongly: nothing certain any more, so panic may use it.
      if (hard) {
        why = "probe: " + result.reason();
      }
      hard = false;
      silent = false;
    }
  }

  /** Puts the node out for a while, twice as long as the last time. */
  void eject(String reason, long now) {
    ejections++;
    ejected = true;
    trial = false;
    backAt = now + ejectionNanos();
    ejectedFor = reason;
  }

  /** A request succeeded. */
  void success(boolean breakerClosed, long now) {
    if (!confirmed && !down) {
      confirmed = true;
      why = "request succeeded";
    }
    if (trial && breakerClosed) {
      trial = false;
      why = "trials succeeded";
      startSlowly();
    }
    if (firstSuccessPending && !trial && !down) {
      firstSuccessPending = false;
      ramping = true;
      rampFrom = now;
    }
  }

  /** What time alone changes. */
  void tick(long now) {
    if (ramping && rules.slowStart().share(now - rampFrom) >= 1) {
      ramping = false;
    }
    boolean waited = ejected || (down && !rules.probing());
    if (waited && now - backAt >= 0) {
      ejected = false;
      if (down && rules.probing()) {
        return; // probes bring it back, and then it starts slowly
      }
      trial = true;
      why = "trial after " + (down ? "being down" : "ejection");
      down = false;
      hard = false;
      silent = false;
      era++;
      return;
    }
    if (ejections > 0 && !waited && !trial && !down && now - backAt >= rules.outliers().maxEjection().toNanos()) {
      ejections = 0;
    }
  }

  private void startSlowly() {
    firstSuccessPending = true;
    ramping = false;
    era++;
  }

  /** Base time doubled per ejection in a row, of which half is certain and half is chance. */
  private long ejectionNanos() {
    long base = rules.outliers().baseEjection().toNanos();
    long longest = rules.outliers().maxEjection().toNanos();
    long length = base;
    for (int i = 1; i < ejections && length < longest; i++) {
      length = Math.min(longest, length * 2);
    }
    return length / 2 + (long) (rules.random().nextUnit() * length / 2);
  }

  // Readings, under the lock.

  private NodeState derive() {
    if (admin != Admin.ENABLED) {
      return admin == Admin.DRAINING ? NodeState.DRAINING : NodeState.DISABLED;
    }
    if (down) {
      return NodeState.DOWN;
    }
    if (ejected) {
      return NodeState.EJECTED;
    }
    if (trial) {
      return NodeState.TRIAL;
    }
    return confirmed ? NodeState.UP : NodeState.UNKNOWN;
  }

  /** Publishes the state; true if the routing table is to be made anew. */
  boolean settle(long now) {
    publishedSilent = down && silent;
    NodeState before = published;
    NodeState state = derive();
    boolean soft = admin == Admin.ENABLED && (down || ejected) && !isHardDown();
    if (state == before && soft == publishedSoft) {
      return false;
    }
    publishedReason = LINE_BREAKS.matcher(reasonOf(state)).replaceAll(" ");
    publishedSoft = soft;
    if (state != before) {
      since = now;
      published = state;
    }
    return true;
  }

  private String reasonOf(NodeState state) {
    return switch (state) {
      case DRAINING, DISABLED -> operatorSaid;
      case EJECTED -> ejectedFor;
      case UNKNOWN, UP -> isEnabled() ? why : operatorSaid; // resumed, and nothing else
      case DOWN, TRIAL -> why;
    };
  }

  /** Out, but on soft evidence: panic may bring it back. */
  boolean isSoftlyOut() {
    return publishedSoft;
  }

  private boolean isHardDown() {
    return down && hard;
  }

  /** Down for certain: it takes no connections, or hangs. */
  boolean isGone() {
    return published == NodeState.DOWN && !publishedSoft;
  }

  /** Down, and attempts on it hang. */
  boolean isSilent() {
    return publishedSilent;
  }

  /**
   * Grows with every trial and every return: evidence from attempts of an earlier era says how the
   * node was before, not how it is.
   */
  int era() {
    return era;
  }

  /** Whether the next probe should come soon. */
  boolean isChanging() {
    return down || ejected || trial || suspected || probes.changing();
  }

  boolean isOnTrial() {
    return trial && !down;
  }

  /** Whether successes can change anything. */
  boolean wantsSuccesses() {
    return !confirmed || trial || firstSuccessPending;
  }

  int limit() {
    return trial || firstSuccessPending ? 1 : Integer.MAX_VALUE;
  }

  /** The share of its weight that the node has just now. */
  double share(long now) {
    return ramping ? rules.slowStart().share(now - rampFrom) : 1;
  }
}
