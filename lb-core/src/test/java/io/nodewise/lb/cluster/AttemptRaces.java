package io.nodewise.lb.cluster;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import io.nodewise.lb.node.NodeSet;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IIII_Result;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * One attempt in two hands: its I/O thread's, the sweeper's, the registry's. Every outcome that is
 * not listed is forbidden. Run for long by jcstress with {@code -Pstress}, for a moment by {@link
 * RacesTest}.
 */
public final class AttemptRaces {
  private static final NodeSet TWO = NodeSet.parse("http://n{1...2}:9000");
  private static final io.nodewise.lb.node.Outcome SUCCESS = io.nodewise.lb.node.Outcome.success();
  private static final io.nodewise.lb.node.Outcome CANCELLED =
      io.nodewise.lb.node.Outcome.cancelled();

  private AttemptRaces() {}

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }

  /** Two nodes, and an attempt on the first of them. */
  public abstract static class Attempted {
    final QuietCluster quiet = new QuietCluster(TWO);
    final LiveNode node = quiet.live(0);
    final RunningAttempt attempt = quiet.beginOn(node);

    int running() {
      return quiet.cluster.sweeper().runningAttempts();
    }
  }

  /** Two end it: one wins, and it is counted out once. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 0, 0", "0, 1, 0, 0"},
      expect = ACCEPTABLE,
      desc = "one of them ended it")
  @State
  public static class EndedTwice extends Attempted {
    @Actor
    public void one(IIII_Result r) {
      r.r1 = bit(attempt.finish(SUCCESS));
    }

    @Actor
    public void other(IIII_Result r) {
      r.r2 = bit(attempt.finish(CANCELLED));
    }

    @Arbiter
    public void left(IIII_Result r) {
      r.r3 = node.inFlight();
      r.r4 = running();
    }
  }

  /** The sweeper gives up what ends by itself just now. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "given up: aborted, and the node is charged")
  @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "it had ended")
  @Outcome(
      id = "1, 0, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "the verdict came in time to be told, and there was nothing left to abort")
  @Outcome(
      id = "0, 1, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "aborted just after its end, by an action that must bear it")
  @State
  public static class GivenUpAtItsEnd extends Attempted {
    private final AtomicInteger aborted = new AtomicInteger();

    public GivenUpAtItsEnd() {
      attempt.abortWith(aborted::getAndIncrement);
    }

    @Actor
    public void ioThread() {
      attempt.finish(CANCELLED);
    }

    @Actor
    public void sweeper() {
      attempt.giveUp(QuietCluster.FAULT);
    }

    @Arbiter
    public void left(III_Result r) {
      r.r1 = (int) node.faults();
      r.r2 = aborted.get();
      r.r3 = node.inFlight();
    }
  }

  /** The action to abort it by comes while it is given up: it is run, by one of them or by both. */
  @JCStressTest
  @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "run")
  @Outcome(id = "2, 1", expect = ACCEPTABLE_INTERESTING, desc = "run by both")
  @State
  public static class AbortComesLate extends Attempted {
    private final AtomicInteger aborted = new AtomicInteger();

    @Actor
    public void ioThread() {
      attempt.abortWith(aborted::getAndIncrement);
    }

    @Actor
    public void sweeper() {
      attempt.giveUp(QuietCluster.FAULT);
    }

    @Arbiter
    public void left(II_Result r) {
      r.r1 = aborted.get();
      r.r2 = node.inFlight();
    }
  }

  /** The first byte of a node that starts slowly, and the end of the attempt by somebody else. */
  @JCStressTest
  @Outcome(
      id = {"2, 0", "3, 0"},
      expect = ACCEPTABLE,
      desc = "the answer, the end, or both gave it further places")
  @State
  public static class AnsweredAtItsEnd extends Attempted {
    private final RunningAttempt first;

    public AnsweredAtItsEnd() {
      attempt.finish(CANCELLED);
      quiet.registry().change(node, now -> node.health.comeback().startSlowly());
      first = quiet.beginOn(node);
    }

    @Actor
    public void ioThread() {
      first.answered(true);
    }

    @Actor
    public void other() {
      first.finish(SUCCESS);
    }

    @Arbiter
    public void left(II_Result r) {
      r.r2 = node.inFlight();
      r.r1 = QuietCluster.places(node);
    }
  }

  /** The only attempt ends while a new era begins, so nothing is to be held against the era. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "one place")
  @Outcome(
      id = "2, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "counted as left over, though it ended just then: one place more until the next era")
  @State
  public static class EraBeginsAtTheEnd extends Attempted {
    @Actor
    public void ioThread() {
      attempt.finish(SUCCESS);
    }

    @Actor
    public void registry() {
      quiet.registry().change(node, now -> node.health.comeback().startSlowly());
    }

    @Arbiter
    public void left(II_Result r) {
      r.r2 = node.inFlight();
      r.r1 = QuietCluster.places(node);
    }
  }

  /** The same with another attempt from before, which goes on. */
  @JCStressTest
  @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "one place beside it")
  @Outcome(
      id = "0, 1, 1",
      expect = ACCEPTABLE_INTERESTING,
      desc = "none until it ends: the estimate is one too low")
  @Outcome(
      id = "2, 1, 2",
      expect = ACCEPTABLE_INTERESTING,
      desc = "two until the next era: the estimate is one too high")
  @State
  public static class EraBeginsBesideAnother extends Attempted {
    private final RunningAttempt other = quiet.beginOn(node);

    @Actor
    public void ioThread() {
      attempt.finish(SUCCESS);
    }

    @Actor
    public void registry() {
      quiet.registry().change(node, now -> node.health.comeback().startSlowly());
    }

    @Arbiter
    public void left(III_Result r) {
      r.r2 = node.inFlight();
      r.r1 = QuietCluster.places(node);
      for (int i = 0; i < r.r1; i++) {
        node.end();
      }
      other.finish(CANCELLED);
      r.r3 = QuietCluster.places(node); // and it is right again
    }
  }

  /** An attempt begins while a new era does: it belongs to one of them. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "one place when it has ended")
  @Outcome(
      id = "2, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "counted in before the era, begun in it: one place more until the next")
  @State
  public static class EraBeginsAtTheBeginning extends Attempted {
    private volatile RunningAttempt begun;

    public EraBeginsAtTheBeginning() {
      attempt.finish(CANCELLED);
    }

    @Actor
    public void ioThread() {
      begun = quiet.beginOn(node);
    }

    @Actor
    public void registry() {
      quiet.registry().change(node, now -> node.health.comeback().startSlowly());
    }

    @Arbiter
    public void left(II_Result r) {
      begun.finish(CANCELLED);
      r.r2 = node.inFlight();
      r.r1 = QuietCluster.places(node);
    }
  }

  /** An attempt from before a trial ends well as the trial begins: that proves next to nothing. */
  @JCStressTest
  @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "three trials are left to go")
  @Outcome(
      id = "1, 0, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "it was counted as one of the three")
  @State
  public static class TrialBeginsAtTheEnd extends Attempted {
    public TrialBeginsAtTheEnd() {
      quiet.registry().change(node, now -> node.health.eject("x", now));
      quiet.pass(Duration.ofHours(1));
    }

    @Actor
    public void ioThread() {
      attempt.finish(SUCCESS);
    }

    @Actor
    public void registry() {
      quiet.registry().change(node, now -> node.health.tick(false, now));
    }

    @Arbiter
    public void left(III_Result r) {
      r.r1 = bit(node.health.isOnTrial());
      quiet.beginOn(node).finish(SUCCESS);
      quiet.beginOn(node).finish(SUCCESS);
      r.r2 = bit(node.health.isOnTrial());
      r.r3 = node.inFlight();
    }
  }
}
