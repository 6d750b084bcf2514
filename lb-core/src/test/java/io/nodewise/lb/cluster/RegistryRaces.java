package io.nodewise.lb.cluster;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.RequestHint;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Mode;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.Signal;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * Two changes of the registry, or a change and a pick. Every outcome that is not listed is
 * forbidden. Run for long by jcstress with {@code -Pstress}, for a moment by {@link RacesTest}.
 */
public final class RegistryRaces {
  private static final NodeSet TWO = NodeSet.parse("http://n{1...2}:9000");
  private static final NodeSet SECOND = NodeSet.parse("http://n2:9000");
  private static final Node N1 = TWO.nodes().get(0);
  private static final Node N2 = TWO.nodes().get(1);

  private RegistryRaces() {}

  /** 1 or 2 for the node that is picked, 0 for none. */
  private static int picked(QuietCluster quiet) {
    RunningAttempt attempt = quiet.begin();
    return attempt == null ? 0 : attempt.node0().node().equals(N1) ? 1 : 2;
  }

  private static int inTable(QuietCluster quiet) {
    return QuietCluster.candidates(quiet.registry().table(), RequestHint.read()).stream()
        .mapToInt(candidate -> candidate.node().equals(N1) ? 1 : 2)
        .sum();
  }

  /** Who drains a node does not meet it again, whatever becomes of the other one meanwhile. */
  @JCStressTest
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "nobody: the other one is down")
  @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "picked before it went down")
  @State
  public static class DrainedThenPicked {
    private final QuietCluster quiet = new QuietCluster(TWO);

    @Actor
    public void operator(II_Result r) {
      quiet.cluster.operators().drain(N1.id());
      r.r1 = picked(quiet);
    }

    @Actor
    public void prober() {
      quiet.cluster.evidence().probed(N2, QuietCluster.REFUSED);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = inTable(quiet);
    }
  }

  /** What is found out about a node that is removed meanwhile does not bring it back. */
  @JCStressTest
  @Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "gone, and counted out")
  @State
  public static class RemovedUnderAnAttempt {
    private final QuietCluster quiet = new QuietCluster(TWO);
    private final LiveNode node = quiet.live(0);
    private final RunningAttempt attempt = quiet.beginOn(node);

    @Actor
    public void ioThread() {
      attempt.finish(io.nodewise.lb.node.Outcome.unreachable("refused"));
    }

    @Actor
    public void update() {
      quiet.cluster.update(SECOND);
    }

    @Arbiter
    public void after(III_Result r) {
      r.r1 = inTable(quiet);
      r.r2 = node.inFlight();
      r.r3 = quiet.cluster.sweeper().runningAttempts();
    }
  }

  /** A pick beside an update that adds a node: who gets the new one gets its only place. */
  @JCStressTest
  @Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "the old table; the new node has one place")
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "the new one, and its place is taken")
  @State
  public static class AddedBesideAPick {
    private final QuietCluster quiet = new QuietCluster(SECOND);

    @Actor
    public void pick(II_Result r) {
      r.r1 = picked(quiet);
    }

    @Actor
    public void update() {
      quiet.cluster.update(TWO);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r2 = QuietCluster.places(quiet.live(0));
    }
  }

  /** A weight and evidence about the same node: neither undoes the other. */
  @JCStressTest
  @Outcome(id = "2, 3", expect = ACCEPTABLE, desc = "out by its weight, back with its weight")
  @State
  public static class WeightBesideASuccess {
    private final QuietCluster quiet = new QuietCluster(TWO);
    private final LiveNode node = quiet.live(0);

    @Actor
    public void operator() {
      quiet.cluster.operators().weight(N1.id(), 0);
    }

    @Actor
    public void prober() {
      quiet.cluster.evidence().probed(N1, QuietCluster.WELL);
      quiet.cluster.evidence().tick(1, 1);
    }

    @Arbiter
    public void after(II_Result r) {
      r.r1 = inTable(quiet);
      quiet.cluster.operators().weight(N1.id(), 3);
      r.r2 = (int) node.weight();
    }
  }

  /** A pick beside weight 0: the node is picked before it drains, never found weightless. */
  @JCStressTest
  @Outcome(
      id = {"1", "2"},
      expect = ACCEPTABLE,
      desc = "one of the two")
  @State
  public static class WeightBesideAPick {
    private final QuietCluster quiet = new QuietCluster(TWO);

    @Actor
    public void operator() {
      quiet.cluster.operators().weight(N1.id(), 0);
    }

    @Actor
    public void pick(I_Result r) {
      r.r1 = picked(quiet);
    }
  }

  /** Who waits for a healthy node is woken by the probe that finds one. */
  @JCStressTest(Mode.Termination)
  @Outcome(id = "TERMINATED", expect = ACCEPTABLE, desc = "woken")
  @Outcome(id = "STALE", expect = FORBIDDEN, desc = "left waiting")
  @State
  public static class WokenByAProbe {
    private final QuietCluster quiet = new QuietCluster(SECOND);

    public WokenByAProbe() {
      quiet.cluster.update(TWO);
    }

    @Actor
    public void waiting() throws InterruptedException {
      quiet.registry().awaitHealthy(Duration.ofHours(1), 2);
    }

    @Signal
    public void prober() {
      quiet.cluster.evidence().probed(N1, QuietCluster.WELL);
    }
  }
}
