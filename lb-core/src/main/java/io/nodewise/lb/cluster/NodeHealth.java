package io.nodewise.lb.cluster;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.probe.RiseFall;
import io.nodewise.lb.time.Randomness;
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

  private final Rules rules;
  private final RiseFall probes;
  private final Suspicion suspicion;
  private final Comeback comeback;
  private final Ejections ejections; // and how long a node without probes is left alone

  private Admin admin = Admin.ENABLED;
  private boolean confirmed; // a probe or a request has succeeded since it was new
  private boolean down;
  private boolean hard; // down, and not to be asked even in panic
  private boolean silent; // down because it does not answer: attempts on it hang
  private boolean answeredProbe; // ever; only then is the following set
  private long answeredProbeOf; // when the last probe began that it answered as it should
  private boolean ejected;
  private boolean trial;
  private String why = "new";
  private String ejectedFor = "";
  private String operatorSaid = "";
  private String settledReason = "new"; // as it was before line breaks were taken out

  private volatile NodeState published = NodeState.UNKNOWN; // written by settle()
  private volatile String publishedReason = "new"; // written by settle()
  private volatile long since; // written by settle()
  private volatile boolean publishedSilent; // written by settle()
  private volatile boolean publishedSoft; // written by settle(): out, but on soft evidence

  NodeHealth(Rules rules, boolean startSlowly, long now) {
    this.rules = rules;
    this.probes = new RiseFall(rules.check().rise(), rules.check().fall());
    this.suspicion = new Suspicion(now);
    this.ejections = new Ejections(rules.outliers(), rules.random());
    this.comeback = new Comeback(rules.slowStart(), startSlowly, now);
    this.since = now;
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
      ejections.begin(now);
    }
    silent = hangs || (down && silent);
    down = true;
    hard = true;
    suspicion.drop();
    trial = false;
    probes.settle(false);
  }

  /** A running attempt is silent or has failed. False if the node need not be probed for it. */
  boolean suspect(long now) {
    return !isHardDown() && rules.probing() && suspicion.raise(now);
  }

  /** Whether it is to be probed again because nobody answered, neither it nor a witness. */
  boolean isInDoubt() {
    return suspicion.isRaised() && !down;
  }

  /** Whether a probe that began after that has been answered, in whatever way. */
  boolean hasAnsweredSince(long nanos) {
    return answeredProbe && answeredProbeOf - nanos >= 0;
  }

  /** What a probe found; {@code witnessed} as in {@link #probeDown}. */
  void probed(ProbeResult result, boolean witnessed, long now) {
    if (result.evidence() == ProbeResult.Evidence.ANSWERED) {
      answeredProbe = true;
      answeredProbeOf = now - result.took().toNanos();
      suspicion.answered(answeredProbeOf);
    }
    if (result.isUp()) {
      probeUp(now);
    } else {
      probeDown(result, witnessed, now);
    }
  }

  private void probeUp(long now) {
    boolean was = down;
    RiseFall.Change change = probes.record(true);
    if (change == RiseFall.Change.ROSE) {
      confirmed = true;
      why = was ? "probes succeed" : "probe succeeded";
      if (was) {
        down = false;
        hard = false;
        silent = false;
        comeback.startSlowly(now);
      }
    }
  }

  /**
   * A probe that failed.
   *
   * @param witnessed whether another node has answered a probe while this one did not, so that the
   *     silence is this node's and not everybody's
   */
  private void probeDown(ProbeResult result, boolean witnessed, long now) {
    RiseFall.Change change = probes.record(false);
    // What a port of its own says for certain, it says of that port only.
    boolean certain = result.isHard() && rules.check().port() == 0;
    boolean noAnswer = result.evidence() == ProbeResult.Evidence.NO_ANSWER;
    if (certain && !noAnswer) {
      unreachable("probe: " + result.reason(), false, now);
    } else if (certain && suspicion.isRaised() && witnessed) {
      unreachable("hung: no answer to requests nor to a probe", true, now);
    } else if (change == RiseFall.Change.FELL) {
      why = "probe: " + result.reason();
      down = true;
      hard = certain;
      silent = certain;
      suspicion.drop();
    } else if (isHardDown() && certain) {
      silent = true; // it was only known not to take connections; what runs on it hangs, too
    } else if (down && !certain) {
      // Nothing certain any more, so panic may use it.
      if (hard) {
        why = "probe: " + result.reason();
      }
      hard = false;
      silent = false;
    }
  }

  /** Puts the node out for a while, twice as long as the last time. */
  void eject(String reason, long now) {
    ejections.begin(now);
    ejected = true;
    trial = false;
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
      comeback.startSlowly(now);
    }
    answered(now);
  }

  /** A request got an answer: its first byte, for its end may be far away. */
  void answered(long now) {
    if (!trial && !down) {
      comeback.answered(now);
    }
  }

  /** What time alone changes. */
  void tick(long now) {
    comeback.tick(now);
    boolean waited = ejected || (down && !rules.probing());
    if (waited && ejections.isOver(now)) {
      ejected = false;
      if (down && rules.probing()) {
        return; // probes bring it back, and then it starts slowly
      }
      trial = true;
      why = "trial after " + (down ? "being down" : "ejection");
      down = false;
      hard = false;
      silent = false;
      comeback.beginEra(now);
      return;
    }
    if (!waited && !trial && !down) {
      ejections.forgetIfLongAgo(now);
    }
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
    String reason = reasonOf(state);
    if (!reason.equals(settledReason)) {
      settledReason = reason;
      publishedReason = LINE_BREAKS.matcher(reason).replaceAll(" ");
    }
    if (state == before && soft == publishedSoft) {
      return false;
    }
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

  Comeback comeback() {
    return comeback;
  }

  /** Whether the next probe should come soon. */
  boolean isChanging() {
    return down || ejected || trial || suspicion.isRaised() || probes.changing();
  }

  boolean isOnTrial() {
    return trial && !down;
  }

  /** Whether successes can change anything. */
  boolean wantsSuccesses() {
    return !confirmed || trial || comeback.isFirstAnswerPending();
  }

  /** How many attempts it may have at once, beside those from an earlier era. */
  int limit(long now) {
    return comeback.limit(trial, now);
  }
}
