package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.BalancingPolicy;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** The SDK's own client of objects in parts, as transfer managers use it. */
class AsyncMultipartIT extends OnAsyncNodes {

  @ParameterizedTest
  @EnumSource
  void partsSpreadAndFailOverOneByOne(Http http) {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(HealthCheck.none())
                .policy(BalancingPolicy.roundRobin()));
    S3AsyncClient s3 =
        track(
            builder(cluster, http)
                .multipartEnabled(true)
                .multipartConfiguration(
                    parts -> parts.minimumPartSizeInBytes(5L << 20).thresholdInBytes(5L << 20)));
    byte[] content = bytes(48 << 20);
    nodes.always(Fault.delayReply(100).on("PUT"));

    CompletableFuture<PutObjectResponse> upload =
        s3.putObject(put -> put.bucket(bucket).key("k"), AsyncRequestBody.fromBytes(content));
    Awaitility.await().until(() -> nodes.count("PUT") >= 3);
    nodes.get(2).kill();
    got(upload);

    nodes.forgetFaults();
    assertThat(nodes.count("PUT")).as("parts").isGreaterThanOrEqualTo(10);
    assertThat(nodes.all())
        .as("they spread")
        .filteredOn(node -> node.count("PUT") > 0)
        .hasSizeGreaterThanOrEqualTo(3);
    assertThat(get(PLAIN, "k")).isEqualTo(content);
    assertIdle(cluster);
  }
}
