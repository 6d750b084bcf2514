package io.nodewise.lb.cluster;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

import io.nodewise.lb.node.NodeSet;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * Attempts that the sweeper parks, or counts in again, while somebody ends or reads them. Every
 * outcome that is not listed is forbidden. Run as {@link LiveNodeRaces} are.
 */
public final class ParkedRaces {
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(2);

  private ParkedRaces() {}

  /** A node, and an answer on it that nobody has read from for long. */
  public abstract static class Unread {
    final QuietCluster quiet = new QuietCluster(NodeSet.parse("http://n{1...2}:9000"));
    final LiveNode node = quiet.live(0);
    final RunningAttempt attempt = quiet.beginOn(node);

    Unread() {
      attempt.answered(true);
      look();
      quiet.pass(LONG_ENOUGH);
    }

    /** What the sweeper does. */
    final void look() {
      quiet.cluster.sweeper().sweep();
    }
  }

  /** It ends as it is parked: nothing is left of it, in flight or parked. */
  @JCStressTest
  @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "whoever came second put it right")
  @State
  public static class EndedAsItIsParked extends Unread {
    @Actor
    public void sweeper() {
      look();
    }

    @Actor
    public void caller() {
      attempt.finish(io.nodewise.lb.node.Outcome.success());
    }

    @Arbiter
    public void left(III_Result r) {
      r.r1 = node.inFlight();
      r.r2 = node.running();
      r.r3 = node.parked();
    }
  }

  /** It is parked, and ends as the sweeper counts it in again. */
  @JCStressTest
  @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "whoever came second put it right")
  @State
  public static class EndedAsItIsReadOn extends Unread {
    public EndedAsItIsReadOn() {
      look();
      if (node.parked() != 1 || node.inFlight() != 0) {
        throw new AssertionError("not parked: " + node);
      }
      attempt.enter(RunningAttempt.Phase.READING);
    }

    @Actor
    public void sweeper() {
      look();
    }

    @Actor
    public void caller() {
      attempt.finish(io.nodewise.lb.node.Outcome.success());
    }

    @Arbiter
    public void left(III_Result r) {
      r.r1 = node.inFlight();
      r.r2 = node.running();
      r.r3 = node.parked();
    }
  }

  /** It is read on as it is parked: parked or not, the next look finds out, and it counts. */
  @JCStressTest
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it counts")
  @State
  public static class ReadOnAsItIsParked extends Unread {
    @Actor
    public void sweeper() {
      look();
    }

    @Actor
    public void caller() {
      attempt.enter(RunningAttempt.Phase.READING);
    }

    @Arbiter
    public void left(II_Result r) {
      look();
      r.r1 = node.inFlight();
      r.r2 = node.parked();
    }
  }

  /** Another begins as it is parked, on a node of one place: it finds it full, or room. */
  @JCStressTest
  @Outcome(id = "1, 2, 1", expect = ACCEPTABLE, desc = "the place was free by then")
  @Outcome(id = "0, 1, 0", expect = ACCEPTABLE, desc = "it was not yet")
  @State
  public static class AnotherBegins extends Unread {
    public AnotherBegins() {
      node.limit(1);
    }

    @Actor
    public void sweeper() {
      look();
    }

    @Actor
    public void another(III_Result r) {
      r.r1 = node.tryBegin(false) ? 1 : 0;
    }

    @Arbiter
    public void left(III_Result r) {
      r.r2 = node.running();
      r.r3 = node.inFlight();
    }
  }
}
