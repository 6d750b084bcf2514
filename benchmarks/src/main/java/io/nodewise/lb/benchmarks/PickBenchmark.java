package io.nodewise.lb.benchmarks;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.cluster.Cluster;
import io.nodewise.lb.cluster.LiveNode;
import io.nodewise.lb.cluster.RunningAttempt;
import io.nodewise.lb.cluster.Sweeper;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.probe.ProbeClient;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.SiteFailover;
import io.nodewise.lb.routing.Tried;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.ThreadTasks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What balancing adds to a request: the choice of a node and the accounting of one attempt, all
 * nodes healthy and no probes. {@link #facade} is what an adapter pays, {@link #picker} the part of
 * it that chooses and counts.
 *
 * <p>Many short iterations instead of a few long ones: a slice of 2 ms is either undisturbed by
 * other programs or plainly disturbed, and the median takes no notice of the latter.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class PickBenchmark {
  /** How many objects or sessions the requests belong to; a power of two. */
  private static final int KEYS = 1024;

  /** Of how many nodes a subset is made; of 10 all belong to it. */
  private static final int SUBSET = 20;

  /** Nodes in the set; of 10 the default policy looks at all, of more it samples. */
  @Param({"10", "100", "1000"})
  public int nodes;

  /** The default policy, and all others. */
  @Param({
    "leastLoaded",
    "leastLoadedOf5",
    "powerOfTwoChoices",
    "roundRobin",
    "random",
    "rendezvous",
    "sticky",
    "pinUntilError",
    "zoneAware",
    "subset"
  })
  public String policy;

  private LoadBalancer balancer;
  private Cluster cluster;
  private volatile long clock; // of the bare cluster; stands still while anything is measured

  /** What is each thread's own. */
  @State(Scope.Thread)
  public static class Request {
    private final Tried tried = new Tried();
    private RequestHint[] hints;
    private int next;

    /** Made beforehand: what a key's hash costs depends on the key. */
    @Setup
    public void prepare(PickBenchmark benchmark) {
      boolean belongs = benchmark.policy.equals("sticky") || benchmark.policy.equals("rendezvous");
      hints = new RequestHint[KEYS];
      for (int i = 0; i < KEYS; i++) {
        RequestHint read = RequestHint.read();
        hints[i] = belongs ? read.withAffinity("object-" + i) : read;
      }
    }

    private RequestHint hint() {
      next = (next + 1) & (KEYS - 1);
      return hints[next];
    }
  }

  /** Builds the same cluster twice: behind the façade, and bare, without threads. */
  @Setup
  public void build() throws NoNodeAvailableException {
    NodeSet set = NodeSet.of(members());
    BalancingPolicy choice = choice();
    balancer =
        LoadBalancer.builder()
            .nodes(set.nodes())
            .policy(choice)
            .healthCheck(HealthCheck.none())
            .build();
    cluster =
        new Cluster(
            set,
            new Cluster.Settings(
                HealthCheck.none(),
                OutlierDetection.defaults(),
                SlowStart.defaults(),
                Timeouts.defaults(),
                choice,
                InFlightLimits.none(),
                SiteFailover.defaults(),
                Backups.ALL,
                RetryBudget.defaults(),
                Hedging.off(),
                List.of()),
            new Cluster.Runtime(
                () -> clock, new ThreadTasks("unused"), Randomness.threadLocal(), NO_PROBES));
    useEveryNode();
    answerFromEveryNode();
  }

  /** Every other node stands in the client's zone. */
  private List<Node> members() {
    List<Node> members = new ArrayList<>();
    for (int i = 1; i <= nodes; i++) {
      members.add(
          Node.builder("http://node" + i + ":9000").zone(i % 2 == 0 ? "here" : "there").build());
    }
    return members;
  }

  private BalancingPolicy choice() {
    return switch (policy) {
      case "leastLoaded" -> BalancingPolicy.leastLoaded();
      case "leastLoadedOf5" -> BalancingPolicy.leastLoaded(5);
      case "powerOfTwoChoices" -> BalancingPolicy.powerOfTwoChoices();
      case "roundRobin" -> BalancingPolicy.roundRobin();
      case "random" -> BalancingPolicy.random();
      case "rendezvous" -> BalancingPolicy.rendezvous();
      case "sticky" -> BalancingPolicy.sticky();
      case "pinUntilError" -> BalancingPolicy.pinUntilError();
      case "zoneAware" -> BalancingPolicy.zoneAware("here");
      case "subset" -> BalancingPolicy.subset(SUBSET, "client");
      default ->
          throw new IllegalArgumentException("policy: " + policy + " (expected: see @Param)");
    };
  }

  /** A node's first success changes its state, once; that is not what is measured. */
  private void useEveryNode() throws NoNodeAvailableException {
    Request request = new Request();
    request.prepare(this);
    // Some policies leave nodes out for good.
    for (int i = 0; i < 50 * nodes; i++) {
      facade(request);
    }
  }

  /** Every node has answered some reads, in 4 to 6 ms: nothing is known only at the very start. */
  private void answerFromEveryNode() {
    for (LiveNode node : cluster.registry().nodes()) {
      for (int i = 0; i < 30; i++) {
        node.tryBegin(true);
        Answer answer = new Answer(node, cluster.sweeper());
        clock += 4_000_000 + i * 7 % 20 * 100_000;
        answer.come();
      }
    }
  }

  private static final class Answer extends RunningAttempt {
    Answer(LiveNode node, Sweeper sweeper) {
      super(node, sweeper, null, false, true, true);
    }

    void come() {
      answered(true);
      finish(Outcome.success());
    }
  }

  /** Closes both. */
  @TearDown
  public void close() {
    balancer.close();
    cluster.close();
  }

  /** Through the public entry: a route, an attempt on a picked node, its end. */
  @Benchmark
  public Attempt facade(Request request) throws NoNodeAvailableException {
    Attempt attempt = balancer.route(request.hint()).next(false);
    attempt.end(Outcome.success());
    return attempt;
  }

  /** The choice and the count in flight, up and down. */
  @Benchmark
  public LiveNode picker(Request request) throws NoNodeAvailableException {
    LiveNode node = cluster.begin(request.tried, request.hint());
    node.end();
    return node;
  }

  private static final ProbeClient NO_PROBES =
      new ProbeClient() {
        @Override
        public void probe(
            Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
          throw new UnsupportedOperationException("a probe of " + node);
        }

        @Override
        public void close() {}
      };
}
