package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;

/** A node that answers, and takes its time: nothing is wrong with it that a probe would see. */
class SlowNodeIT extends OnS3Nodes {
  /** Some sixty times what the others take, and below the silence that looks suspicious. */
  private static final int DELAY = 300;

  private static final int CALLS = 600;

  private record Result(double share, long p50, long p95) {}

  private final FaultProxy slow = nodes.get(2);

  private LoadBalancer cluster(BalancingPolicy policy, OutlierDetection outliers) {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .policy(policy)
                .outlierDetection(outliers)
                .healthCheck(quickProbes()));
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    return cluster;
  }

  /** By the policy alone: nobody is put out for being slow. */
  private Result run(BalancingPolicy policy) throws Exception {
    nodes.renew();
    LoadBalancer cluster = cluster(policy, OutlierDetection.builder().slowFactor(0).build());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(2000));
    inParallel(4, 40, i -> get(s3, "k")); // connections, classes
    slow.always(Fault.delayReply(DELAY));
    int before = slow.count("GET");
    int all = nodes.count("GET");

    Queue<Long> times = new ConcurrentLinkedQueue<>();
    inParallel(4, CALLS, i -> times.add(millis(() -> assertThat(get(s3, "k")).hasSize(2000))));

    long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    double share = (double) (slow.count("GET") - before) / (nodes.count("GET") - all);
    Result result = new Result(share, sorted[CALLS / 2], sorted[CALLS * 95 / 100]);
    System.out.printf("slow node, %s: %s%n", policy, result);
    assertThat(faults(cluster)).as("to be slow is no fault").isZero();
    return result;
  }

  @Test
  void leastLoadedGoesRoundIt() throws Exception {
    Result inTurn = run(BalancingPolicy.roundRobin());
    Result leastLoaded = run(BalancingPolicy.leastLoaded());

    assertThat(inTurn.share()).isBetween(0.2, 0.3);
    assertThat(inTurn.p95()).as("every fourth call").isGreaterThanOrEqualTo(DELAY);
    assertThat(leastLoaded.share()).isLessThan(0.05);
    assertThat(leastLoaded.p95()).isLessThan(DELAY);
  }

  /** Where the policy does not look, the judge does. */
  @Test
  void inTurnItIsPutOut() throws Exception {
    LoadBalancer cluster = cluster(BalancingPolicy.roundRobin(), OutlierDetection.defaults());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(2000));
    slow.always(Fault.delayReply(DELAY));

    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              inParallel(4, 40, i -> get(s3, "k"));
              return node(cluster, slow).state() == NodeState.EJECTED;
            });

    System.out.printf("slow node: %s%n", node(cluster, slow).reason());
    assertThat(node(cluster, slow).reason()).contains("slow");
    assertThat(faults(cluster)).isZero();
  }
}
