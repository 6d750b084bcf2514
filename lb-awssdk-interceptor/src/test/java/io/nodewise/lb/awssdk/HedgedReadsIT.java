package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.HedgeSnapshot;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.Request;
import io.nodewise.lb.hedge.HedgeThreads;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Reads that are sent to a second node, over real servers and real HTTP clients. */
class HedgedReadsIT extends OnS3Nodes {
  /** As good as always allowed, and far beyond what a read takes on a busy machine. */
  private static final Hedging OFTEN =
      Hedging.builder()
          .share(0.5)
          .leastDelay(Duration.ofMillis(40))
          .leastSamples(10)
          .burst(1000)
          .build();

  private final FaultProxy slow = nodes.get(2);

  private LoadBalancer cluster(Hedging hedging) {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .policy(BalancingPolicy.roundRobin()) // the slow one gets its turn
                .hedging(hedging)
                .healthCheck(quickProbes()));
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    return cluster;
  }

  /** Stores an object and reads it until it is known how long that takes. */
  private void learn(LoadBalancer cluster, S3Client s3) {
    put(s3, "k", bytes(2000));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              for (int i = 0; i < 40; i++) {
                get(s3, "k");
              }
              return !cluster.snapshot().hedges().delay().isZero();
            });
    assertThat(cluster.snapshot().hedges().delay()).isLessThan(Duration.ofMillis(200));
  }

  /** Until so many were sent twice; the slowest call, in milliseconds. */
  private long until(int begun, LoadBalancer cluster, Runnable call) {
    long before = cluster.snapshot().hedges().begun();
    long slowest = 0;
    for (int i = 0; i < 4000 && cluster.snapshot().hedges().begun() < before + begun; i++) {
      slowest = Math.max(slowest, millis(call));
      assertIdle(cluster);
    }
    assertThat(cluster.snapshot().hedges().begun()).isGreaterThanOrEqualTo(before + begun);
    return slowest;
  }

  static Stream<Arguments> clients() {
    return Stream.of(
        Arguments.of("Apache 4", HttpClients.apache()),
        Arguments.of("Apache 5", Apache5HttpClient.builder()));
  }

  @ParameterizedTest
  @MethodSource("clients")
  void the_second_node_answers_and_the_first_ones_connection_is_closed(
      String name, SdkHttpClient.Builder<?> http) {
    LoadBalancer cluster = cluster(OFTEN);
    S3Client s3 = track(builder(cluster).httpClientBuilder(http));
    learn(cluster, s3);
    slow.always(Fault.delayReply(3000));

    long slowest = until(3, cluster, () -> assertThat(get(s3, "k")).isEqualTo(bytes(2000)));

    System.out.printf("hedged over %s: slowest call %d ms%n", name, slowest);
    assertThat(slowest).isLessThan(2000);
    assertThat(cluster.snapshot().hedges().won()).isGreaterThanOrEqualTo(3);
    assertThat(faults(cluster)).isZero();
    await("connections of the losers are closed")
        .atMost(Duration.ofSeconds(10))
        .until(() -> slow.connections() == 0);
  }

  @Test
  void a_head_is_sent_to_a_second_node_too() {
    LoadBalancer cluster = cluster(OFTEN);
    S3Client s3 = client(cluster);
    learn(cluster, s3);
    slow.always(Fault.delayReply(3000));
    long slowest =
        until(
            3,
            cluster,
            () ->
                assertThat(s3.headObject(head -> head.bucket(bucket).key("k")).contentLength())
                    .isEqualTo(2000));
    assertThat(slowest).isLessThan(2000);
    assertThat(nodes.count("HEAD")).isGreaterThan(3);
    assertThat(cluster.snapshot().hedges().won()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void a_node_that_dies_under_both_costs_no_retry() {
    LoadBalancer cluster = cluster(OFTEN);
    S3Client s3 =
        track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1))));
    learn(cluster, s3);
    slow.always(Fault.delayReply(3000));
    Thread killer =
        new Thread(
            () -> {
              await().until(() -> cluster.snapshot().hedges().begun() > 0);
              slow.kill();
            });
    killer.start();
    until(1, cluster, () -> assertThat(get(s3, "k")).isEqualTo(bytes(2000)));
    await().until(() -> !killer.isAlive());
  }

  @Test
  void by_default_nothing_is_sent_twice() throws Exception {
    LoadBalancer cluster = cluster(Hedging.off());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(2000));
    inParallel(4, 200, i -> get(s3, "k"));
    slow.always(Fault.delayReply(300));
    int before = nodes.count("GET");
    inParallel(4, 40, i -> get(s3, "k"));
    assertThat(nodes.count("GET") - before).isEqualTo(40);
    assertThat(threads("nodewise-hedge")).isEmpty();
  }

  @Test
  void uploads_and_listings_wait() throws Exception {
    LoadBalancer cluster = cluster(OFTEN);
    S3Client s3 = client(cluster);
    learn(cluster, s3);
    nodes.always(Fault.delayReply(400));
    int before = nodes.requests().size();
    IntConsumer calls =
        i -> {
          put(s3, "p" + i, bytes(100));
          s3.listObjectsV2(list -> list.bucket(bucket));
        };
    inParallel(8, 8, calls);
    assertThat(nodes.requests().size() - before).isEqualTo(16);
  }

  /** A third of all answers is late, and of connections there are only as many as can be in use. */
  @Test
  void a_thousand_of_them_leave_nothing_behind() throws Exception {
    LoadBalancer cluster = cluster(OFTEN);
    int most = 12 + HedgeThreads.MOST;
    S3Client s3 =
        track(builder(cluster).httpClientBuilder(HttpClients.apache().maxConnections(most)));
    learn(cluster, s3);
    HedgeSnapshot before = cluster.snapshot().hedges();
    int counted = nodes.count("GET");
    Fault late = Fault.delayReply(120).when(one -> ThreadLocalRandom.current().nextInt(3) == 0);
    nodes.always(late);
    byte[] expected = bytes(2000);
    int calls = 0;
    while (cluster.snapshot().hedges().begun() - before.begun() < 1000 && calls < 12_000) {
      inParallel(12, 300, i -> assertThat(get(s3, "k")).isEqualTo(expected));
      assertIdle(cluster);
      calls += 300;
    }
    HedgeSnapshot after = cluster.snapshot().hedges();
    System.out.printf("%d calls, hedges %s%n", calls, after);
    assertThat(after.begun() - before.begun()).isGreaterThanOrEqualTo(1000);
    int sent = nodes.count("GET") - counted;
    // Those that lost before they were sent are missing on the servers.
    assertThat(sent).isBetween(calls, calls + (int) (after.begun() - before.begun()));
    assertThat(faults(cluster)).isZero();
    assertThat(connections()).isLessThanOrEqualTo(most);
    assertThat(threads("nodewise-hedge-").size()).isLessThanOrEqualTo(HedgeThreads.MOST + 1);
  }

  private int connections() {
    return nodes.all().stream().mapToInt(FaultProxy::connections).sum();
  }

  /** Whatever is slow: a fiftieth of the calls and a small burst. */
  @Test
  void by_default_settings_the_servers_see_a_fiftieth_more_at_most() throws Exception {
    LoadBalancer cluster = cluster(Hedging.defaults());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(2000));
    int before = nodes.count("GET");
    inParallel(8, 400, i -> get(s3, "k"));
    slow.always(Fault.delayReply(250).when(HedgedReadsIT::oneInTen));
    inParallel(8, 1600, i -> get(s3, "k"));
    HedgeSnapshot hedges = cluster.snapshot().hedges();
    int extra = nodes.count("GET") - before - 2000;
    System.out.printf("2000 calls, %d requests more, hedges %s%n", extra, hedges);
    assertThat(extra).isLessThanOrEqualTo(2000 / 50);
    assertThat(hedges.begun()).isPositive();
    assertThat((long) extra).isLessThanOrEqualTo(hedges.begun());
  }

  private static boolean oneInTen(Request request) {
    return request.isS3() && ThreadLocalRandom.current().nextInt(10) == 0;
  }

  @Test
  void after_close_no_thread_is_left_and_reads_under_way_end() {
    LoadBalancer cluster = cluster(OFTEN);
    S3Client s3 = track(builder(cluster));
    learn(cluster, s3);
    slow.always(Fault.delayReply(3000));
    until(1, cluster, () -> get(s3, "k"));
    assertThat(threads("nodewise-hedge")).isNotEmpty();
    s3.close();
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> assertThat(List.copyOf(threads("nodewise-hedge"))).isEmpty());
  }
}
