package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.HedgeSnapshot;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Ten nodes, of which one has a chance of one in ten to stall for half a second. They are asked in
 * turn: the default policy goes round such a node by itself, and hedging would have little to do.
 */
class HedgingDrillIT extends OnS3Nodes {
  private static final int STALL = 500;
  private static final int ROUNDS = 6;
  private static final int CALLS = 500; // of a round

  private final List<FaultProxy> ten = new ArrayList<>();

  @AfterEach
  void closeThem() {
    ten.forEach(FaultProxy::close);
  }

  private S3Client arm(Hedging hedging) {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(ten.stream().map(FaultProxy::url).toArray(String[]::new))
                .policy(BalancingPolicy.roundRobin())
                .hedging(hedging)
                .healthCheck(quickProbes()));
    hedged = cluster;
    return client(cluster);
  }

  private LoadBalancer hedged;

  private int gets() {
    return ten.stream().mapToInt(proxy -> proxy.count("GET")).sum();
  }

  private static long slowest(Queue<Long> times, double part) {
    long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    return sorted[(int) Math.ceil(part * sorted.length) - 1];
  }

  private static long stalled(Queue<Long> times) {
    return times.stream().filter(millis -> millis >= STALL).count();
  }

  /**
   * Percentiles are measured by the benchmark; this one looks at the stalls, which can be told from
   * the pauses of a machine that does much else.
   */
  @Test
  void one_node_that_stalls_is_no_longer_felt_at_a_fiftieth_more_requests() throws Exception {
    for (int i = 0; i < 10; i++) {
      String id = nodes.get(i % 4).id();
      int port = Integer.parseInt(id.substring(id.lastIndexOf(':') + 1));
      ten.add(FaultProxy.before(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
    }
    S3Client off = arm(Hedging.off());
    S3Client on = arm(Hedging.defaults());
    put(off, "k", bytes(2000));
    ten.get(3)
        .always(Fault.delayReply(STALL).when(one -> ThreadLocalRandom.current().nextInt(10) == 0));
    inParallel(4, 1000, i -> get(off, "k")); // classes, connections
    inParallel(4, 1000, i -> get(on, "k"));

    Queue<Long> without = new ConcurrentLinkedQueue<>();
    Queue<Long> with = new ConcurrentLinkedQueue<>();
    HedgeSnapshot before = hedged.snapshot().hedges();
    int sent = 0;
    for (int round = 0; round < ROUNDS; round++) {
      inParallel(4, CALLS, i -> without.add(millis(() -> get(off, "k"))));
      int counted = gets();
      inParallel(4, CALLS, i -> with.add(millis(() -> get(on, "k"))));
      sent += gets() - counted;
    }

    HedgeSnapshot hedges = hedged.snapshot().hedges();
    System.out.printf(
        "hedging drill: p50, p99, p99.9, worst: off %d %d %d %d ms, on %d %d %d %d ms; %d calls, %d requests, hedges"
            + " %d, in all %s%n",
        slowest(without, 0.5),
        slowest(without, 0.99),
        slowest(without, 0.999),
        slowest(without, 1),
        slowest(with, 0.5),
        slowest(with, 0.99),
        slowest(with, 0.999),
        slowest(with, 1),
        ROUNDS * CALLS,
        sent,
        hedges.begun() - before.begun(),
        hedges);
    assertThat(slowest(without, 0.999)).isGreaterThanOrEqualTo(STALL);
    assertThat(stalled(without)).as("one in a hundred").isGreaterThan(ROUNDS * CALLS / 200);
    // A machine that does much else makes other reads slow as well, and they take from the budget.
    long denied = hedges.denied() - before.denied();
    assertThat(stalled(with)).isLessThanOrEqualTo(stalled(without) / 5 + denied);
    assertThat(denied).isLessThan(stalled(without));
    // What was saved up before these calls may be spent in them.
    assertThat(sent).isLessThanOrEqualTo(ROUNDS * CALLS * 102 / 100 + 10);
  }
}
