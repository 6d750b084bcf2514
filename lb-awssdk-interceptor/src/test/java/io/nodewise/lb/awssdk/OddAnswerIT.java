package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okXml;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.Options.ChunkedEncodingPolicy;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.RawServer;
import io.nodewise.lb.health.HealthCheck;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Answers that s3proxy does not give, and other servers do. */
class OddAnswerIT extends OnS3Nodes {
  private static final String TAG = "0123456789abcdef0123456789abcdef";

  private WireMockServer server;
  private LoadBalancer cluster;
  private S3Client s3;

  private static final Map<ChunkedEncodingPolicy, WireMockServer> SERVERS =
      Stream.of(ChunkedEncodingPolicy.ALWAYS, ChunkedEncodingPolicy.BODY_FILE)
          .collect(
              Collectors.toMap(
                  policy -> policy,
                  policy ->
                      new WireMockServer(
                          WireMockConfiguration.options()
                              .dynamicPort()
                              .bindAddress("127.0.0.1")
                              .useChunkedTransferEncoding(policy))));

  @BeforeAll
  static void start() {
    SERVERS.values().forEach(WireMockServer::start);
  }

  @AfterAll
  static void stop() {
    SERVERS.values().forEach(WireMockServer::stop);
  }

  @BeforeEach
  void use() {
    use(ChunkedEncodingPolicy.BODY_FILE);
  }

  private void use(ChunkedEncodingPolicy policy) {
    server = SERVERS.get(policy);
    server.resetAll();
    cluster =
        track(
            LoadBalancer.builder()
                .nodes("http://127.0.0.1:" + server.port())
                .healthCheck(HealthCheck.none()));
    s3 = client(cluster);
  }

  private void answer(MappingBuilder request, ResponseDefinitionBuilder answer) {
    server.stubFor(request.willReturn(answer));
  }

  // Bodies and no bodies: whatever the SDK reads of them, nothing stays in flight.

  @ParameterizedTest
  @EnumSource(names = {"ALWAYS", "BODY_FILE"})
  void emptyAnswers(ChunkedEncodingPolicy policy) {
    use(policy);
    answer(any(anyUrl()), ok().withHeader("ETag", TAG));
    everyOperation();
  }

  @ParameterizedTest
  @EnumSource(names = {"ALWAYS", "BODY_FILE"})
  void answersWithABodyNobodyAskedFor(ChunkedEncodingPolicy policy) {
    use(policy);
    answer(any(anyUrl()), okXml("<Odd>" + "x".repeat(100_000) + "</Odd>"));
    everyOperation();
  }

  @Test
  void noContent() {
    answer(any(anyUrl()), aResponse().withStatus(204));
    everyOperation();
  }

  private void everyOperation() {
    run(() -> put(s3, "k", bytes(100)));
    run(() -> s3.headObject(head -> head.bucket(bucket).key("k")));
    run(() -> get(s3, "k"));
    run(() -> s3.deleteObject(delete -> delete.bucket(bucket).key("k")));
    run(() -> s3.abortMultipartUpload(abort -> abort.bucket(bucket).key("k").uploadId("id")));
    run(() -> s3.headBucket(head -> head.bucket(bucket)));
    run(() -> s3.getBucketLocation(location -> location.bucket(bucket)));
    assertThat(faults(cluster)).isZero();
    fails(() -> s3.createMultipartUpload(create -> create.bucket(bucket).key("k")));
  }

  private void run(Runnable operation) {
    operation.run();
    assertIdle(cluster);
  }

  /** Never an upload without an id, never an empty list of what was not listed. */
  private void fails(Runnable operation) {
    run(
        () ->
            assertThatExceptionOfType(SdkClientException.class)
                .isThrownBy(operation::run)
                .withMessageContaining("without a result"));
  }

  @Test
  void answersWithoutWhatTheyAreAllAbout() {
    answer(any(anyUrl()), ok());
    fails(() -> s3.listObjectsV2(list -> list.bucket(bucket)));
    fails(() -> s3.listParts(list -> list.bucket(bucket).key("k").uploadId("id")));
    fails(
        () ->
            s3.copyObject(
                copy ->
                    copy.sourceBucket(bucket)
                        .sourceKey("a")
                        .destinationBucket(bucket)
                        .destinationKey("b")));
  }

  /** The node is well; the SDK says what it makes of it. */
  @Test
  void redirectWithoutADocument() {
    answer(
        WireMock.get(anyUrl()),
        aResponse().withStatus(307).withHeader("Location", "http://127.0.0.1:1/"));
    run(
        () ->
            assertThatExceptionOfType(S3Exception.class)
                .isThrownBy(() -> s3.listObjectsV2(list -> list.bucket(bucket)))
                .satisfies(e -> assertThat(e.statusCode()).isEqualTo(307)));
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void headOfNoObject() {
    try (RawServer broken = RawServer.saying("HTTP/1.1 200 OK\r\n")) {
      LoadBalancer one =
          track(LoadBalancer.builder().nodes(broken.url()).healthCheck(HealthCheck.none()));
      assertThatExceptionOfType(SdkClientException.class)
          .isThrownBy(() -> client(one).headObject(head -> head.bucket(bucket).key("k")));
      assertThat(faults(one)).isPositive();
    }
  }

  /** As of copies and completed uploads, whose answers begin before their work ends. */
  @ParameterizedTest
  @CsvSource({"InternalError, 500", "SlowDown, 503", "PreconditionFailed, 412", "Odd, 200"})
  void successThatIsAnError(String code, int status) {
    answer(
        WireMock.put(anyUrl()),
        okXml("<Error><Code>" + code + "</Code><Message>late</Message></Error>"));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(
            () ->
                s3.copyObject(
                    copy ->
                        copy.sourceBucket(bucket)
                            .sourceKey("a")
                            .destinationBucket(bucket)
                            .destinationKey("b")))
        .withMessageContaining("late")
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(status))
        .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo(code));
    assertIdle(cluster);
    assertThat(faults(cluster) > 0).as("charged").isEqualTo(status == 500);
  }

  @Test
  void longListsAreReadBeyondWhatIsReadAhead() {
    String entry = "<Contents><Key>" + "k".repeat(1000) + "</Key></Contents>";
    answer(
        WireMock.get(anyUrl()),
        okXml("<ListBucketResult>" + entry.repeat(6000) + "</ListBucketResult>"));

    assertThat(s3.listObjectsV2(list -> list.bucket(bucket)).contents()).hasSize(6000);
    assertIdle(cluster);
  }
}
