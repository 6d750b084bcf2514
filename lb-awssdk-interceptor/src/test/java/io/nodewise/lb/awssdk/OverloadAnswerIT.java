package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Nodes that ask for less. */
class OverloadAnswerIT extends OnOddNodes {

  private void twentyAreRefused(S3Client s3) {
    for (int i = 0; i < 20; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(s3, "k"))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(503));
    }
  }

  @Test
  void slowDownIsLoadAndTheSdksToWaitFor() {
    LoadBalancer cluster = cluster(4, 0, BalancingPolicy.leastLoaded(), RetryBudget.unlimited());
    RecordingStrategy strategy =
        new RecordingStrategy(
            AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(3)
                .throttlingBackoffStrategy(attempt -> Duration.ofMillis(7))
                .build());
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    answer(error(503, "SlowDown"));

    twentyAreRefused(s3);

    assertThat(asked()).isEqualTo(20 * 3);
    assertThat(strategy.delays()).hasSize(20 * 2).containsOnly(Duration.ofMillis(7));
    assertThat(faults(cluster)).isZero();
    assertThat(cluster.snapshot().nodes())
        .allSatisfy(node -> assertThat(node.state().eligible()).isTrue())
        .anySatisfy(node -> assertThat(node.loads()).isGreaterThan(5));
  }

  @Test
  void slowDownOfAllNodesIsRepeatedAsFarAsTheBudgetGoes() {
    RetryBudget three = RetryBudget.builder().share(0).perSecond(0.3).build();
    LoadBalancer cluster = cluster(4, 0, BalancingPolicy.leastLoaded(), three);
    RecordingStrategy strategy =
        new RecordingStrategy(
            AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(3)
                .throttlingBackoffStrategy(attempt -> Duration.ofMillis(1))
                .build());
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    answer(error(503, "SlowDown"));

    twentyAreRefused(s3);

    // As long as a node is left that has not asked for less, going there is free; three more come
    // out of the budget, and now and then one that it gains meanwhile.
    assertThat(strategy.delays()).hasSizeBetween(3, 9).hasSize(asked() - 20);
    assertThat(cluster.snapshot().deniedRetries()).isGreaterThan(10);
  }

  @Test
  void slowDownOfOneNodeIsRepeatedElsewhereWhateverIsLeftOfTheBudget() {
    RetryBudget nothing = RetryBudget.builder().share(0).perSecond(0).build();
    LoadBalancer cluster = cluster(1, 1, BalancingPolicy.roundRobin(), nothing);
    S3Client s3 = client(cluster);
    put(PLAIN, "k", bytes(100));
    answer(error(503, "SlowDown"));

    for (int i = 0; i < 6; i++) {
      assertThat(get(s3, "k")).hasSize(100);
    }

    assertThat(asked()).isGreaterThan(1);
    assertThat(cluster.snapshot().deniedRetries()).isZero();
  }

  /** Its answer has no body to say so, and an overloaded node must not be put out for HEADs. */
  @Test
  void headIsToldToSlowDown() {
    LoadBalancer cluster = cluster(4, 0);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(
                    o -> o.retryStrategy(b -> b.backoffStrategy(n -> Duration.ZERO))));
    answer(aResponse().withStatus(503));

    for (int i = 0; i < 20; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> s3.headObject(head -> head.bucket(bucket).key("k")))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(503));
    }
    assertThat(faults(cluster)).isZero();
    assertThat(cluster.snapshot().eligible()).isEqualTo(4);
  }

  @Test
  void slowDownIsAnsweredElsewhereNextTime() {
    LoadBalancer cluster = cluster(1, 1);
    S3Client s3 = client(cluster);
    put(PLAIN, "k", bytes(100));
    answer(error(503, "SlowDown"));

    for (int i = 0; i < 20; i++) {
      assertThat(get(s3, "k")).hasSize(100);
    }

    assertThat(odd(cluster).state().eligible()).isTrue();
    assertThat(odd(cluster).attempts()).as("its share").isLessThan(5);
  }

  /** The SDK alone would wait for it before it asks the next node. */
  @Test
  void retryAfterIsTheNodesPauseAndNotTheCalls() {
    LoadBalancer cluster = cluster(1, 1, BalancingPolicy.roundRobin());
    RecordingStrategy strategy = RecordingStrategy.standard();
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    put(PLAIN, "k", bytes(100));
    answer(error(503, "SlowDown").withHeader("Retry-After", "20"));

    long took =
        millis(
            () -> {
              for (int i = 0; asked() == 0; i++) {
                assertThat(i).isLessThan(50);
                assertThat(get(s3, "k")).hasSize(100);
              }
            });

    assertThat(strategy.delays()).hasSize(1);
    assertThat(took).isLessThan(10_000);
    for (int i = 0; i < 20; i++) {
      assertThat(get(s3, "k")).hasSize(100);
    }
    assertThat(asked()).as("while it pauses").isEqualTo(1);
    assertThat(odd(cluster).state()).as("it is not out").isEqualTo(NodeState.UNKNOWN);
  }

  /** With nobody else to ask, it is as with the SDK alone. */
  @Test
  void retryAfterOfTheOnlyNodeIsWaitedFor() {
    RecordingStrategy strategy =
        new RecordingStrategy(
            AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(2).build());
    S3Client s3 =
        track(builder(cluster(1, 0)).overrideConfiguration(o -> o.retryStrategy(strategy)));
    answer(error(503, "SlowDown").withHeader("Retry-After", "2"));

    assertThatExceptionOfType(S3Exception.class).isThrownBy(() -> get(s3, "k"));

    assertThat(strategy.delays())
        .singleElement()
        .satisfies(delay -> assertThat(delay).isGreaterThanOrEqualTo(Duration.ofSeconds(2)));
  }
}
