package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.BlackHole;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.InFlightLimits;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * The caller's time-outs are deadlines, whatever the call is doing just then: it ends by then, no
 * node is charged for it, and nothing stays in flight.
 */
class DeadlineIT extends OnS3Nodes {
  private static final long DEADLINE = 1000;

  /** Beyond the deadline: threads to be woken, on a busy machine. */
  private static final long A_LITTLE = 700;

  private LoadBalancer cluster;

  private S3Client hasty() {
    return track(
        builder(cluster).overrideConfiguration(o -> o.apiCallTimeout(Duration.ofMillis(DEADLINE))));
  }

  private void endsByTheDeadline(Runnable call) {
    long took =
        millis(
            () -> assertThatExceptionOfType(ApiCallTimeoutException.class).isThrownBy(call::run));
    assertThat(took).isBetween(DEADLINE - 50, DEADLINE + A_LITTLE);
    assertIdle(cluster);
    assertThat(Thread.interrupted()).as("the thread's flag").isFalse();
  }

  @Test
  void silentNodes() {
    cluster = cluster();
    S3Client s3 = hasty();
    put(s3, "k", bytes(10));
    nodes.always(Fault.delayReply(60_000));

    endsByTheDeadline(() -> get(s3, "k"));
    endsByTheDeadline(() -> put(s3, "k", bytes(10)));
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void uploadThatIsNotTaken() {
    cluster = cluster();
    S3Client s3 = hasty();
    nodes.always(Fault.stallRequest(100_000));

    endsByTheDeadline(() -> put(s3, "k", bytes(32 << 20)));
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void walkOverNodesThatTakeNoConnections() throws Exception {
    try (BlackHole one = new BlackHole();
        BlackHole two = new BlackHole();
        BlackHole three = new BlackHole()) {
      cluster =
          track(
              LoadBalancer.builder()
                  .nodes(one.url(), two.url(), three.url())
                  .logicalEndpoint(URI.create(nodes.get(0).url()))
                  .healthCheck(HealthCheck.none()));
      S3Client s3 = hasty();

      endsByTheDeadline(() -> put(s3, "k", bytes(1000)));
      assertThat(faults(cluster)).as("none had as long as the connect timeout").isZero();
    }
  }

  @Test
  void walkThatIsInTheMidstOfIt() throws Exception {
    try (BlackHole hole = new BlackHole()) {
      String[] urls = {nodes.get(0).url(), nodes.get(1).url(), nodes.get(2).url(), hole.url()};
      cluster = track(LoadBalancer.builder().nodes(urls).healthCheck(HealthCheck.none()));
      S3Client s3 = hasty();
      nodes.all().forEach(FaultProxy::kill);

      endsByTheDeadline(() -> get(s3, "k"));
      assertThat(faults(cluster)).as("but those that refused").isLessThanOrEqualTo(3);
      assertThat(node(cluster, hole.url()).faults()).isZero();
    }
  }

  private static io.nodewise.lb.NodeSnapshot node(LoadBalancer cluster, String url) {
    return cluster.snapshot().nodes().stream()
        .filter(one -> one.node().uri().equals(URI.create(url)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void backOffBetweenAttempts() {
    cluster = unprobed(4);
    RecordingStrategy patient =
        new RecordingStrategy(
            software.amazon.awssdk.awscore.retry.AwsRetryStrategy.standardRetryStrategy()
                .toBuilder()
                .maxAttempts(10)
                .backoffStrategy(
                    software.amazon.awssdk.retries.api.BackoffStrategy.fixedDelayWithoutJitter(
                        Duration.ofSeconds(30)))
                .build());
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(
                    o -> o.apiCallTimeout(Duration.ofMillis(DEADLINE)).retryStrategy(patient)));
    nodes.all().forEach(FaultProxy::kill);

    endsByTheDeadline(() -> get(s3, "k"));
    assertThat(patient.delays()).hasSize(1);
  }

  @Test
  void waitForAPlace() throws Exception {
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(1))
                .healthCheck(HealthCheck.none())
                .limits(
                    InFlightLimits.builder().perNode(1).maxWait(Duration.ofSeconds(60)).build()));
    S3Client s3 = hasty();
    S3Client other = client(cluster);
    put(other, "k", bytes(32 << 20));
    nodes.get(0).next(Fault.stallReply(1000).on("GET"));
    ResponseInputStream<GetObjectResponse> holder =
        other.getObject(get -> get.bucket(bucket).key("k"));
    Thread reader = // waits for bytes, and so is not parked
        new Thread(
            () -> {
              try {
                holder.readAllBytes();
              } catch (java.io.IOException e) {
                // Aborted at the end.
              }
            });
    reader.start();

    long took =
        millis(
            () ->
                assertThatExceptionOfType(ApiCallTimeoutException.class)
                    .isThrownBy(() -> get(s3, "k")));
    assertThat(took).isBetween(DEADLINE - 50, DEADLINE + A_LITTLE);
    holder.abort();
    reader.join();
    assertIdle(cluster);
    assertThat(faults(cluster)).isZero();
  }

  /** A question of our own, within the call, to a node that does not answer it. */
  @Test
  void confirmationOfALostReply() {
    cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "warm", bytes(10));
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));
    nodes.always(Fault.delayReply(60_000).on("HEAD"));

