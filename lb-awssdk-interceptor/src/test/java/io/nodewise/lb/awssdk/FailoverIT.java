package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/** Nodes that die, under the SDK's real life cycle. */
class FailoverIT extends OnS3Nodes {

  @Test
  void deadNodeIsLeftWithinTheSdksAttempt() {
    LoadBalancer cluster = unprobed(2);
    put(PLAIN, "k", bytes(1000));
    AttemptLog attempts = new AttemptLog();
    S3Client s3 =
        track(builder(cluster).overrideConfiguration(o -> o.addExecutionInterceptor(attempts)));
    nodes.get(0).kill();

    for (int i = 0; cluster.snapshot().failovers() == 0; i++) {
      assertThat(i).as("calls until one met the dead node").isLessThan(50);
      assertThat(get(s3, "k")).isEqualTo(bytes(1000));
      assertThat(attempts.take()).as("attempts of the SDK").isEqualTo(1);
    }

    assertThat(node(cluster, nodes.get(0)).state()).isEqualTo(NodeState.DOWN);
    assertThat(node(cluster, nodes.get(0)).faults()).isEqualTo(1);
    assertThat(node(cluster, nodes.get(1)).faults()).isZero();
  }

  @Test
  void putIsMovedWithItsBodyUntouched() {
    LoadBalancer cluster = unprobed(4);
    AttemptLog attempts = new AttemptLog();
    S3Client s3 =
        track(builder(cluster).overrideConfiguration(o -> o.addExecutionInterceptor(attempts)));
    for (int i = 0; i < 3; i++) {
      nodes.get(i).kill();
    }

    put(s3, "k", bytes(3 << 20));

    assertThat(attempts.take()).isEqualTo(1);
    assertThat(get(s3, "k")).isEqualTo(bytes(3 << 20));
    assertThat(nodes.get(3).count("PUT")).isEqualTo(1);
  }

  @Test
  void resetAfterBytesWereSentIsRepeatedElsewhereAtOnce() {
    LoadBalancer cluster = unprobed(4);
    AttemptLog attempts = new AttemptLog();
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(
                    o ->
                        o.addExecutionInterceptor(attempts)
                            .retryStrategy(
                                b -> b.backoffStrategy(attempt -> Duration.ofSeconds(20)))));
    put(PLAIN, "k", bytes(100_000)); // so that no connection is pooled yet, which might be stale
    nodes.onceAnywhere(Fault.resetRequest(100));

    long took = millis(() -> get(s3, "k"));

    assertThat(attempts.take()).isEqualTo(2);
    assertThat(took).isLessThan(1000);
    assertThat(faults(cluster)).isEqualTo(1);
    assertThat(cluster.snapshot().failovers()).isEqualTo(1);

    nodes.onceAnywhere(Fault.resetRequest(50_000).on("PUT"));
    put(s3, "k", bytes(100_001));
    assertThat(attempts.take()).isEqualTo(2);
    assertThat(get(s3, "k")).isEqualTo(bytes(100_001));
  }

  /** At 5 of 500 tokens each the SDK alone would have none left after the first hundred. */
  @Test
  void twoHundredFailuresInARowTakeNoTokenAndNoTime() {
    LoadBalancer cluster = unprobed(4);
    RecordingStrategy strategy = RecordingStrategy.standard();
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    put(s3, "k", bytes(1000));

    long slowest = 0;
    long all = 0;
    for (int i = 0; i < 200; i++) {
      nodes.onceAnywhere(Fault.resetRequest(100).on("GET"));
      long took = millis(() -> assertThat(get(s3, "k")).hasSize(1000));
      slowest = Math.max(slowest, took);
      all += took;
      nodes.forgetFaults();
    }

    assertThat(strategy.delays()).as("retries the SDK's bucket was asked for").isEmpty();
    // The first one on each node may have met no more than a stale connection.
    assertThat(faults(cluster)).isBetween(200L - 4, 200L);
    assertThat(slowest).as("slowest, ms").isLessThan(500);
    assertThat(all / 200).as("mean, ms").isLessThan(100);
    System.out.printf("failover: mean %.1f ms, slowest %d ms%n", all / 200.0, slowest);
  }

  @Test
  void fiftyCallsOnTheNodeThatDies() throws Exception {
    LoadBalancer cluster = unprobed(2);
    RecordingStrategy strategy = RecordingStrategy.standard();
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    put(s3, "k", bytes(1000));
    FaultProxy dying = nodes.get(0);
    dying.always(Fault.delayReply(60_000).on("GET"));
    cluster.drain(nodes.get(1).id());
    CompletableFuture<Void> calls =
        CompletableFuture.runAsync(
            () -> {
              try {
                inParallel(50, 50, i -> assertThat(get(s3, "k")).hasSize(1000));
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    await().until(() -> dying.count("GET") == 50);
    assertThat(node(cluster, dying).inFlight()).isEqualTo(50);
    cluster.resume(nodes.get(1).id());

    long took =
        millis(
            () -> {
              dying.kill();
              calls.join();
            });

    assertThat(strategy.delays()).isEmpty();
    assertThat(nodes.get(1).count("GET")).isEqualTo(50);
    assertThat(took).isLessThan(3000);
    System.out.printf("50 calls on a dying node: all done %d ms after its death%n", took);
  }

  @Test
  void allNodesDown() {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    nodes.all().forEach(FaultProxy::kill);

    for (int i = 0; i < 2; i++) { // not known yet, and known
      long took =
          millis(
              () ->
                  assertThatExceptionOfType(SdkClientException.class)
                      .isThrownBy(() -> get(s3, "k"))
                      .satisfies(e -> assertThatItNamesTheCluster(e.getMessage())));
      assertThat(took).isLessThan(5000);
    }
  }

  @Test
  void allNodesDownWithoutRetries() {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())));
    nodes.all().forEach(FaultProxy::kill);

    long took =
        millis(
            () ->
                assertThatExceptionOfType(SdkClientException.class)
                    .isThrownBy(() -> get(s3, "k"))
                    .satisfies(e -> assertThatItNamesTheCluster(e.getMessage())));
    assertThat(took).isLessThan(500);
    assertThat(faults(cluster)).isEqualTo(4);
  }

  private void assertThatItNamesTheCluster(String message) {
    assertThat(message).contains("0/4 eligible").containsIgnoringCase("refused");
    assertThat(message).doesNotContain("\n");
    for (FaultProxy node : nodes.all()) {
      assertThat(message).contains(node.id());
    }
  }

  @Test
  void nodeOfAnUnknownName() {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes("http://no-such-node.invalid:9000")
                .healthCheck(HealthCheck.none()));
    S3Client s3 = client(cluster);

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> get(s3, "k"))
        .withMessageContaining("node no-such-node.invalid:9000: unknown host");
  }
}
