package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.metrics.CoreMetric;
import software.amazon.awssdk.http.HttpMetric;
import software.amazon.awssdk.metrics.MetricCollection;
import software.amazon.awssdk.metrics.MetricPublisher;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The builder that LoadBalancedS3 hands out: combining settings, and what it refuses. */
class BuilderIT extends OnS3Nodes {

  @Test
  void overrideConfigurationTwiceInARow() {
    AttemptLog first = new AttemptLog();
    AttemptLog second = new AttemptLog();
    S3Client s3 =
        track(
            builder(unprobed(4))
                .overrideConfiguration(
                    o -> o.addExecutionInterceptor(first).putHeader("x-first", "1"))
                .overrideConfiguration(
                    o -> o.addExecutionInterceptor(second).putHeader("x-second", "2")));

    put(s3, "k", bytes(10));

    assertThat(first.take()).isEqualTo(1);
    assertThat(second.take()).isEqualTo(1);
    assertThat(nodes.requests())
        .allMatch(request -> request.header("x-first").isPresent())
        .allMatch(request -> request.header("x-second").isPresent());
  }

  /** An object replaces what the user set before, as in the SDK, and never what is ours. */
  @Test
  void overrideConfigurationAsAnObjectAfterAConsumer() {
    AttemptLog gone = new AttemptLog();
    AttemptLog kept = new AttemptLog();
    LoadBalancer cluster = unprobed(4);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.addExecutionInterceptor(gone))
                .overrideConfiguration(
                    ClientOverrideConfiguration.builder().addExecutionInterceptor(kept).build())
                .overrideConfiguration(o -> o.putHeader("x-last", "yes")));
    nodes.onceAnywhere(Fault.resetRequest(100));

    put(s3, "k", bytes(10));

    assertThat(gone.take()).isZero();
    assertThat(kept.take()).isEqualTo(2);
    assertThat(nodes.requests()).allMatch(request -> request.header("x-last").isPresent());
    assertThat(cluster.snapshot().failovers()).isEqualTo(1);
  }

  @Test
  void timeoutsOfTheUser() {
    LoadBalancer cluster = unprobed(4);
    S3Client attempts =
        track(
            builder(cluster)
                .overrideConfiguration(
                    o ->
                        o.apiCallAttemptTimeout(Duration.ofMillis(300))
                            .retryStrategy(b -> b.maxAttempts(1))));
    S3Client calls =
        track(
            builder(cluster).overrideConfiguration(o -> o.apiCallTimeout(Duration.ofMillis(300))));
    nodes.always(Fault.delayReply(3_000));

    assertThatExceptionOfType(ApiCallAttemptTimeoutException.class)
        .isThrownBy(() -> get(attempts, "k"));
    assertThatExceptionOfType(ApiCallTimeoutException.class).isThrownBy(() -> get(calls, "k"));
    assertThat(faults(cluster)).as("nobody's fault").isZero();
  }

  @Test
  void builtTwice() {
    LoadBalancer cluster = unprobed(2);
    AttemptLog attempts = new AttemptLog();
    S3ClientBuilder builder =
        builder(cluster).overrideConfiguration(o -> o.addExecutionInterceptor(attempts));
    S3Client first = builder.build();
    S3Client second = track(builder);
    put(first, "k", bytes(10));
    assertThat(calls(first)).isNotSameAs(calls(second));

    first.close();

    attempts.take();
    nodes.onceAnywhere(Fault.resetRequest(100));
    assertThat(get(second, "k")).hasSize(10);
    assertThat(attempts.take()).isEqualTo(2);
    assertThat(cluster.snapshot().failovers()).isEqualTo(1);
    assertThat(faults(cluster)).isEqualTo(1);
  }

  @Test
  void clientsOfOneClusterShareItsKnowledge() {
    LoadBalancer cluster = unprobed(2);
    S3Client first = client(cluster);
    S3Client second = client(cluster);
    nodes.get(0).kill();
    for (int i = 0; cluster.snapshot().failovers() == 0; i++) {
      assertThat(i).isLessThan(50);
      put(first, "k", bytes(10));
    }

    for (int i = 0; i < 20; i++) {
      get(second, "k");
    }
    assertThat(cluster.snapshot().failovers()).isEqualTo(1);
  }

  @Test
  void closedCluster() {
    LoadBalancer cluster = unprobed(2);
    S3ClientBuilder builder = builder(cluster);
    S3Client s3 = builder.build();
    cluster.close();

    assertThatIllegalStateException()
        .isThrownBy(() -> LoadBalancedS3.builder(cluster))
        .withMessageContaining("closed");
    assertThatIllegalStateException().isThrownBy(builder::build).withMessageContaining("closed");
    assertThatIllegalStateException()
        .isThrownBy(() -> get(s3, "k"))
        .withMessageContaining("closed");
    s3.close();
  }

  @Test
  void noCluster() {
    assertThatNullPointerException()
        .isThrownBy(() -> LoadBalancedS3.builder(null))
        .withMessage("cluster");
  }

  @Test
  void pluginsAreListedAndTheBuilderSaysWhatItIs() {
    S3ClientBuilder builder = builder(unprobed(2)).addPlugin(config -> {});

    assertThat(builder.plugins()).hasSize(1);
    assertThat(builder.overrideConfiguration().executionInterceptors()).isEmpty();
    assertThat(builder).hasToString("LoadBalancedS3.builder(" + nodes.get(0).url() + ")");
    S3ClientBuilder same = builder;
    assertThat(builder).isEqualTo(same).isNotEqualTo(builder(unprobed(2)));
    assertThat(builder).hasSameHashCodeAs(same);
    assertThat(builder.region(Region.EU_WEST_1)).isSameAs(builder);
  }

  @Test
  void exceptionsOfSettersComeAsTheyAre() {
    assertThatNullPointerException().isThrownBy(() -> builder(unprobed(2)).addPlugin(null));
  }

  @Test
  void metricsOfTheSdk() {
    List<MetricCollection> published = new CopyOnWriteArrayList<>();
    S3Client s3 =
        track(
            builder(unprobed(2))
                .overrideConfiguration(
                    o ->
                        o.addMetricPublisher(
                            new MetricPublisher() {
                              @Override
                              public void publish(MetricCollection collection) {
                                published.add(collection);
                              }

                              @Override
                              public void close() {}
                            })));
    nodes.onceAnywhere(Fault.resetRequest(100));

    put(s3, "k", bytes(10));

    assertThat(published).hasSize(1);
    assertThat(published.get(0).metricValues(CoreMetric.RETRY_COUNT)).containsExactly(1);
    assertThat(published.get(0).children())
        .hasSize(2)
        .allSatisfy(
            attempt ->
                assertThat(attempt.children())
                    .anySatisfy(
                        http ->
                            assertThat(http.metricValues(HttpMetric.HTTP_CLIENT_NAME))
                                .containsExactly("Apache")));
  }

  @Test
  void clientOfASingleNode() {
    LoadBalancer cluster =
        track(LoadBalancer.builder().nodes(nodes.urls(1)).healthCheck(HealthCheck.none()));
    S3Client s3 = client(cluster);
    nodes.onceAnywhere(Fault.resetRequest(100));

    put(s3, "k", bytes(10)); // by the SDK's own retry

    assertThat(nodes.count("PUT")).isEqualTo(2);
    assertThat(cluster.snapshot().failovers()).isZero();
  }
}
