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
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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

  /** A read that says in a header which one it is. */
  private record Call(String id, long millis) {
    boolean isLong() {
      return millis >= STALL;
    }
  }

  private Call call(S3Client s3, String id) {
    return new Call(
        id,
        millis(
            () ->
                s3.getObjectAsBytes(
                    get ->
                        get.bucket(bucket)
                            .key("k")
                            .overrideConfiguration(own -> own.putHeader("x-call", id)))));
  }

  /** The reads of which a request stalled; at most one of each, as only one node does so. */
  private Set<String> struck() {
    return ten.get(3).struck().stream()
        .map(request -> request.header("x-call").orElse(""))
        .collect(Collectors.toSet());
  }

  private static long slowest(Queue<Call> calls, double part) {
    long[] sorted = calls.stream().mapToLong(Call::millis).sorted().toArray();
    return sorted[(int) Math.ceil(part * sorted.length) - 1];
  }

  private static long count(Queue<Call> calls, Predicate<Call> which) {
    return calls.stream().filter(which).count();
  }

  /**
   * Percentiles are measured by the benchmark. This one looks at every read whose request stalled,
   * which can be told from those that are slow because the machine does much else.
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

    Queue<Call> without = new ConcurrentLinkedQueue<>();
    Queue<Call> with = new ConcurrentLinkedQueue<>();
    HedgeSnapshot before = hedged.snapshot().hedges();
    int sent = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String number = round + "-";
      inParallel(4, CALLS, i -> without.add(call(off, "off" + number + i)));
      int counted = gets();
      inParallel(4, CALLS, i -> with.add(call(on, "on" + number + i)));
      sent += gets() - counted;
    }

    HedgeSnapshot hedges = hedged.snapshot().hedges();
    System.out.printf(
        "hedging drill: p50, p99, p99.9, worst: off %d %d %d %d ms, on %d %d %d %d ms; %d calls, %d requests, hedges"
            + " %d, denied %d, in all %s%n",
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
        hedges.denied() - before.denied(),
        hedges);
    Set<String> struck = struck();
    assertThat(slowest(without, 0.999)).isGreaterThanOrEqualTo(STALL);
    assertThat(count(without, call -> struck.contains(call.id())))
        .as("one in a hundred")
        .isGreaterThan(ROUNDS * CALLS / 200);
    assertThat(without)
        .filteredOn(call -> struck.contains(call.id()))
        .as("each is felt")
        .allMatch(Call::isLong);

    // A machine that does much else makes other reads slow as well, and they take from the budget;
    // it may also pause in the middle of a second attempt. Where it does neither, none is felt, and
    // the p99.9 is below the stall.
    long stalls = count(with, call -> struck.contains(call.id()));
    long felt = count(with, call -> struck.contains(call.id()) && call.isLong());
    long pauses = count(with, call -> !struck.contains(call.id()) && call.isLong());
    long denied = hedges.denied() - before.denied();
    assertThat(stalls).isGreaterThan(ROUNDS * CALLS / 200);
    assertThat(felt).as("stalls that are felt").isLessThanOrEqualTo(denied + pauses);
    assertThat(denied + pauses).as("what excuses them").isLessThan(stalls);
    // What was saved up before these calls may be spent in them.
    assertThat(sent).isLessThanOrEqualTo(ROUNDS * CALLS * 102 / 100 + 10);
  }
}
