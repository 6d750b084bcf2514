package io.nodewise.lb.cluster;

import static org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt.forClasses;

import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.routing.Candidate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The registry as a whole under Lincheck's model checker: it makes up short programs for two
 * threads, runs each in many interleavings, and finds deadlocks too. An interleaving costs tens of
 * milliseconds, so there are some thousand of them, chosen by chance, and not all there are.
 */
@Tag("stress")
@Timeout(300)
class RegistryLinearizabilityTest {
  private static final NodeSet BOTH = NodeSet.parse("http://n{1...2}:9000");
  private static final NodeSet SECOND = NodeSet.parse("http://n2:9000");

  /**
   * Where nobody is interrupted: what only computes, the collections, which are immutable, one
   * thread's own or under the registry's lock, and the making of a cluster. The fewer objects
   * Lincheck has to keep track of, the more interleavings it tries.
   */
  private static boolean isLeftAlone(String type) {
    return Stream.of(
                "io.nodewise.lb.node.",
                "io.nodewise.lb.health.",
                "io.nodewise.lb.cluster.FirstByte",
                "io.nodewise.lb.cluster.SlowNodes",
                "io.nodewise.lb.cluster.Tables",
                "java.util.regex.",
                "java.util.stream.",
                "org.slf4j.",
                "ch.qos.logback.")
            .anyMatch(type::startsWith)
        || (type.startsWith("java.util.") && !type.startsWith("java.util.concurrent."));
  }

  private static ModelCheckingOptions options() {
    return new ModelCheckingOptions()
        .iterations(20)
        .invocationsPerIteration(300)
        .threads(2)
        .actorsPerThread(2)
        .actorsBefore(2)
        .actorsAfter(1)
        .loopBound(1000) // a sweep looks into 256 slots
        .addGuarantee(forClasses(RegistryLinearizabilityTest::isLeftAlone).allMethods().ignore())
        .addGuarantee(forClasses(QuietCluster.class.getName()::equals).methods("<init>").ignore());
  }

  private static String id(int node) {
    return BOTH.nodes().get(node).id();
  }

  /**
   * Changes of one node at a time, and picks. A pick reads one table and a change ends with one, so
   * all of them together are as if in one thread: who drains a node does not meet it afterwards,
   * and what one pick has seen the next one does not forget.
   */
  @Param(name = "node", gen = IntGen.class, conf = "0:1")
  public static class Picks {
    private final QuietCluster quiet = new QuietCluster(BOTH);
    private final Cluster cluster = quiet.cluster;

    @Operation
    public void drain(@Param(name = "node") int node) {
      cluster.operators().drain(id(node));
    }

    @Operation
    public void resume(@Param(name = "node") int node) {
      cluster.operators().resume(id(node));
    }

    @Operation
    public void weight(@Param(name = "node") int weight) {
      cluster.operators().weight(id(1), weight);
    }

    @Operation
    public void down(@Param(name = "node") int node) {
      cluster.evidence().probed(BOTH.nodes().get(node), QuietCluster.REFUSED);
    }

    @Operation
    public void up(@Param(name = "node") int node) {
      cluster.evidence().probed(BOTH.nodes().get(node), QuietCluster.WELL);
    }

    @Operation
    public String pick() {
      RunningAttempt attempt = quiet.begin();
      if (attempt == null) {
        return "nobody";
      }
      attempt.finish(Outcome.cancelled());
      return attempt.node0().node().id();
    }
  }

  @Test
  void picks_and_changes_of_a_node_are_as_if_in_one_thread() {
    options().check(Picks.class);
  }

  /**
   * Everything else, for which there is no order that one thread could have: a tick takes the nodes
   * one by one, a limit is an estimate. What must hold whatever the order is looked at afterwards.
   */
  @Param(name = "node", gen = IntGen.class, conf = "0:1")
  public static class Everything implements LoadBalancerListener {
    private final List<Transition> told = new ArrayList<>();
    private final QuietCluster quiet = new QuietCluster(BOTH, this);
    private final Cluster cluster = quiet.cluster;
    private final Deque<RunningAttempt> open = new ArrayDeque<>();
    private final List<LiveNode> met = new ArrayList<>();
    private final Map<LiveNode, Integer> inFlight = new HashMap<>();

    @Override
    public void onTransition(Transition transition) {
      told.add(transition);
    }

