package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.utils.AttributeMap;

/** How long the clocks of a single request may be; nobody listens at the node. */
class RequestClocksTest {
  private final List<AutoCloseable> open = new ArrayList<>();

  private <T extends AutoCloseable> T track(T one) {
    open.add(0, one);
    return one;
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : open) {
      one.close();
    }
  }

  private LoadBalancer cluster(Timeouts timeouts) {
    return track(
        LoadBalancer.builder()
            .nodes("http://127.0.0.1:1")
            .healthCheck(HealthCheck.none())
            .timeouts(timeouts)
            .build());
  }

  private S3Client client(LoadBalancer cluster, Consumer<S3ClientBuilder> more) {
    return track(
        OnS3Nodes.builder(cluster)
            .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()))
            .applyMutation(more)
            .build());
  }

  private static Timeouts firstByte(Duration value) {
    return Timeouts.builder().firstByte(value).build();
  }

  private static Throwable thrown(S3Client s3, Timeouts own) {
    return catchThrowable(
        () ->
            s3.headObject(
                head ->
                    head.bucket("b")
                        .key("k")
                        .overrideConfiguration(
                            o -> o.putExecutionAttribute(LoadBalancedS3.TIMEOUTS, own))));
  }

  @Test
  void clocks_that_the_sockets_would_undercut_are_refused() {
    S3Client s3 = client(cluster(Timeouts.defaults()), builder -> {});
    assertThat(thrown(s3, firstByte(Duration.ofMinutes(16))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "LoadBalancedS3.TIMEOUTS: first byte timeout: PT16M (expected: <= PT15M");
    assertThat(thrown(s3, Timeouts.builder().bodyIdle(Duration.ofHours(1)).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("body idle timeout: PT1H (expected: <= PT15M");
  }

  @Test
  void a_quarter_of_an_hour_is_taken() {
    S3Client s3 = client(cluster(Timeouts.defaults()), builder -> {});
    assertThat(thrown(s3, firstByte(Duration.ofMinutes(15))))
        .isInstanceOf(SdkClientException.class);
  }

  /** Nothing waits for a write but the balancer's clock. */
  @Test
  void sending_may_stall_for_as_long_as_is_said() {
    S3Client s3 = client(cluster(Timeouts.defaults()), builder -> {});
    assertThat(thrown(s3, Timeouts.builder().sendStall(Duration.ofHours(1)).build()))
        .isInstanceOf(SdkClientException.class);
  }

  @Test
  void where_the_load_balancers_own_are_longer_so_may_be_those_of_a_request() {
    S3Client s3 = client(cluster(firstByte(Duration.ofMinutes(40))), builder -> {});
    assertThat(thrown(s3, firstByte(Duration.ofMinutes(40))))
        .isInstanceOf(SdkClientException.class);
    assertThat(thrown(s3, firstByte(Duration.ofMinutes(41)))).hasMessageContaining("<= PT40M");
  }

  @Test
  void of_a_client_of_the_users_nobody_knows_how_long_it_waits() {
    SdkHttpClient own = track(ApacheHttpClient.create());
    S3Client s3 = client(cluster(Timeouts.defaults()), builder -> builder.httpClient(own));
    assertThat(thrown(s3, firstByte(Duration.ofHours(1)))).isInstanceOf(SdkClientException.class);
  }

  @Test
  void clocks_of_all_requests_of_a_client_are_refused_at_the_first() {
    S3Client s3 =
        client(
            cluster(Timeouts.defaults()),
            builder ->
                builder.overrideConfiguration(
                    o ->
                        o.putExecutionAttribute(
                            LoadBalancedS3.TIMEOUTS, firstByte(Duration.ofHours(1)))));
    assertThatIllegalArgumentException().isThrownBy(s3::listBuckets);
  }

  @Test
  void they_are_added_to_what_was_set_on_the_client_before() {
    S3Client s3 =
        client(
            cluster(Timeouts.defaults()),
            builder ->
                builder
                    .overrideConfiguration(
                        o -> o.putExecutionAttribute(LoadBalancedS3.AFFINITY, "tenant"))
                    .overrideConfiguration(
                        o ->
                            o.putExecutionAttribute(
                                LoadBalancedS3.TIMEOUTS, firstByte(Duration.ofHours(1)))));
    assertThatIllegalArgumentException().isThrownBy(s3::listBuckets);
    assertThat(
            s3.serviceClientConfiguration()
                .overrideConfiguration()
                .executionAttributes()
                .getAttribute(LoadBalancedS3.AFFINITY))
        .isEqualTo("tenant");
  }

  /** The balancer's clock comes by five times a second, so it may be late. */
  @Test
  void sockets_wait_longer_than_any_clock_that_is_taken() {
    List<AttributeMap> given = new ArrayList<>();
    for (Duration longest : List.of(Duration.ofSeconds(35), Duration.ofMinutes(40))) {
      SdkHttpClient.Builder<ApacheHttpClient.Builder> spied =
          defaults -> {
            given.add(defaults);
            return ApacheHttpClient.create();
          };
      client(cluster(firstByte(longest)), builder -> builder.httpClientBuilder(spied));
    }
    assertThat(given)
        .extracting(defaults -> defaults.get(SdkHttpConfigurationOption.READ_TIMEOUT))
        .containsExactly(
            Duration.ofMinutes(15).plusSeconds(5), Duration.ofMinutes(40).plusSeconds(5));
  }
}
