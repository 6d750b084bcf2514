package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.routing.BalancingPolicy;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Requests that name the node they go to, of asynchronous clients. */
class AsyncHostHeaderIT extends OnAsyncNodes {
  private static final byte[] CONTENT = bytes(200_000);

  private LoadBalancerBuilder naming() {
    return LoadBalancer.builder()
        .nodes(nodes.urls())
        .hostHeader(HostHeader.NODE)
        .policy(BalancingPolicy.roundRobin())
        .healthCheck(HealthCheck.none());
  }

  private void everyRequestNamedItsNode() {
    assertThat(nodes.requests()).isNotEmpty();
    for (FaultProxy node : nodes.all()) {
      assertThat(node.requests())
          .allSatisfy(request -> assertThat(request.header("Host")).hasValue(node.id()));
    }
  }

  static Stream<Arguments> payloads() {
    return Stream.of(Http.values())
        .flatMap(
            http ->
                Stream.of(RequestChecksumCalculation.values())
                    .flatMap(
                        checksums ->
                            Stream.of(true, false)
                                .map(chunked -> Arguments.of(http, checksums, chunked))));
  }

  @ParameterizedTest
  @MethodSource("payloads")
  void bodiesOfEveryKindOfSignature(
      Http http, RequestChecksumCalculation checksums, boolean chunked) {
    LoadBalancer cluster = track(naming());
    S3AsyncClient s3 =
        track(
            builder(cluster, http)
                .requestChecksumCalculation(checksums)
                .serviceConfiguration(
                    S3Configuration.builder()
                        .pathStyleAccessEnabled(true)
                        .chunkedEncodingEnabled(chunked)
                        .build()));
    nodes.get(0).kill(); // for the second attempt it is signed anew

    for (int i = 0; i < 4; i++) {
      put(s3, "a key/" + i, CONTENT);
      assertThat(get(s3, "a key/" + i)).isEqualTo(CONTENT);
      put(s3, "empty", new byte[0]);
    }
    assertThat(get(s3, "empty")).isEmpty();
    assertThat(cluster.snapshot().failovers()).isPositive();
    everyRequestNamedItsNode();
  }

  @ParameterizedTest
  @EnumSource
  void failuresAreRepeatedAndDownloadsGoOnElsewhere(Http http) {
    LoadBalancer cluster = track(naming());
    S3AsyncClient s3 = client(cluster, http);
    byte[] content = bytes(1_000_000);
    nodes.onceAnywhere(Fault.resetRequest(100_000).on("PUT"));
    put(s3, "k", content);
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));
    got(
        s3.putObject(
            put -> put.bucket(bucket).key("new").ifNoneMatch("*"),
            AsyncRequestBody.fromBytes(CONTENT)));
    nodes.onceAnywhere(Fault.resetReply(300_000).on("GET"));
    assertThat(get(s3, "k")).isEqualTo(content);
    assertThat(cluster.snapshot().resumes()).isEqualTo(1);
    everyRequestNamedItsNode();
  }

  @ParameterizedTest
  @EnumSource
  void signaturesAreVerifiedAndAnonymousRequestsHaveNone(Http http) {
    LoadBalancer cluster = track(naming());
    put(PLAIN, "k", CONTENT);
    nodes.renew();
    S3AsyncClient wrong =
        track(
            builder(cluster, http)
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Nodes.ACCESS_KEY, "wrong"))));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> get(wrong, "k"))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(403));
    S3AsyncClient nobody =
        track(builder(cluster, http).credentialsProvider(AnonymousCredentialsProvider.create()));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> get(nobody, "k"))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(403));
    everyRequestNamedItsNode();
  }

  @ParameterizedTest
  @EnumSource
  void bucketsInTheHostAreRefused(Http http) {
    LoadBalancer cluster = track(naming());
    assertThatIllegalArgumentException()
        .isThrownBy(builder(cluster, http).forcePathStyle(false)::build)
        .withMessageStartingWith("path style: false (expected: true with HostHeader.NODE");
  }
}
