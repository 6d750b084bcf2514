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
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * Requests that name the node they go to, each signed for its node, on servers that verify
 * signatures.
 */
class HostHeaderIT extends OnS3Nodes {
  private static final byte[] CONTENT = bytes(200_000);

  /** The last one sends no other name. */
  enum Http {
    APACHE,
    APACHE_5,
    URL_CONNECTION;

    SdkHttpClient.Builder<?> builder() {
      return switch (this) {
        case APACHE -> HttpClients.apache();
        case APACHE_5 -> Apache5HttpClient.builder();
        case URL_CONNECTION -> UrlConnectionHttpClient.builder();
      };
    }
  }

  private LoadBalancerBuilder naming() {
    return LoadBalancer.builder()
        .nodes(nodes.urls())
        .hostHeader(HostHeader.NODE)
        .policy(BalancingPolicy.roundRobin())
        .healthCheck(HealthCheck.none());
  }

  private S3Client client(LoadBalancer cluster, Http http) {
    return track(builder(cluster).httpClientBuilder(http.builder()));
  }

  private void everyRequestNamedItsNode() {
    assertThat(nodes.requests()).isNotEmpty();
    for (FaultProxy node : nodes.all()) {
      assertThat(node.requests())
          .allSatisfy(request -> assertThat(request.header("Host")).hasValue(node.id()));
    }
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void signedForTheNodeEachGoesTo(Http http) {
    LoadBalancer cluster = track(naming());
    S3Client s3 = client(cluster, http);

    for (int i = 0; i < 8; i++) {
      put(s3, "a key/" + i, CONTENT);
      assertThat(get(s3, "a key/" + i)).isEqualTo(CONTENT);
      s3.listObjectsV2(list -> list.bucket(bucket).prefix("a key/"));
    }

    assertThat(nodes.all()).allSatisfy(node -> assertThat(node.requests()).hasSize(6));
    everyRequestNamedItsNode();
    S3Client wrong =
        track(
            builder(cluster)
                .httpClientBuilder(http.builder())
                .credentialsProvider(
                    StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(S3Nodes.ACCESS_KEY, "wrong"))));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> get(wrong, "a key/0"))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(403));
    assertThat(faults(cluster)).isZero();
  }

  static Stream<Arguments> payloads() {
    return Stream.of(HostHeader.values())
        .flatMap(host -> Stream.of(Http.values()).map(http -> List.of(host, http)))
        .filter(pair -> !pair.equals(List.of(HostHeader.LOGICAL, Http.URL_CONNECTION)))
        .flatMap(
            pair ->
                Stream.of(RequestChecksumCalculation.values())
                    .flatMap(
                        checksums ->
                            Stream.of(true, false)
                                .map(
                                    chunked ->
                                        Arguments.of(
                                            pair.get(0), pair.get(1), checksums, chunked))));
  }

  /** What is signed of a body: its chunks, its hash, a trailing checksum or none. */
  @ParameterizedTest
  @MethodSource("payloads")
  void bodiesOfEveryKindOfSignature(
      HostHeader host, Http http, RequestChecksumCalculation checksums, boolean chunked) {
    LoadBalancer cluster = track(naming().hostHeader(host));
    S3ClientBuilder builder =
        builder(cluster)
            .httpClientBuilder(http.builder())
            .requestChecksumCalculation(checksums)
            .serviceConfiguration(
                S3Configuration.builder()
                    .pathStyleAccessEnabled(true)
                    .chunkedEncodingEnabled(chunked)
                    .build());
    S3Client s3 = track(builder);
    nodes.get(0).kill(); // before the second attempt the body is signed anew

    for (int i = 0; i < 4; i++) {
      put(s3, "k" + i, CONTENT);
      assertThat(get(s3, "k" + i)).isEqualTo(CONTENT);
    }

    assertThat(cluster.snapshot().failovers()).isPositive();
    if (host == HostHeader.NODE) {
      everyRequestNamedItsNode();
    }
    boolean trailer = chunked && checksums == RequestChecksumCalculation.WHEN_SUPPORTED;
    assertThat(nodes.requests())
        .filteredOn(request -> request.method().equals("PUT"))
        .allSatisfy(
            request -> assertThat(request.header("x-amz-trailer").isPresent()).isEqualTo(trailer))
        .allSatisfy(
            request ->
                assertThat(request.header("x-amz-content-sha256").orElse(""))
                    .as("what is signed of the body")
                    .matches(
                        trailer
                            ? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
                            : chunked ? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" : "[0-9a-f]{64}"))
        .allSatisfy(
            request ->
                assertThat(request.header("Expect").isPresent())
                    .as("waits for 100 Continue")
                    .isEqualTo(http == Http.APACHE));
  }

  /** No mark, no reset, opens once. */
  private static RequestBody oneShot() {
    InputStream once =
        new FilterInputStream(new ByteArrayInputStream(CONTENT)) {
          @Override
          public boolean markSupported() {
            return false;
          }
        };
    return RequestBody.fromInputStream(once, CONTENT.length);
  }

  /** The signer opens it for each node; nobody has read of it but the last one. */
  @ParameterizedTest
  @EnumSource(Http.class)
  void oneShotBodyGoesToTheLastNodeAlive(Http http) {
    for (int i = 0; i < 3; i++) {
      nodes.get(i).kill();
    }
    S3Client s3 = client(track(naming()), http);

    s3.putObject(put -> put.bucket(bucket).key("k"), oneShot());

    assertThat(get(s3, "k")).isEqualTo(CONTENT);
    assertThat(nodes.get(3).count("PUT")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void failuresAreRepeatedElsewhere(Http http) {
    LoadBalancer cluster = track(naming());
    S3Client s3 = client(cluster, http);
    nodes.onceAnywhere(Fault.resetRequest(100_000).on("PUT"));
    put(s3, "k", CONTENT);
    nodes.onceAnywhere(Fault.loseReply().on("PUT"));
    s3.putObject(
        put -> put.bucket(bucket).key("new").ifNoneMatch("*"), RequestBody.fromBytes(CONTENT));

    assertThat(get(s3, "new")).isEqualTo(CONTENT);
    assertThat(nodes.requests().stream().filter(request -> request.method().equals("HEAD")))
        .as("asks what is stored")
        .isNotEmpty();
    everyRequestNamedItsNode();
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void downloadGoesOnAtAnotherNode(Http http) throws IOException {
    LoadBalancer cluster = track(naming());
    S3Client s3 = client(cluster, http);
    byte[] content = bytes(1_000_000);
    put(s3, "k", content);
    for (Fault fault : List.of(Fault.resetReply(300_000), Fault.cutReply(300_000))) {
      nodes.forgetFaults();
      nodes.onceAnywhere(fault.on("GET"));
      try (InputStream body =
          s3.getObject(get -> get.bucket(bucket).key("k").range("bytes=1000-"))) {
        assertThat(body.readAllBytes()).hasSize(999_000).endsWith(content[999_999]);
      }
    }
    assertThat(cluster.snapshot().resumes()).isEqualTo(2);
    everyRequestNamedItsNode();
  }

  /** Which is signed for its own node. */
  @Test
  void secondAttemptOfARead() {
    LoadBalancer cluster =
        track(
            naming()
                .hedging(
                    Hedging.builder()
                        .share(0.5)
                        .leastDelay(Duration.ofMillis(40))
                        .leastSamples(10)
                        .burst(1000)
                        .build()));
    S3Client s3 = client(cluster, Http.URL_CONNECTION);
    put(s3, "k", bytes(2000));
    for (int i = 0; i < 2000 && cluster.snapshot().hedges().delay().isZero(); i++) {
      get(s3, "k");
    }
    nodes.get(2).always(Fault.delayReply(3000).on("GET"));
    for (int i = 0; i < 2000 && cluster.snapshot().hedges().won() < 3; i++) {
      assertThat(get(s3, "k")).isEqualTo(bytes(2000));
    }
    assertThat(cluster.snapshot().hedges().won()).isGreaterThanOrEqualTo(3);
    everyRequestNamedItsNode();
  }

  @ParameterizedTest
  @EnumSource(Http.class)
  void anonymousRequests(Http http) {
    put(PLAIN, "k", bytes(10));
    nodes.renew();
    S3Client s3 =
        track(
            builder(track(naming()))
                .httpClientBuilder(http.builder())
                .credentialsProvider(AnonymousCredentialsProvider.create()));
    for (int i = 0; i < 4; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(s3, "k"))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(403));
    }
    assertThat(nodes.requests())
        .hasSize(4)
        .allSatisfy(request -> assertThat(request.header("Authorization")).isEmpty());
    everyRequestNamedItsNode();
  }

  /** Of servers that ask nobody who he is. */
  @ParameterizedTest
  @EnumSource(HostHeader.class)
  void anonymousAccess(HostHeader host) throws Exception {
    List<FaultProxy> open = S3Nodes.open();
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(open.get(0).url(), open.get(1).url())
                .hostHeader(host)
                .healthCheck(HealthCheck.none()));
    S3Client s3 =
        track(builder(cluster).credentialsProvider(AnonymousCredentialsProvider.create()));
    s3.createBucket(create -> create.bucket(bucket));
    for (int i = 0; i < 3; i++) {
      put(s3, "k", CONTENT);
      assertThat(get(s3, "k")).isEqualTo(CONTENT);
      open.get(0).kill(); // from the second time on
    }
    assertThat(open.get(1).requests())
        .isNotEmpty()
        .allSatisfy(request -> assertThat(request.header("Authorization")).isEmpty())
        .allSatisfy(
            request ->
                assertThat(request.header("Host"))
                    .hasValue(open.get(host == HostHeader.NODE ? 1 : 0).id()));
    open.get(1).close();
  }

  @Test
  void probesOfABucketNameTheirNode() {
    LoadBalancer cluster =
        track(
            naming()
                .healthCheck(
                    HealthCheck.of(
                        LoadBalancedS3.headBucket(bucket, S3Nodes.CREDENTIALS, Region.US_EAST_1))));
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    assertThat(cluster.snapshot().nodes())
        .allSatisfy(node -> assertThat(node.probe().verdict()).hasToString("UP (200)"));
    everyRequestNamedItsNode();
    assertThat(LoadBalancedS3.headBucket(bucket, S3Nodes.CREDENTIALS, Region.US_EAST_1))
        .hasToString("HEAD /" + bucket + ", signed for each node");
  }

  @Test
  void bucketsInTheHostAreRefused() {
    LoadBalancer cluster = track(naming());
    for (S3ClientBuilder builder :
        List.of(
            builder(cluster).forcePathStyle(false),
            builder(cluster).serviceConfiguration(s3 -> s3.pathStyleAccessEnabled(false)))) {
      assertThatIllegalArgumentException()
          .isThrownBy(builder::build)
          .withMessageStartingWith("path style: false (expected: true with HostHeader.NODE");
    }
    track(builder(cluster).forcePathStyle(false).forcePathStyle(true));
  }
}