    endsByTheDeadline(
        () ->
            s3.putObject(
                put ->
                    put.bucket(bucket)
                        .key("k")
                        .ifNoneMatch("*")
                        .overrideConfiguration(o -> o.apiCallTimeout(Duration.ofMillis(DEADLINE))),
                RequestBody.fromBytes(bytes(100))));
    assertThat(nodes.count("HEAD")).as("it was asked").isPositive();
    assertThat(faults(cluster)).as("the lost reply at most").isLessThanOrEqualTo(1);
  }

  @Test
  void confirmationWithinAnAttempt() {
    cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "warm", bytes(10));
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));
    nodes.always(Fault.delayReply(60_000).on("HEAD"));

    long took =
        millis(
            () ->
                assertThatExceptionOfType(SdkClientException.class)
                    .isThrownBy(
                        () ->
                            s3.putObject(
                                put ->
                                    put.bucket(bucket)
                                        .key("k")
                                        .ifNoneMatch("*")
                                        .overrideConfiguration(
                                            o ->
                                                o.apiCallAttemptTimeout(Duration.ofMillis(500))
                                                    .apiCallTimeout(
                                                        Duration.ofMillis(2 * DEADLINE))),
                                RequestBody.fromBytes(bytes(100)))));
    assertThat(took).isLessThan(2 * DEADLINE + A_LITTLE);
    assertIdle(cluster);
  }

  /** An orphan's traces are looked for within the call, too. */
  @Test
  void searchForAnOrphan() {
    cluster = cluster();
    S3Client s3 = client(cluster);
    put(s3, "warm", bytes(10));
    nodes.onceAnywhere(Fault.loseReply().on("POST"));
    nodes.always(Fault.delayReply(60_000).on("GET"));

    endsByTheDeadline(
        () ->
            s3.createMultipartUpload(
                create ->
                    create
                        .bucket(bucket)
                        .key("k")
                        .overrideConfiguration(
                            o -> o.apiCallTimeout(Duration.ofMillis(DEADLINE)))));
  }

  /** The next attempt is made, at another node, and the one given up is nobody's fault. */
  @Test
  void attemptTimeoutGoesOnAtAnotherNode() {
    cluster = cluster();
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.apiCallAttemptTimeout(Duration.ofMillis(500))));
    put(s3, "k", bytes(1000));
    nodes.onceAnywhere(Fault.delayReply(60_000).on("GET"));

    long took = millis(() -> assertThat(get(s3, "k")).hasSize(1000));

    assertThat(took).isBetween(450L, 500 + 1000 + A_LITTLE);
    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  @Test
  void attemptTimeoutOverBlackHoles() throws Exception {
    try (BlackHole one = new BlackHole();
        BlackHole two = new BlackHole()) {
      cluster =
          track(
              LoadBalancer.builder()
                  .nodes(one.url(), two.url())
                  .logicalEndpoint(URI.create(nodes.get(0).url()))
                  .healthCheck(HealthCheck.none()));
      S3Client s3 =
          track(
              builder(cluster)
                  .overrideConfiguration(
                      o ->
                          o.apiCallAttemptTimeout(Duration.ofMillis(300))
                              .retryStrategy(r -> r.maxAttempts(1))));

      long took =
          millis(
              () ->
                  assertThatExceptionOfType(ApiCallAttemptTimeoutException.class)
                      .isThrownBy(() -> get(s3, "k")));
      assertThat(took).isLessThan(300 + A_LITTLE);
      assertThat(faults(cluster)).isZero();
      await().until(() -> cluster.snapshot().inFlight() == 0);
      assertIdle(cluster);
    }
  }
}
