package io.nodewise.lb.cluster;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.routing.Balancer;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.Candidate;
import io.nodewise.lb.routing.RoutingTable;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/**
 * What two threads may see of one node's counters. Every outcome that is not listed is forbidden.
 * Run for long by jcstress with {@code -Pstress}, for a moment by {@link RacesTest}.
 */
public final class LiveNodeRaces {
  private LiveNodeRaces() {}

  private static int bit(boolean value) {
    return value ? 1 : 0;
  }

  /** The last place is given to one of two. */
  @JCStressTest
  @Outcome(
      id = {"1, 0, 1", "0, 1, 1"},
      expect = ACCEPTABLE,
      desc = "one gets it, and one is in flight")
  @State
  public static class OnePlaceForTwo {
    private final LiveNode node = LiveNodeTest.liveNode();

    public OnePlaceForTwo() {
      node.limit(1);
    }

    @Actor
    public void one(III_Result r) {
      r.r1 = bit(node.tryBegin(false));
    }

    @Actor
    public void other(III_Result r) {
      r.r2 = bit(node.tryBegin(false));
    }

    @Arbiter
    public void inFlight(III_Result r) {
      r.r3 = node.inFlight();
    }
  }

  /** A limit comes while an attempt begins: whoever set it sees it held. */
  @JCStressTest
  @Outcome(id = "0, 0, 1", expect = ACCEPTABLE, desc = "the limit came first")
  @Outcome(id = "1, 0, 2", expect = ACCEPTABLE, desc = "the attempt came first")
  @State
  public static class LimitLowered {
    private final LiveNode node = LiveNodeTest.liveNode();

    public LimitLowered() {
      node.tryBegin(false);
    }

    @Actor
    public void begin(III_Result r) {
      r.r1 = bit(node.tryBegin(false));
    }

    @Actor
    public void limit(III_Result r) {
      node.limit(1);
      r.r2 = bit(node.tryBegin(false));
    }

    @Arbiter
    public void inFlight(III_Result r) {
      r.r3 = node.inFlight();
    }
  }

  /** A limit goes while an attempt begins: what is refused was not counted. */
  @JCStressTest
  @Outcome(
      id = {"0, 1, 2", "1, 1, 3"},
      expect = ACCEPTABLE,
      desc = "refused by the old limit, or let in by the new one")
  @State
  public static class LimitRaised {
    private final LiveNode node = LiveNodeTest.liveNode();

    public LimitRaised() {
      node.limit(1);
      node.tryBegin(false);
    }

    @Actor
    public void begin(III_Result r) {
      r.r1 = bit(node.tryBegin(false));
    }

    @Actor
    public void limit(III_Result r) {
      node.limit(Integer.MAX_VALUE);
      r.r2 = bit(node.tryBegin(false));
    }

    @Arbiter
    public void inFlight(III_Result r) {
      r.r3 = node.inFlight();
    }
  }

  /** A place becomes free while another attempt looks for one. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "too early, or just in time")
  @State
  public static class PlaceFreed {
    private final LiveNode node = LiveNodeTest.liveNode();

    public PlaceFreed() {
      node.limit(1);
      node.tryBegin(false);
    }

    @Actor
    public void end() {
      node.end();
    }

    @Actor
    public void begin(II_Result r) {
      r.r1 = bit(node.tryBegin(false));
    }

    @Arbiter
    public void inFlight(II_Result r) {
      r.r2 = node.inFlight();
    }
  }

  /** What a picker reads while an attempt comes, fails and goes. */
  @JCStressTest
  @Outcome(
      id = {"0, 0", "0, 1", "1, 1", "1, 11", "1, 10", "0, 11", "0, 10"},
      expect = ACCEPTABLE,
      desc = "idle, busy, busy with the penalty, the penalty alone")
  @Outcome(
      id = "1, 0",
      expect = ACCEPTABLE_INTERESTING,
      desc = "neither: it failed between the two readings of one load")
  @State
  public static class SeenByPicker {
    private final LiveNode node = LiveNodeTest.liveNode();

    @Actor
    public void attempt() {
      node.tryBegin(false);
      node.count(QuietCluster.FAULT, true);
      node.end();
    }

    @Actor
    public void pick(II_Result r) {
      r.r1 = node.inFlight();
      r.r2 = (int) node.load();
    }
  }

  /** Two faults at once are two: for the penalty and for the faults in a row. */
  @JCStressTest
  @Outcome(id = "2, 2, 20", expect = ACCEPTABLE, desc = "none is lost")
  @State
  public static class TwoFaults {
    private final LiveNode node = LiveNodeTest.liveNode();

    @Actor
    public void one() {
      node.count(QuietCluster.FAULT, true);
    }

    @Actor
    public void other() {
      node.count(QuietCluster.FAULT, true);
    }

    @Arbiter
    public void counted(III_Result r) {
      r.r1 = node.consecutiveFaults();
      r.r2 = (int) node.faults();
      r.r3 = (int) node.penalty();
    }
  }

  /** An estimate may lose a sample to a race, but is never torn nor made up. */
  @JCStressTest
  @Outcome(id = "14000", expect = ACCEPTABLE, desc = "both samples")
  @Outcome(id = "12000", expect = ACCEPTABLE_INTERESTING, desc = "one lost, or later than it was")
  @State
  public static class TwoFirstBytes {
    private final LiveNode node = LiveNodeTest.liveNode();

    public TwoFirstBytes() {
      node.firstByte(8000, 0);
    }

    @Actor
    public void one() {
      node.firstByte(16_000, 100_000_000);
    }

    @Actor
    public void other() {
      node.firstByte(16_000, 200_000_000);
    }

    @Arbiter
    public void latency(I_Result r) {
      r.r1 = (int) node.latency();
    }
  }

  /** Who sees a node in the table sees what was written to it before. */
  @JCStressTest
  @Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "the old table")
  @Outcome(
      id = "5, 1",
      expect = ACCEPTABLE,
      desc = "the new one, with the weight and the one place of its node")
  @State
  public static class TablePublished {
    private static final Balancer BALANCER = BalancingPolicy.leastLoaded().newBalancer();

    private volatile RoutingTable table = RoutingTable.of(List.of(), BALANCER);

    @Actor
    public void registry() {
      LiveNode node = LiveNodeTest.liveNode();
      node.weight(5);
      node.limit(1);
      table = RoutingTable.of(List.of(List.of(node)), BALANCER);
    }

    @Actor
    public void pick(II_Result r) {
      List<Candidate> found = QuietCluster.candidates(table, RequestHint.read());
      if (found.isEmpty()) {
        r.r1 = -1;
        r.r2 = -1;
      } else {
        r.r1 = (int) found.get(0).weight();
        r.r2 = QuietCluster.places((LiveNode) found.get(0));
      }
    }
  }
}
