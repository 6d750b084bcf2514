package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.ErrorAnswer;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.Balancer;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.Candidate;
import io.nodewise.lb.routing.Picker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** A product whose errors mean something else than those of S3 servers do. */
class AnswerClassifierIT extends OnAsyncNodes {
  private static final Fault NOT_READY = Fault.answerInstead(400, Fault.error("NodeNotReady"));

  private final List<ErrorAnswer> seen = new CopyOnWriteArrayList<>();

  private LoadBalancer inTurn(AnswerClassifier classifier) {
    return track(
        LoadBalancer.builder()
            .nodes(nodes.urls())
            .healthCheck(HealthCheck.none())
            .policy(BalancingPolicy.roundRobin())
            .answerClassifier(
                answer -> {
                  seen.add(answer);
                  return classifier.classify(answer);
                }));
  }

  private static Outcome faultIfNotReady(ErrorAnswer answer) {
    return answer.code().equals("NodeNotReady") ? Outcome.fault(answer.code()) : null;
  }

  private static void assertRefused(Throwable e, int status, String code) {
    assertThat(e)
        .asInstanceOf(type(S3Exception.class))
        .satisfies(
            refused -> {
              assertThat(refused.statusCode()).isEqualTo(status);
              assertThat(refused.awsErrorDetails().errorCode()).isEqualTo(code);
            });
  }

  @Test
  void what_is_a_fault_goes_on_at_another_node_and_counts() {
    LoadBalancer cluster = inTurn(AnswerClassifierIT::faultIfNotReady);
    S3Client s3 = client(cluster);
    nodes.get(1).always(NOT_READY);

    for (int i = 0; i < 4; i++) {
      put(s3, "k" + i, bytes(5000));
      assertThat(get(s3, "k" + i)).isEqualTo(bytes(5000));
    }

    assertThat(node(cluster, nodes.get(1)).faults()).isPositive().isEqualTo(seen.size());
    assertThat(faults(cluster)).isEqualTo(seen.size());
    ErrorAnswer first = seen.get(0);
    assertThat(first.node().id()).isEqualTo(nodes.get(1).id());
    assertThat(first.status()).isEqualTo(400);
    assertThat(first.method()).isIn("GET", "PUT");
    assertThat(first.header("content-TYPE")).hasValue("application/xml");
    assertThat(first.header("X-None")).isEmpty();
    assertIdle(cluster);
  }

  @ParameterizedTest
  @EnumSource
  void of_asynchronous_clients_too(Http http) {
    LoadBalancer cluster = inTurn(AnswerClassifierIT::faultIfNotReady);
    S3AsyncClient s3 = client(cluster, http);
    nodes.get(1).always(NOT_READY);

    for (int i = 0; i < 4; i++) {
      put(s3, "k" + i, bytes(5000));
      assertThat(get(s3, "k" + i)).isEqualTo(bytes(5000));
    }

    assertThat(node(cluster, nodes.get(1)).faults()).isPositive().isEqualTo(seen.size());
  }

  @Test
  void where_it_says_nothing_the_answer_means_what_it_means_of_any_server() {
    LoadBalancer cluster = inTurn(answer -> null);
    S3Client s3 = client(cluster);
    nodes.always(NOT_READY);

    assertThatThrownBy(() -> get(s3, "k")).satisfies(e -> assertRefused(e, 400, "NodeNotReady"));

    assertThat(seen).hasSize(1);
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void what_every_node_says_reaches_the_caller_as_it_came() {
    LoadBalancer cluster = inTurn(AnswerClassifierIT::faultIfNotReady);
    S3Client s3 = client(cluster);
    nodes.always(NOT_READY);

    assertThatThrownBy(() -> get(s3, "k")).satisfies(e -> assertRefused(e, 400, "NodeNotReady"));

    assertThat(nodes.count("GET")).as("each node once").isEqualTo(4);
    assertIdle(cluster);
  }

  @Test
  void a_fault_that_is_the_callers_is_held_against_nobody() {
    LoadBalancer cluster = inTurn(answer -> answer.status() == 500 ? Outcome.success() : null);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.retryStrategy(AwsRetryStrategy.doNotRetry())));
    nodes.always(Fault.answerInstead(500, Fault.error("InternalError")));

