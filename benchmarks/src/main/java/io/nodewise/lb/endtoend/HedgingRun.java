package io.nodewise.lb.endtoend;

import io.nodewise.lb.ClusterSnapshot;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.benchmarks.Rotation;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reads of nodes of which one stalls now and then, hedged and not. Used once, by one thread.
 *
 * @param nodes how many; the last one stalls
 * @param rounds how often each arm has its turn
 * @param turn how long
 * @param callsPerSecond in each turn, whether those before are over or not
 * @param warmUp reads of each node before anything is measured
 */
record HedgingRun(int nodes, int rounds, Duration turn, int callsPerSecond, int warmUp) {
  /** Of a thousand requests to the node that stalls. */
  static final int STALLS = 100;

  static final int STALL_MILLIS = 500;

  /** What a read takes on any node, as of a disk. */
  static final int SERVICE_MILLIS = 5;

  /** Ten nodes; some ten thousand calls for each way, of which ten are beyond p99.9. */
  static final HedgingRun FULL = new HedgingRun(10, 8, Duration.ofSeconds(4), 300, 500);

  static final HedgingRun QUICK = new HedgingRun(10, 2, Duration.ofSeconds(4), 200, 500);

  /** Longer than a read may stall, twice. */
  private static final Duration END = Duration.ofSeconds(5);

  /** One way to read, and what came of it. */
  static final class Way {
    final String policy;
    final boolean isHedged;
    private final LoadBalancer cluster;
    private final Arm arm;
    private final List<CallRecord> records = new ArrayList<>();
    private final List<Double> turns = new ArrayList<>(); // p99.9 of each
    private long attempts;
    private long hedges;
    private long won;
    private long denied;
    private Duration delay = Duration.ZERO;

    private Way(BalancingPolicy policy, boolean isHedged, List<URI> nodes) {
      this.policy = policy.toString();
      this.isHedged = isHedged;
      this.cluster =
          LoadBalancer.builder()
              .nodes(nodes.stream().map(URI::toString).toArray(String[]::new))
              .healthCheck(HealthCheck.http(StorageNodeMain.HEALTH_PATH))
              .policy(policy)
              .hedging(isHedged ? Hedging.defaults() : Hedging.off())
              .build();
      this.arm = Arm.over(shown(), cluster);
    }

    String shown() {
      return policy + (isHedged ? ", hedged" : "");
    }

    int calls() {
      return records.size();
    }

    long failures() {
      return records.stream().filter(call -> !call.succeeded()).count();
    }

    /** Attempts beyond one for each call, as a part of the calls. */
    double added() {
      return (attempts - calls()) / (double) calls();
    }

    long hedges() {
      return hedges;
    }

    long won() {
      return won;
    }

    long denied() {
      return denied;
    }

    /** How long a read waited for its first node, at the end. */
    double delayMillis() {
      return delay.toNanos() / 1e6;
    }

    /** In milliseconds, from when the call was due. */
    double quantile(double part) {
      return quantile(records, part);
    }

    /** The median of the turns' own p99.9, which a turn on a busy machine does not move. */
    double medianOfTurns() {
      List<Double> sorted = turns.stream().sorted().toList();
      int middle = sorted.size() / 2;
      return sorted.size() % 2 == 1
          ? sorted.get(middle)
          : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    private static double quantile(List<CallRecord> calls, double part) {
      long[] nanos = calls.stream().mapToLong(CallRecord::nanos).sorted().toArray();
      return nanos[Math.max(0, (int) Math.ceil(part * nanos.length) - 1)] / 1e6;
    }

    /** Calls that took as long as a stall. */
    long stalled() {
      long stall = TimeUnit.MILLISECONDS.toNanos(STALL_MILLIS);
      return records.stream().filter(call -> call.nanos() >= stall).count();
    }

    private void turn(HedgingRun run, boolean isRecorded) throws InterruptedException {
      ClusterSnapshot before = cluster.snapshot();
      OpenLoad load = new OpenLoad(arm, 0, run.callsPerSecond(), List.of(Operation.SMALL_GET));
      load.start();
      TimeUnit.NANOSECONDS.sleep(run.turn().toNanos());
      load.stop();
      load.awaitEnd(END);
      if (!isRecorded) {
        return;
      }
      ClusterSnapshot after = cluster.snapshot();
      records.addAll(load.records());
      turns.add(quantile(load.records(), 0.999));
      attempts += after.attempts() - before.attempts();
      hedges += after.hedges().begun() - before.hedges().begun();
      won += after.hedges().won() - before.hedges().won();
      denied += after.hedges().denied() - before.hedges().denied();
      delay = after.hedges().delay();
    }
  }

  /**
   * Without the load balancers, which know the reads of the last minute or two: they are to learn
   * how long a read takes, not how long one takes on a node that has just been started.
   */
  private void warmUp(StorageCluster cluster) {
    for (int i = 0; i < cluster.nodes().size(); i++) {
      try (Arm arm = Arm.plain("warm-up", cluster.node(i).uri())) {
        if (i == 0) {
          Operation.prepare(arm.s3());
        }
        for (int read = 0; read < warmUp; read++) {
          Operation.SMALL_GET.run(arm.s3(), read);
        }
      }
    }
  }

  /** All ways, in turn: in the order in which they are shown, not hedged before hedged. */
  List<Way> run(Consumer<String> progress) throws IOException, InterruptedException {
    progress.accept("starting " + nodes + " nodes");
    List<Way> ways = new ArrayList<>();
    try (StorageCluster cluster = StorageCluster.start(nodes)) {
      progress.accept("warming up the nodes");
      warmUp(cluster);
      for (BalancingPolicy policy :
          List.of(BalancingPolicy.roundRobin(), BalancingPolicy.leastLoaded())) {
        ways.add(new Way(policy, false, cluster.uris()));
        ways.add(new Way(policy, true, cluster.uris()));
      }
      NodeMode healthy = NodeMode.FAST.withDelay(SERVICE_MILLIS);
      cluster.mode(healthy);
      cluster.node(nodes - 1).mode(healthy.stalling(STALLS, STALL_MILLIS));
      progress.accept("warming up");
      for (Way way : ways) {
        way.turn(this, false);
      }
      for (int round = 0; round < rounds; round++) {
        progress.accept("round " + (round + 1) + " of " + rounds);
        for (Way way : Rotation.of(ways, round, rounds)) {
          way.turn(this, true);
        }
      }
    } finally {
      ways.forEach(way -> way.arm.close());
    }
    return ways;
  }
}
