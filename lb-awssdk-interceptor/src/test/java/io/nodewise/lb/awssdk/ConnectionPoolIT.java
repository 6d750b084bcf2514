package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.services.s3.S3Client;

/** A pool of two connections survives whatever failovers do to it. */
class ConnectionPoolIT extends OnS3Nodes {
  private static final Duration SOON = Duration.ofMillis(500);

  static final List<SdkHttpClient.Builder<?>> SMALL =
      List.of(
          HttpClients.apache().maxConnections(2).connectionAcquisitionTimeout(SOON),
          Apache5HttpClient.builder().maxConnections(2).connectionAcquisitionTimeout(SOON));

  static final List<Fault> FAULTS =
      List.of(
          Fault.resetRequest(100),
          Fault.loseReply(),
          Fault.resetReply(20_000).on("GET"),
          Fault.cutReply(20_000).on("GET"));

  @ParameterizedTest
  @FieldSource("SMALL")
  void fiftyFailedOverCalls(SdkHttpClient.Builder<?> http) {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = track(builder(cluster).httpClientBuilder(http));
    put(s3, "k", bytes(100_000));

    for (int i = 0; i < 50; i++) {
      nodes.forgetFaults();
      nodes.onceAnywhere(FAULTS.get(i % FAULTS.size()));
      assertThat(get(s3, "k")).isEqualTo(bytes(100_000));
    }

    // The first reset of each node may have been that of a stale connection.
    assertThat(faults(cluster)).isBetween(50L - 4, 50L);
    nodes.forgetFaults();
    put(s3, "after", bytes(10));
  }

  @Test
  void confirmationsDoNotNeedAThirdConnection() {
    S3Client s3 =
        track(
            builder(unprobed(4))
                .httpClientBuilder(
                    HttpClients.apache().maxConnections(1).connectionAcquisitionTimeout(SOON)));

    for (int i = 0; i < 5; i++) {
      String key = "k" + i;
      nodes.forgetFaults();
      nodes.onceAnywhere(Fault.loseReply().on("PUT"));
      s3.putObject(
          put -> put.bucket(bucket).key(key).ifNoneMatch("*"), RequestBody.fromBytes(bytes(100)));
      nodes.onceAnywhere(Fault.loseReply().on("POST"));
      s3.createMultipartUpload(create -> create.bucket(bucket).key(key));
    }
  }

  @Test
  void errorsAndAbortsGiveTheirConnectionsBack() {
    S3Client s3 =
        track(
            builder(unprobed(4))
                .httpClientBuilder(
                    HttpClients.apache().maxConnections(1).connectionAcquisitionTimeout(SOON)));
    put(s3, "k", bytes(1 << 20));

    for (int i = 0; i < 10; i++) {
      assertThatException().isThrownBy(() -> get(s3, "none"));
      assertThatException()
          .isThrownBy(() -> s3.headObject(head -> head.bucket(bucket).key("none")));
      s3.getObject(get -> get.bucket(bucket).key("k")).abort();
      s3.headObject(head -> head.bucket(bucket).key("k"));
    }
  }

  /** How many of a hundred uploads end while a node that gets its turns answers nothing. */
  private int doneBesideAStuckNode(int spillsAt) throws Exception {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(HealthCheck.none())
                .policy(BalancingPolicy.roundRobin())
                .limits(InFlightLimits.builder().spillsAt(spillsAt).build()));
    S3Client s3 =
        track(
            builder(cluster)
                .httpClientBuilder(
                    HttpClients.apache()
                        .maxConnections(20)
                        .connectionAcquisitionTimeout(Duration.ofSeconds(60))));
    FaultProxy stuck = nodes.get(1);
    stuck.always(Fault.delayReply(60_000).on("PUT"));
    AtomicInteger done = new AtomicInteger();
    CompletableFuture<Void> uploads =
        CompletableFuture.runAsync(
            () -> {
              try {
                inParallel(
                    40,
                    100,
                    i -> {
                      put(s3, "k" + i, bytes(100));
                      done.incrementAndGet();
                    });
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    int held = spillsAt == 0 ? 20 : spillsAt;
    await().atMost(Duration.ofSeconds(20)).until(() -> stuck.count("PUT") == held);
    if (spillsAt > 0) {
      await().atMost(Duration.ofSeconds(20)).until(() -> done.get() == 100 - held);
    }
    int doneBeside = done.get();
    stuck.kill();
    uploads.get(60, TimeUnit.SECONDS);
    return doneBeside;
  }

  @Test
  void stuckNodeDoesNotHoldThePool() throws Exception {
    assertThat(doneBesideAStuckNode(10)).isEqualTo(90);
  }

  @Test
  void stuckNodeHoldsThePoolWhereItMay() throws Exception {
    assertThat(doneBesideAStuckNode(0)).isLessThanOrEqualTo(80);
  }

  /**
   * What nobody used for four seconds is not used again, and closed when the SDK looks at its idle
   * connections, which is once a minute; what is in use is kept.
   */
  @Test
  @Tag("stress") // takes that minute
  void connectionsOfANodeThatIsGoneAreLetGo() {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(3))
                .healthCheck(HealthCheck.none())
                .policy(BalancingPolicy.roundRobin()));
    S3Client s3 = track(builder(cluster));
    put(s3, "k", bytes(10));
    for (int i = 0; i < 6; i++) {
      get(s3, "k");
    }
    FaultProxy removed = nodes.get(1);
    FaultProxy drained = nodes.get(2);
    assertThat(removed.connections()).isPositive();
    assertThat(drained.connections()).isPositive();

    cluster.update(NodeSet.parse(nodes.get(0).url(), drained.url()));
    cluster.drain(drained.id());

    await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () -> {
              get(s3, "k"); // by the node that stays
              return removed.connections() == 0 && drained.connections() == 0;
            });
    assertThat(nodes.get(0).connections()).as("the one in use").isEqualTo(1);
  }
}
