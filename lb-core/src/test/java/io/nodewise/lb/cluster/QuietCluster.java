package io.nodewise.lb.cluster;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.LoadBalancerListener;
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
import io.nodewise.lb.routing.Candidate;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.Picker;
import io.nodewise.lb.routing.RoutingTable;
import io.nodewise.lb.routing.SiteFailover;
import io.nodewise.lb.routing.Tried;
import io.nodewise.lb.time.Tasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in which nothing happens by itself, cheap enough to be made a million times: no thread,
 * no chance, a clock that stands unless it is moved, tasks that wait to be run, and a picker that
 * takes the first open node of a group. Its nodes are known and up.
 */
final class QuietCluster {
  private static final HealthCheck CHECK = HealthCheck.auto();
  private static final OutlierDetection OUTLIERS = OutlierDetection.defaults();
  private static final SlowStart SLOW_START = SlowStart.defaults();

  /** What the nodes' probes answer when they are well. */
  static final ProbeResult WELL = ProbeResult.up("200", Duration.ZERO);

  /** What they answer when nobody listens. */
  static final ProbeResult REFUSED =
      ProbeResult.down(ProbeResult.Evidence.REFUSED, "refused", Duration.ZERO);

  /** How an attempt ends that the node failed. */
  static final Outcome FAULT = Outcome.fault("500");

  private static final BalancingPolicy FIRST =
      BalancingPolicy.custom(
          "first",
          () ->
              group ->
                  (tried, hint, random) -> {
                    for (Candidate candidate : group) {
                      if (Picker.open(candidate, tried)) {
                        return candidate;
                      }
                    }
                    return null;
                  });

  /** What waits for the background thread, run by whoever asks for it. */
  static final class Queue implements Tasks {
    private final List<Runnable> waiting = new ArrayList<>();

    @Override
    public synchronized Scheduled schedule(Duration delay, Runnable task) {
      waiting.add(task);
      return () -> {};
    }

    /** Runs everything, also what comes meanwhile. */
    void run() {
      for (Runnable next = poll(); next != null; next = poll()) {
        next.run();
      }
    }

    private synchronized @Nullable Runnable poll() {
      return waiting.isEmpty() ? null : waiting.remove(0);
    }

    @Override
    public void close() {}
  }

  private static final class NoProbes implements ProbeClient {
    @Override
    public void probe(
        Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {}

    @Override
    public void close() {}
  }

  final Queue tasks = new Queue();
  final Cluster cluster;
  private final AtomicLong now = new AtomicLong(); // by whoever moves the clock

  QuietCluster(NodeSet members, LoadBalancerListener... listeners) {
    cluster =
        new Cluster(
            members,
            new Cluster.Settings(
                CHECK,
                OUTLIERS,
                SLOW_START,
                Timeouts.defaults(),
                FIRST,
                InFlightLimits.none(),
                SiteFailover.defaults(),
                Backups.ALL,
                RetryBudget.defaults(),
                Hedging.off(),
                List.of(listeners)),
            new Cluster.Runtime(now::get, tasks, () -> 0, new NoProbes()));
    for (Node node : members) {
      cluster.evidence().probed(node, WELL);
    }
  }

  /** Lets the clock go on; nothing is run for it. */
  void pass(Duration time) {
    now.getAndAdd(time.toNanos());
  }

  Registry registry() {
    return cluster.registry();
  }

  LiveNode live(int index) {
    return cluster.registry().nodes().get(index);
  }

  /** Begins an attempt of a read on whatever node is first, or null where there is none. */
  @Nullable RunningAttempt begin() {
    try {
      return on(cluster.begin(new Tried(), RequestHint.read()));
    } catch (NoNodeAvailableException e) {
      return null;
    }
  }

  /** An attempt of a read on a node that it has been counted in on. */
  RunningAttempt on(LiveNode node) {
    return new RunningAttempt(node, cluster.sweeper(), null, false, true, false) {};
  }

  /** Counts an attempt in on this node, whatever its limit. */
  RunningAttempt beginOn(LiveNode node) {
    node.tryBegin(true);
    return on(node);
  }

  /** How many attempts the node lets begin now; ends none of them. */
  static int places(LiveNode node) {
    int places = 0;
    while (places < 10 && node.tryBegin(false)) {
      places++;
    }
    return places;
  }

  /** Everybody in the table. */
  static List<Candidate> candidates(RoutingTable table, RequestHint hint) {
    List<Candidate> all = new ArrayList<>();
    Tried met = new Tried();
    for (Candidate next = table.pick(met, hint, 0); next != null; next = table.pick(met, hint, 0)) {
      met.add(next);
      all.add(next);
    }
    return all;
  }
}
