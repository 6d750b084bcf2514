package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Clocks that a single request brings along. */
class RequestClocksIT extends OnS3Nodes {
  private static final Timeouts SHORT =
      Timeouts.builder()
          .suspicion(Duration.ofMillis(200))
          .sendStall(Duration.ofMillis(600))
          .firstByte(Duration.ofMillis(600))
          .bodyIdle(Duration.ofMillis(600))
          .build();

  private LoadBalancer cluster;
  private S3Client s3;

  private void start(Timeouts timeouts) {
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(2))
                .healthCheck(quickProbes())
                .timeouts(timeouts));
    s3 = client(cluster);
    put(s3, "k", bytes(1 << 20));
  }

  private static Consumer<AwsRequestOverrideConfiguration.Builder> with(Timeouts own) {
    return o -> o.putExecutionAttribute(LoadBalancedS3.TIMEOUTS, own);
  }

  @Test
  void answerThatDoesNotBegin() {
    start(Timeouts.defaults());
    nodes.onceAnywhere(Fault.delayReply(60_000).on("HEAD"));

    assertThat(
            millis(
                () ->
                    s3.headObject(
                        head -> head.bucket(bucket).key("k").overrideConfiguration(with(SHORT)))))
        .isBetween(500L, 2500L);
    assertThat(faults(cluster)).isEqualTo(1);
  }

  @Test
  void uploadThatIsNotTaken() {
    start(Timeouts.defaults());
    nodes.onceAnywhere(Fault.stallRequest(100_000).on("PUT"));

    assertThat(
            millis(
                () ->
                    s3.putObject(
                        put -> put.bucket(bucket).key("up").overrideConfiguration(with(SHORT)),
                        RequestBody.fromBytes(bytes(32 << 20)))))
        .isBetween(500L, 5000L);
    assertThat(faults(cluster)).isEqualTo(1);
  }

  @Test
  void bodyThatStopsComing() {
    start(Timeouts.defaults());
    nodes.onceAnywhere(Fault.stallReply(300_000).on("GET"));

    long took =
        millis(
            () ->
                assertThat(
                        s3.getObjectAsBytes(
                                get ->
                                    get.bucket(bucket).key("k").overrideConfiguration(with(SHORT)))
                            .asByteArray())
                    .isEqualTo(bytes(1 << 20)));

    assertThat(took).isBetween(500L, 2500L);
    assertThat(faults(cluster)).isEqualTo(1);
  }

  /** And the others keep the load balancer's, which here would not do. */
  @Test
  void longerOnes() {
    start(SHORT);
    Timeouts patient = Timeouts.builder().firstByte(Duration.ofMinutes(10)).build();
    nodes.onceAnywhere(Fault.delayReply(2000).on("HEAD"));

    s3.headObject(head -> head.bucket(bucket).key("k").overrideConfiguration(with(patient)));

    assertThat(faults(cluster)).isZero();
    assertThat(nodes.count("HEAD")).isEqualTo(1);
  }

  @Test
  void onTheClientTheyAreThoseOfAllItsRequests() {
    start(Timeouts.defaults());
    S3Client hasty =
        track(
            builder(cluster)
                .overrideConfiguration(
                    o -> o.putExecutionAttribute(LoadBalancedS3.TIMEOUTS, SHORT)));
    nodes.onceAnywhere(Fault.delayReply(60_000).on("HEAD"));

    assertThat(millis(() -> hasty.headObject(head -> head.bucket(bucket).key("k"))))
        .isBetween(500L, 2500L);
  }

  /** The socket's own time-out is long: it is the balancer's clock that ends this. */
  @Test
  void peerThatDoesNotSpeakTls() throws Exception {
    try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
      cluster =
          track(
              LoadBalancer.builder()
                  .nodes("https://127.0.0.1:" + mute.getLocalPort())
                  .healthCheck(HealthCheck.none())
                  .timeouts(SHORT));
      s3 =
          track(
              builder(cluster).overrideConfiguration(o -> o.retryStrategy(r -> r.maxAttempts(1))));

      long took = millis(() -> assertThatException().isThrownBy(() -> get(s3, "k")));

      assertThat(took).isBetween(500L, 3000L);
      assertIdle(cluster);
    }
  }
}
