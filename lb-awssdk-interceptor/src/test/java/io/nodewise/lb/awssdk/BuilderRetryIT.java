package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.awscore.retry.AwsRetryPolicy;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.SdkPlugin;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.core.retry.RetryPolicy;
import software.amazon.awssdk.core.retry.backoff.FixedDelayBackoffStrategy;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Every way of saying how to retry: moves to an untried node cost nothing of it, and what is beyond
 * them follows it.
 */
@SuppressWarnings("deprecation") // the retry policies of old are still accepted
class BuilderRetryIT extends OnS3Nodes {

  /** A way, the attempts it allows, and the least that each back-off takes. */
  record Way(
      String name,
      int attempts,
      long backoffMillis,
      UnaryOperator<ClientOverrideConfiguration.Builder> change) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Way way(
      String name,
      int attempts,
      long backoffMillis,
      UnaryOperator<ClientOverrideConfiguration.Builder> change) {
    return new Way(name, attempts, backoffMillis, change);
  }

  static final List<Way> WAYS =
      List.of(
          way("nothing said", 4, 0, o -> o),
          way("mode legacy", 4, 0, o -> o.retryStrategy(RetryMode.LEGACY)),
          way("mode standard", 3, 0, o -> o.retryStrategy(RetryMode.STANDARD)),
          way("mode adaptive", 3, 0, o -> o.retryStrategy(RetryMode.ADAPTIVE_V2)),
          way(
              "configured",
              6,
              40,
              o ->
                  o.retryStrategy(
                      b -> b.maxAttempts(6).backoffStrategy(n -> Duration.ofMillis(40)))),
          way(
              "own strategy",
              2,
              300,
              o ->
                  o.retryStrategy(
                      new RecordingStrategy(
                          AwsRetryStrategy.standardRetryStrategy().toBuilder()
                              .maxAttempts(2)
                              .backoffStrategy(n -> Duration.ofMillis(300))
                              .build()))),
          way("none", 1, 0, o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())),
          way("policy of old", 3, 0, o -> o.retryPolicy(RetryMode.STANDARD)),
          way(
              "policy of old, configured",
              3,
              300,
              o ->
                  o.retryPolicy(
                      AwsRetryPolicy.defaultRetryPolicy().toBuilder()
                          .numRetries(2)
                          .backoffStrategy(FixedDelayBackoffStrategy.create(Duration.ofMillis(300)))
                          .build())),
          way("policy of old: none", 1, 0, o -> o.retryPolicy(RetryPolicy.none())));

  private S3Client configured(LoadBalancer cluster, Way way, AttemptLog log) {
    return track(
        builder(cluster)
            .overrideConfiguration(
                o -> assertThat(way.change().apply(o.addExecutionInterceptor(log))).isNotNull()));
  }

  @ParameterizedTest
  @FieldSource("WAYS")
  void attemptsOnANodeThatAlwaysFails(Way way) {
    AttemptLog log = new AttemptLog();
    assertAttempts(way, configured(unprobed(1), way, log), log);
  }

  @ParameterizedTest
  @FieldSource("WAYS")
  void attemptsOnANodeThatAlwaysFailsSetByAPlugin(Way way) {
    AttemptLog log = new AttemptLog();
    SdkPlugin plugin =
        config ->
            config.overrideConfiguration(
                way.change().apply(config.overrideConfiguration().toBuilder()).build());
    S3Client s3 =
        track(
            builder(unprobed(1))
                .addPlugin(plugin)
                .overrideConfiguration(o -> o.addExecutionInterceptor(log)));
    assertAttempts(way, s3, log);
  }

  private void assertAttempts(Way way, S3Client s3, AttemptLog log) {
    nodes.always(Fault.resetRequest(100).on("GET"));

    long took =
        millis(
            () ->
                assertThatExceptionOfType(SdkClientException.class)
                    .isThrownBy(() -> get(s3, "k"))
                    .withMessageContaining("node " + nodes.get(0).id()));

    assertThat(log.take()).as("attempts").isEqualTo(way.attempts());
    assertThat(took).isGreaterThanOrEqualTo(way.backoffMillis() * (way.attempts() - 1));
  }

  @ParameterizedTest
  @FieldSource("WAYS")
  void failoverWithin(Way way) {
    LoadBalancer cluster = unprobed(4);
    AttemptLog log = new AttemptLog();
    S3Client s3 = configured(cluster, way, log);
    put(s3, "k", bytes(1000));
    log.take();
    nodes.onceAnywhere(Fault.resetRequest(100).on("GET"));

    if (way.attempts() == 1) {
      assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> get(s3, "k"));
      assertThat(log.take()).isEqualTo(1);
    } else {
      long took = millis(() -> assertThat(get(s3, "k")).hasSize(1000));
      assertThat(log.take()).isEqualTo(2);
      if (way.backoffMillis() >= 300) {
        assertThat(took).as("no back-off").isLessThan(way.backoffMillis());
      }
    }
  }

  /** Of an own strategy the SDK completes what it knows of AWS; so it must be with ours around. */
  @Test
  void bareStrategyGetsTheSdksPredicates() {
    LoadBalancer cluster = unprobed(1);
    AttemptLog log = new AttemptLog();
    RetryStrategy bare =
        DefaultRetryStrategy.standardStrategyBuilder()
            .maxAttempts(5)
            .backoffStrategy(n -> Duration.ofMillis(1))
            .build();
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.retryStrategy(bare).addExecutionInterceptor(log)));
    nodes.always(Fault.resetRequest(100));

    assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> get(s3, "k"));
    assertThat(log.take()).isEqualTo(5);
  }

  @Test
  void modeOfTheEnvironment() {
    System.setProperty("aws.retryMode", "standard");
    try {
      S3Client s3 = client(unprobed(2));
      assertThat(strategy(s3).maxAttempts()).isEqualTo(3);
    } finally {
      System.clearProperty("aws.retryMode");
    }
    assertThat(strategy(client(unprobed(2))).maxAttempts()).isEqualTo(4);
  }

  private static RetryStrategy strategy(S3Client s3) {
    return s3.serviceClientConfiguration().overrideConfiguration().retryStrategy().orElseThrow();
  }

  @Test
  void pluginThatThrowsAllInterceptorsAway() {
    LoadBalancer cluster = unprobed(4);
    AttemptLog kept = new AttemptLog();
    S3Client s3 =
        track(
            builder(cluster)
                .addPlugin(
                    config ->
                        config.overrideConfiguration(
                            ClientOverrideConfiguration.builder()
                                .addExecutionInterceptor(kept)
                                .build())));
    nodes.onceAnywhere(Fault.resetRequest(100));

    put(s3, "k", bytes(10));

    assertThat(kept.take()).isEqualTo(2);
    assertThat(cluster.snapshot().failovers()).isEqualTo(1);
  }

  /** For one request only; the client's retries and ours stay out, the balancing does not. */
  @ParameterizedTest
  @EnumSource(names = {"LEGACY", "STANDARD"})
  void pluginOfARequest(RetryMode mode) {
    LoadBalancer cluster = unprobed(4);
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(10));
    SdkPlugin plugin =
        config ->
            config.overrideConfiguration(
                config.overrideConfiguration().toBuilder().retryStrategy(mode).build());
    nodes.onceAnywhere(Fault.resetRequest(100));

    byte[] content =
        s3.getObjectAsBytes(
                get -> get.bucket(bucket).key("k").overrideConfiguration(o -> o.addPlugin(plugin)))
            .asByteArray();

    assertThat(content).hasSize(10);
    assertThat(cluster.snapshot().failovers()).isEqualTo(1);
  }
}