    for (int i = 0; i < 8; i++) {
      assertThatThrownBy(() -> get(s3, "k")).satisfies(e -> assertRefused(e, 500, "InternalError"));
    }

    assertThat(nodes.count("GET")).isEqualTo(8);
    assertThat(faults(cluster)).isZero();
    assertThat(cluster.snapshot().eligible()).isEqualTo(4);
  }

  @Test
  void what_asks_for_less_counts_as_that_and_goes_on_whatever_its_status() {
    LoadBalancer cluster =
        inTurn(answer -> answer.status() == 400 ? Outcome.load("queue full") : null);
    S3Client s3 = client(cluster);
    put(MatrixCell.DIRECT, "k", bytes(1000));
    nodes.get(1).always(Fault.answerInstead(400, Fault.error("QueueFull")));

    for (int i = 0; i < 4; i++) {
      assertThat(get(s3, "k")).hasSize(1000);
    }

    assertThat(node(cluster, nodes.get(1)).loads()).isPositive().isEqualTo(seen.size());
    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  /** And where all say so it ends, with what they say. */
  @Test
  void an_overload_in_other_words_is_no_reason_for_a_storm() {
    LoadBalancer cluster =
        inTurn(answer -> answer.status() == 400 ? Outcome.load("queue full") : null);
    S3Client s3 = client(cluster);
    nodes.always(Fault.answerInstead(400, Fault.error("QueueFull")));

    int calls = 50;
    for (int i = 0; i < calls; i++) {
      assertThatThrownBy(() -> get(s3, "k")).satisfies(e -> assertRefused(e, 400, "QueueFull"));
    }

    // The budget: 5 %, and one a second with ten in store.
    assertThat(nodes.count("GET")).isBetween(calls, calls + 30);
    assertIdle(cluster);
  }

  @Test
  void that_a_node_is_well_does_not_say_that_nothing_was_carried_out() {
    LoadBalancer cluster = inTurn(answer -> Outcome.success());
    S3Client s3 = client(cluster); // with the SDK's retries, which repeat what came with a 500
    nodes.always(Fault.answerAfterwards(500, Fault.error("InternalError")).on("PUT"));

    assertThatThrownBy(
            () ->
                s3.putObject(
                    put -> put.bucket(bucket).key("k").writeOffsetBytes(0L),
                    RequestBody.fromBytes(bytes(1000))))
        .satisfies(e -> assertRefused(e, 500, "InternalError"));

    assertThat(nodes.count("PUT")).isEqualTo(1);
    assertThat(faults(cluster)).isZero();
  }

  private static Balancer firstFirst() {
    return group ->
        (tried, hint, random) -> {
          for (Candidate candidate : group) {
            if (Picker.open(candidate, tried)) {
              return candidate;
            }
          }
          return null;
        };
  }

  @Test
  void a_hedge_whose_answer_is_a_fault_does_not_win() {
    FaultProxy slow = nodes.get(0);
    FaultProxy notReady = nodes.get(1);
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(slow.url(), notReady.url())
                .healthCheck(HealthCheck.none())
                .policy(BalancingPolicy.custom("slow first", AnswerClassifierIT::firstFirst))
                .hedging(
                    Hedging.builder()
                        .share(0.5)
                        .leastDelay(Duration.ofMillis(40))
                        .leastSamples(10)
                        .burst(1000)
                        .build())
                // Held against nobody: a node with faults is not hedged to for a while.
                .answerClassifier(
                    answer -> answer.status() == 400 ? Outcome.cancelled("not ready") : null));
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1000));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              get(s3, "k");
              return !cluster.snapshot().hedges().delay().isZero();
            });
    slow.always(Fault.delayReply(400));
    notReady.always(NOT_READY);

    long before = cluster.snapshot().hedges().begun();
    for (int i = 0; i < 20 && cluster.snapshot().hedges().begun() < before + 3; i++) {
      assertThat(get(s3, "k")).hasSize(1000);
    }

    assertThat(cluster.snapshot().hedges().begun()).isGreaterThan(before);
    assertIdle(cluster);
  }

  @Test
  void an_answer_to_a_head_has_no_code() {
    LoadBalancer cluster =
        inTurn(answer -> answer.status() == 400 ? Outcome.unreachable("not ready") : null);
    S3Client s3 = client(cluster);
    put(MatrixCell.DIRECT, "k", bytes(1000));
    nodes.get(1).always(NOT_READY);

    for (int i = 0; i < 4; i++) {
      assertThat(s3.headObject(head -> head.bucket(bucket).key("k")).contentLength())
          .isEqualTo(1000);
    }

    assertThat(seen).hasSize(1); // once was enough
    assertThat(seen.get(0).code()).isEmpty();
    assertThat(seen.get(0).method()).isEqualTo("HEAD");
    assertThat(node(cluster, nodes.get(1)).state().eligible()).isFalse();
  }

  @Test
  void an_error_in_a_success_is_asked_about_and_nothing_else_of_a_success_is() {
    LoadBalancer cluster =
        inTurn(answer -> answer.code().equals("Odd") ? Outcome.fault("odd") : null);
    S3Client s3 = client(cluster);
    put(MatrixCell.DIRECT, "k", bytes(1000));
    nodes.get(1).next(Fault.answerInstead(200, Fault.error("Odd")).on("PUT"));

    for (int i = 0; i < 4; i++) {
      int copy = i;
      s3.copyObject(
          c ->
              c.sourceBucket(bucket)
                  .sourceKey("k")
                  .destinationBucket(bucket)
                  .destinationKey("copy" + copy));
    }
    for (int i = 0; i < 4; i++) {
      assertThat(get(s3, "copy" + i)).hasSize(1000);
    }

    assertThat(seen).hasSize(1);
    assertThat(seen.get(0).status()).isEqualTo(200);
    assertThat(node(cluster, nodes.get(1)).faults()).isEqualTo(1);
  }

  @Test
  void a_download_that_broke_off_goes_past_what_is_a_fault() throws Exception {
    LoadBalancer cluster = inTurn(AnswerClassifierIT::faultIfNotReady);
    put(MatrixCell.DIRECT, "k", bytes(1_000_000));
    // The first that is asked breaks off, and the next two are not ready.
    AtomicInteger asked = new AtomicInteger();
    for (FaultProxy node : nodes.all()) {
      node.faults(
          request ->
              switch (asked.incrementAndGet()) {
                case 1 -> Fault.resetBody(300_000);
                case 2, 3 -> NOT_READY;
                default -> null;
              });
    }

    assertThat(get(client(cluster), "k")).isEqualTo(bytes(1_000_000));

    assertThat(asked).hasValue(4);
    assertThat(cluster.snapshot().resumes()).isPositive();
    assertIdle(cluster);
  }

  @Test
  void one_that_throws_harms_nobody() {
    LoadBalancer cluster =
        inTurn(
            answer -> {
              throw new IllegalStateException("thrown by a test");
            });
    S3Client s3 = client(cluster);
    nodes.get(1).always(Fault.answerInstead(500, Fault.error("InternalError")));
    put(s3, "k", bytes(1000));

    CompletableFuture<Void> reads =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 8; i++) {
                assertThat(get(s3, "k")).hasSize(1000);
              }
            });

    assertThat(reads).succeedsWithin(Duration.ofSeconds(20));
    assertThat(seen).isNotEmpty();
    assertIdle(cluster);
  }
}
