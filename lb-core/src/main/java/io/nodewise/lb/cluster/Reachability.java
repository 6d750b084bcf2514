package io.nodewise.lb.cluster;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.probe.RiseFall;
import java.util.concurrent.TimeUnit;

/*
 * Down is one word for three things. A node that refuses connections, or that is silent while
 * another one answers, is out for certain (hard) and not asked even in panic; one that is silent has
 * its running attempts hanging (silent). A node whose probes fail in any other way is out on a
 * suspicion: the probe may be wrong, or the network between stalls for everybody.
 *
 * A node that goes down again soon after it came back needs more good probes every time: flapping
 * is no way to get traffic.
 */
/** What probes, and requests that could not connect, say of one node. Under the registry's lock. */
final class Reachability {
  /** Down again within that time of its return is flapping. */
  private static final long FLAP = TimeUnit.MINUTES.toNanos(1);

  /** A node that has been up for that long begins anew. */
  private static final long STEADY = TimeUnit.MINUTES.toNanos(5);

  /** At most 2^4 times the usual number of good probes: half a minute at the fast interval. */
  private static final int MOST_FLAPS = 4;

  private final HealthCheck check;
  private final RiseFall probes;
  private final Suspicion suspicion;
  private boolean down;
  private boolean hard; // down, and not to be asked even in panic
  private boolean silent; // down because it does not answer: attempts on it hang
  private boolean rising; // down, and the last probe was good
  private String why = "new";
  private Verdict verdict = Verdict.up(); // of the last probe that was answered as it should be
  private double score = 1; // of its verdicts, smoothed, so that shares do not swing with it
  private boolean answeredProbe; // ever; only then is the following set
  private long answeredProbeOf; // when the last probe began that it answered in any way
  private int silences; // probes in a row without any answer
  private boolean roseBefore; // came back from being down; only then is the following set
  private long roseAt;
  private int flaps;

  Reachability(HealthCheck check, long now) {
    this.check = check;
    this.probes = new RiseFall(check.rise(), check.fall());
    this.suspicion = new Suspicion(now);
  }

  boolean isDown() {
    return down;
  }

  boolean isHard() {
    return down && hard;
  }

  boolean isSilent() {
    return down && silent;
  }

  String why() {
    return why;
  }

  /** What the last probe said that was answered as it should be. */
  String said() {
    return "probe: " + verdict.reason();
  }

  /** What a node that answers may be given. */
  NodeState fitFor() {
    return switch (verdict.kind()) {
      case DEGRADED -> NodeState.DEGRADED;
      case READ_ONLY -> NodeState.READ_ONLY;
      case DRAIN -> NodeState.DRAINING;
      default -> NodeState.UP;
    };
  }

  /** Whether it is fit for everything, and has its whole weight again. */
  boolean isWholeAgain() {
    return verdict.kind() == Verdict.Kind.UP && score == 1;
  }

  double score() {
    return score;
  }

  /** Known for certain to be unreachable. */
  void unreachable(String reason, boolean hangs, long now) {
    if (!down || !hard) {
      why = reason;
    }
    silent = hangs || (down && silent);
    goDown(true, now);
    probes.settle(false);
  }

  private void goDown(boolean certain, long now) {
    if (!down) {
      if (roseBefore && now - roseAt < FLAP) {
        flaps = Math.min(MOST_FLAPS, flaps + 1);
      } else if (roseBefore && now - roseAt >= STEADY) {
        flaps = 0;
      }
      probes.rise((int) Math.min(Integer.MAX_VALUE, (long) check.rise() << flaps));
    }
    down = true;
    hard = certain;
    rising = false;
    suspicion.drop();
  }

  /** What it was out for is over, or is to be tried: it is out no longer. */
  void forget(String reason) {
    if (down) {
      probes.settle(true); // or probes that go on failing could not take it down again
    }
    down = false;
    hard = false;
    silent = false;
    rising = false;
    why = reason;
  }

  /** Nobody probes it any more: what its last probe said would else hold for ever. */
  void endProbing() {
    if (verdict.kind() != Verdict.Kind.UP && !down) {
      why = "not probed any more";
    }
    verdict = Verdict.up();
    score = 1;
    suspicion.drop();
  }

  /** Something else than a probe says how it is. */
  void say(String reason) {
    why = reason;
  }

  /** A running attempt is silent or has failed. False if the node need not be probed for it. */
  boolean suspect(long now) {
    return !isHard() && suspicion.raise(now);
  }

  /** Whether it is to be probed again because nobody answered, neither it nor a witness. */
  boolean isInDoubt() {
    return suspicion.isRaised() && !down;
  }

  /** Whether a probe that began after that has been answered, in whatever way. */
  boolean hasAnsweredSince(long nanos) {
    return answeredProbe && answeredProbeOf - nanos >= 0;
  }

  /**
   * What a probe found.
   *
   * @param witnessed whether another node has answered a probe while this one did not, so that the
   *     silence is this node's and not everybody's
   * @return whether this brought the node up, or up again
   */
  boolean probed(ProbeResult result, boolean witnessed, long now) {
    if (result.evidence() == ProbeResult.Evidence.ANSWERED) {
      answeredProbe = true;
      answeredProbeOf = now - result.took().toNanos();
      suspicion.answered(answeredProbeOf);
    }
    if (result.isUp()) {
      return probeUp(result.verdict(), now);
    }
    probeDown(result, witnessed, now);
    return false;
  }

  private boolean probeUp(Verdict said, long now) {
    silences = 0;
    score = probes.isUp() ? smoothed(said.score()) : said.score();
    boolean wasFit = verdict.kind() == Verdict.Kind.UP;
    verdict = said;
    if (!wasFit && !down) {
      why = said();
    }
    RiseFall.Change change = probes.record(true);
    if (change != RiseFall.Change.ROSE) {
      rising = down;
      hard = false; // it answers, so panic may use it
      silent = false;
      return false;
    }
    if (down) {
      forget("probes succeed");
      roseBefore = true;
      roseAt = now;
    } else {
      why = "probe succeeded";
    }
    return true;
  }

  private double smoothed(double next) {
    double mean = (score + next) / 2;
    return Math.abs(mean - next) < 0.05 ? next : mean;
  }

  private void probeDown(ProbeResult result, boolean witnessed, long now) {
    RiseFall.Change change = probes.record(false);
    rising = false;
    String reason = "probe: " + result.reason();
    // What a port of its own says for certain, it says of that port only.
    boolean certain = result.isHard() && check.port() == 0;
    boolean noAnswer = result.evidence() == ProbeResult.Evidence.NO_ANSWER;
    silences = noAnswer ? silences + 1 : 0;
    if (certain && !noAnswer) {
      unreachable(reason, false, now);
    } else if (certain && suspicion.isRaised() && witnessed) {
      unreachable("hung: no answer to requests nor to a probe", true, now);
    } else if (change == RiseFall.Change.FELL) {
      why = reason;
      goDown(certain && witnessed, now);
      silent = hard;
    } else if (isHard() && certain) {
      silent = silent || witnessed; // else it is only known not to take connections
    } else if (down && certain) {
      hard = witnessed && silences >= check.fall(); // everybody was silent, or one probe was lost
      silent = hard;
    } else if (down) {
      why = reason; // nothing certain any more, so panic may use it
      hard = false;
      silent = false;
    }
  }

  /** Whether the next probe should come soon. */
  boolean isChanging() {
    return rising || suspicion.isRaised() || (!down && probes.changing());
  }
}