    @Override
    public void onNodeSet(NodeSet before, NodeSet after) {
      told.removeIf(transition -> after.find(transition.node().id()).isEmpty());
    }

    @Operation
    public void begin() {
      RunningAttempt attempt = quiet.begin();
      if (attempt != null) {
        synchronized (open) {
          open.add(attempt);
          met.add(attempt.node0());
          inFlight.merge(attempt.node0(), 1, Integer::sum);
        }
      }
    }

    private void end(Outcome outcome) {
      RunningAttempt attempt;
      synchronized (open) {
        attempt = open.poll();
        if (attempt == null) {
          return;
        }
        inFlight.merge(attempt.node0(), -1, Integer::sum);
      }
      attempt.answered(true);
      attempt.finish(outcome);
      attempt.finish(outcome);
    }

    @Operation
    public void succeed() {
      end(Outcome.success());
    }

    @Operation
    public void fail() {
      end(QuietCluster.FAULT);
    }

    @Operation
    public void findUnreachable() {
      end(Outcome.unreachable("refused"));
    }

    @Operation
    public void askForPause() {
      end(Outcome.load("SlowDown", Duration.ofSeconds(10)));
    }

    @Operation
    public void probed(@Param(name = "node") int node, @Param(name = "node") int well) {
      cluster
          .evidence()
          .probed(BOTH.nodes().get(node), well == 1 ? QuietCluster.WELL : QuietCluster.REFUSED);
    }

    @Operation
    public void update(@Param(name = "node") int both) {
      cluster.update(both == 1 ? BOTH : SECOND);
    }

    @Operation(nonParallelGroup = "background")
    public void tick() {
      quiet.pass(Duration.ofSeconds(20));
      cluster.evidence().tick(0.5, 0.5);
    }

    @Operation(nonParallelGroup = "background")
    public void sweep() {
      cluster.sweeper().sweep();
    }

    /** "" unless the node drained here was picked before it was resumed here. */
    @Operation(nonParallelGroup = "operator")
    public String drainedNodeIsNotPicked() {
      cluster.operators().drain(id(1));
      RunningAttempt attempt = quiet.begin();
      String fault = "";
      if (attempt != null) {
        fault = attempt.node0().node().id().equals(id(1)) ? "picked " + attempt.node0() : "";
        attempt.finish(Outcome.cancelled());
      }
      cluster.operators().resume(id(1));
      return fault;
    }

    /** Run when all threads have ended. */
    @Validate
    public void nothingIsLost() {
      quiet.tasks.run();
      for (LiveNode node : met) {
        int expected = inFlight.getOrDefault(node, 0);
        require(node.inFlight() == expected, node + ", expected in flight: " + expected);
      }
      int running = cluster.sweeper().runningAttempts();
      require(running == open.size(), running + " running, expected: " + open.size());
      List<LiveNode> nodes = cluster.registry().nodes();
      for (Candidate candidate :
          QuietCluster.candidates(cluster.registry().table(), RequestHint.read())) {
        require(nodes.contains((LiveNode) candidate), candidate + " is no member");
        require(((LiveNode) candidate).health.isEnabled(), candidate + " is not to be used");
      }
      toldIsTrue(nodes);
    }

    private void toldIsTrue(List<LiveNode> nodes) {
      for (LiveNode node : nodes) {
        NodeState last = null;
        for (Transition transition : told) {
          if (transition.node().id().equals(node.node().id())) {
            require(last == null || last == transition.from(), told + ": not a chain");
            last = transition.to();
          }
        }
        require(last == null || last == node.state(), node + ", told: " + told);
      }
    }

    private static void require(boolean holds, String otherwise) {
      if (!holds) {
        throw new IllegalStateException(otherwise);
      }
    }
  }

  /** Every operation says nothing, so any order will do; a deadlock or a broken rule will not. */
  public static class Silence {
    public void begin() {}

    public void succeed() {}

    public void fail() {}

    public void findUnreachable() {}

    public void askForPause() {}

    public void probed(int node, int well) {}

    public void update(int both) {}

    public void tick() {}

    public void sweep() {}

    public String drainedNodeIsNotPicked() {
      return "";
    }
  }

  @Test
  void nothing_is_lost_whatever_the_order() {
    options().sequentialSpecification(Silence.class).check(Everything.class);
  }
}
