package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Nodes that fail under an asynchronous client. */
class AsyncFailoverIT extends OnAsyncNodes {

  private LoadBalancer roundRobin(Timeouts timeouts) {
    return track(
        LoadBalancer.builder()
            .nodes(nodes.urls())
            .healthCheck(HealthCheck.none())
            .policy(BalancingPolicy.roundRobin())
            .timeouts(timeouts));
  }

  @ParameterizedTest
  @EnumSource
  void deadNode(Http http) {
    LoadBalancer cluster = roundRobin(Timeouts.builder().build());
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(5000));
    nodes.get(1).kill();

    for (int i = 0; i < 12; i++) {
      put(s3, "k" + i, bytes(5000));
      assertThat(get(s3, "k" + i)).isEqualTo(bytes(5000));
    }
    assertThat(cluster.snapshot().failovers()).isPositive();
    assertThat(cluster.snapshot().toTable()).contains("DOWN");
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void nodeThatHangsIsLeftAtOnceByAllThatWait(Http http) {
    LoadBalancer cluster = cluster();
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(5000));
    nodes.get(2).hang();

    long took =
        millis(
            () -> {
              List<CompletableFuture<?>> all = new ArrayList<>();
              for (int i = 0; i < 40; i++) {
                all.add(s3.headObject(head -> head.bucket(bucket).key("k")));
              }
              all.forEach(OnAsyncNodes::got);
            });
    assertThat(took).isLessThan(15_000);
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void nodeThatRefusesAtOnce(Http http) {
    LoadBalancer cluster = roundRobin(Timeouts.builder().build());
    S3AsyncClient s3 = client(cluster, http);
    nodes.get(0).always(Fault.answerInstead(503, Fault.error("XMinioServerNotInitialized")));
    nodes.get(1).always(Fault.answerInstead(500, ""));

    for (int i = 0; i < 8; i++) {
      put(s3, "k", bytes(5000));
      assertThat(get(s3, "k")).isEqualTo(bytes(5000));
    }
    assertThat(faults(cluster)).isPositive();
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void resetBeforeAnAnswerAndInTheMidstOfARequest(Http http) {
    LoadBalancer cluster = roundRobin(Timeouts.builder().build());
    S3AsyncClient s3 = client(cluster, http);
    byte[] content = bytes(2_000_000);

    nodes.onceAnywhere(Fault.resetRequest(600_000).on("PUT"));
    put(s3, "k", content);
    nodes.onceAnywhere(Fault.loseReply().on("GET"));
    assertThat(get(s3, "k")).isEqualTo(content);
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void everyNodeIsDead(Http http) {
    LoadBalancer cluster = roundRobin(Timeouts.builder().build());
    S3AsyncClient s3 = client(cluster, http);
    nodes.all().forEach(FaultProxy::kill);

    assertThatThrownBy(() -> get(s3, "k"))
        .rootCause()
        .isInstanceOf(NoNodeAvailableException.class)
        .hasMessageContaining("eligible");
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void conditionalPutThatWasOurs(Http http) {
    LoadBalancer cluster = roundRobin(Timeouts.builder().build());
    // Without a trailer, before which the server may have answered: then no reply would be lost.
    S3AsyncClient s3 =
        track(
            builder(cluster, http)
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED));
    nodes.alwaysAtOne(Fault.loseReply().on("PUT"));

    PutObjectResponse response =
        got(
            s3.putObject(
                put -> put.bucket(bucket).key("k").ifNoneMatch("*"),
                AsyncOperationsIT.pieces(bytes(50_000))));

    assertThat(response.eTag())
        .isEqualTo(got(s3.headObject(head -> head.bucket(bucket).key("k"))).eTag());
    assertThat(nodes.count("PUT"))
        .as("%s %s", nodes.requests(), cluster.snapshot().toTable())
        .isEqualTo(2);
    nodes.forgetFaults();

    nodes.onceAnywhere(Fault.loseReply().on("PUT"));
    assertThatThrownBy(
            () ->
                got(
                    s3.putObject(
                        put -> put.bucket(bucket).key("k").ifNoneMatch("*"),
                        AsyncRequestBody.fromBytes(bytes(100)))))
        .isInstanceOfSatisfying(S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(412));
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void bodyOfOneUseSaysSo(Http http) {
    LoadBalancer cluster = roundRobin(Timeouts.builder().build());
    S3AsyncClient s3 = client(cluster, http);
    ExecutorService pool = Executors.newSingleThreadExecutor();
    nodes.onceAnywhere(Fault.resetRequest(100_000).on("PUT"));
    try {
      AsyncRequestBody body =
          AsyncRequestBody.fromInputStream(
              input ->
                  input
                      .inputStream(
                          new java.io.BufferedInputStream(
                              new ByteArrayInputStream(bytes(300_000))) {
                            @Override
                            public boolean markSupported() {
                              return false;
                            }
                          })
                      .contentLength(300_000L)
                      .executor(pool));

      assertThatThrownBy(() -> got(s3.putObject(put -> put.bucket(bucket).key("k"), body)))
          .hasStackTraceContaining("can't be read a second time")
          .hasStackTraceContaining("AsyncRequestBody.fromFile");
    } finally {
      pool.shutdownNow();
    }
    assertThat(faults(cluster)).as("the one node that lost a reply").isLessThanOrEqualTo(1);
    assertIdle(cluster);
  }

  /** A call in three to five fails so with the SDK alone. */
  @ParameterizedTest
  @EnumSource
  void attemptTimeoutsWithoutBackOffPastASilentNode(Http http) {
    LoadBalancer cluster = roundRobin(Timeouts.builder().build());
    S3AsyncClient s3 =
        track(
            builder(cluster, http)
                .overrideConfiguration(
                    o ->
                        o.apiCallAttemptTimeout(Duration.ofMillis(400))
                            .retryStrategy(
                                AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                    .maxAttempts(10)
                                    .backoffStrategy(attempt -> Duration.ZERO)
                                    .circuitBreakerEnabled(false)
                                    .build())));
    put(s3, "k", bytes(5000));
    nodes.get(3).always(Fault.stallReply(0));

    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(
          s3.getObject(
              get -> get.bucket(bucket).key("k"),
              software.amazon.awssdk.core.async.AsyncResponseTransformer.toBytes()));
      if (all.size() % 20 == 0) {
        all.forEach(OnAsyncNodes::got); // 200 of 200
      }
    }
    assertThat(nodes.get(3).struck()).as("it was met").hasSizeGreaterThan(10);
    idle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void cancelledCallFreesAttemptAndConnection(Http http) {
    LoadBalancer cluster = roundRobin(Timeouts.builder().build());
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(5000));
    nodes.always(Fault.stallReply(0));
    List<CompletableFuture<?>> all =
        IntStream.range(0, 8)
            .<CompletableFuture<?>>mapToObj(
                i -> s3.headObject(head -> head.bucket(bucket).key("k")))
            .toList();
    await().until(() -> nodes.all().stream().mapToInt(node -> node.struck().size()).sum() >= 8);

    all.forEach(one -> one.cancel(true));

    idle(cluster);
    await("connections")
        .until(() -> nodes.all().stream().mapToInt(FaultProxy::connections).sum() <= 4);
    assertThat(faults(cluster)).isZero();
    nodes.forgetFaults();
    assertThat(get(s3, "k")).isEqualTo(bytes(5000));
  }

  @ParameterizedTest
  @EnumSource
  void placesAreWaitedForOnThreadsOfOurs(Http http) {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(2))
                .healthCheck(HealthCheck.none())
                .limits(
                    InFlightLimits.builder().perNode(1).maxWait(Duration.ofSeconds(20)).build()));
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(5000));
    nodes.always(Fault.delayReply(50));

    List<CompletableFuture<?>> all = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      all.add(s3.headObject(head -> head.bucket(bucket).key("k")));
    }
    assertThat(cluster.snapshot().inFlight()).isLessThanOrEqualTo(2);
    all.forEach(OnAsyncNodes::got);
    assertThat(threads("nodewise-async-")).isNotEmpty();
    assertIdle(cluster);
  }
}
