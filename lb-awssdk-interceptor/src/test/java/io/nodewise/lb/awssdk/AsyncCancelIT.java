package io.nodewise.lb.awssdk;

import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.retries.StandardRetryStrategy;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/** Asynchronous calls that their caller leaves between two attempts: nothing is left of them. */
class AsyncCancelIT extends OnAsyncNodes {
  @ParameterizedTest
  @EnumSource
  void cancelledInTheBackOff(Http http) {
    LoadBalancer cluster = unprobed(4);
    StandardRetryStrategy patient =
        AwsRetryStrategy.standardRetryStrategy().toBuilder()
            .throttlingBackoffStrategy(BackoffStrategy.fixedDelay(Duration.ofSeconds(30)))
            .build();
    S3AsyncClient s3 =
        track(
            builder(cluster, http)
                .overrideConfiguration(configuration -> configuration.retryStrategy(patient)));
    put(s3, "k", bytes(10));
    nodes.always(Fault.answerInstead(503, "<Error><Code>SlowDown</Code></Error>").on("GET"));
    CompletableFuture<ResponseBytes<GetObjectResponse>> call =
        s3.getObject(get -> get.bucket(bucket).key("k"), AsyncResponseTransformer.toBytes());
    await().until(() -> nodes.count("GET") > 0);
    idle(cluster);

    call.cancel(true);

    await().atMost(Duration.ofSeconds(5)).until(() -> calls(s3).size() == 0);
  }
}
