package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.deleteRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.headRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okXml;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.MappingBuilder;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.matching.UrlPattern;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Repeats after a lost reply, on servers that answer them otherwise than s3proxy. */
class OddRepeatIT extends OnS3Nodes {
  private static final String TAG = "0123456789abcdef0123456789abcdef";
  private static final CompletedPart PART = CompletedPart.builder().partNumber(1).eTag(TAG).build();

  /** The tag of an object of one such part: the MD5 of that MD5, and the number of parts. */
  private static final String TAG_OF_PARTS = EntityTag.ofParts(List.of(PART)).orElseThrow();

  private static final WireMockServer SERVER =
      new WireMockServer(WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1"));

  private LoadBalancer cluster;
  private S3Client s3;

  @BeforeAll
  static void start() {
    SERVER.start();
  }

  @AfterAll
  static void stop() {
    SERVER.stop();
  }

  @BeforeEach
  void use() {
    SERVER.resetAll();
    cluster =
        track(
            LoadBalancer.builder()
                .nodes("http://127.0.0.1:" + SERVER.port())
                .healthCheck(HealthCheck.none()));
    s3 = client(cluster);
  }

  private static void answer(MappingBuilder request, ResponseDefinitionBuilder answer) {
    SERVER.stubFor(request.willReturn(answer));
  }

  /** The first such request is answered by a reset, the second as given. */
  private void loseFirst(
      Function<UrlPattern, MappingBuilder> method, ResponseDefinitionBuilder second) {
    SERVER.stubFor(
        method
            .apply(anyUrl())
            .inScenario("lost")
            .whenScenarioStateIs(STARTED)
            .willSetStateTo("again")
            .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
    SERVER.stubFor(
        method.apply(anyUrl()).inScenario("lost").whenScenarioStateIs("again").willReturn(second));
  }

  private static ResponseDefinitionBuilder error(int status, String code) {
    return aResponse().withStatus(status).withBody("<Error><Code>" + code + "</Code></Error>");
  }

  // Lost replies.

  private void complete() {
    s3.completeMultipartUpload(
        complete ->
            complete
                .bucket(bucket)
                .key("k")
                .uploadId("id")
                .multipartUpload(m -> m.parts(List.of(PART))));
  }

  /** As MinIO answers who completes an upload twice. */
  @Test
  void completedBeforeSaysInvalidPart() {
    loseFirst(WireMock::post, error(400, "InvalidPart"));
    answer(WireMock.head(anyUrl()), ok().withHeader("ETag", '"' + TAG_OF_PARTS + '"'));

    complete();

    SERVER.verify(1, headRequestedFor(anyUrl()));
  }

  @Test
  void invalidPartThatIsOne() {
    loseFirst(WireMock::post, error(400, "InvalidPart"));
    answer(WireMock.head(anyUrl()), ok().withHeader("ETag", '"' + TAG + '"'));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(this::complete)
        .satisfies(e -> assertThat(e.awsErrorDetails().errorCode()).isEqualTo("InvalidPart"));
  }

  @Test
  void whatCannotBeConfirmedIsPassedOn() {
    loseFirst(WireMock::put, error(412, "PreconditionFailed"));
    answer(WireMock.head(anyUrl()), aResponse().withStatus(403));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(
            () ->
                s3.putObject(
                    put -> put.bucket(bucket).key("k").ifNoneMatch("*"),
                    RequestBody.fromString("x")))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));
    assertIdle(cluster);
  }

  /** It may have appended before it failed. */
  @Test
  void appendAnsweredByAServerError() {
    answer(any(anyUrl()), error(500, "InternalError"));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(
            () ->
                s3.putObject(
                    put -> put.bucket(bucket).key("k").writeOffsetBytes(0L),
                    RequestBody.fromString("x")));
    SERVER.verify(1, WireMock.anyRequestedFor(anyUrl()));
  }

  /** It has not appended, and says so. */
  @Test
  void appendToldToSlowDown() {
    answerFirst(error(503, "SlowDown"));

    s3.putObject(
        put -> put.bucket(bucket).key("k").writeOffsetBytes(0L), RequestBody.fromString("x"));
    SERVER.verify(2, WireMock.anyRequestedFor(anyUrl()));
  }

  private void answerFirst(ResponseDefinitionBuilder first) {
    SERVER.stubFor(
        any(anyUrl())
            .inScenario("busy")
            .whenScenarioStateIs(STARTED)
            .willSetStateTo("idle")
            .willReturn(first));
    SERVER.stubFor(any(anyUrl()).inScenario("busy").whenScenarioStateIs("idle").willReturn(ok()));
  }

  // Copies, deletions, buckets.

  private void copyOnCondition() {
    s3.copyObject(
        copy ->
            copy.sourceBucket(bucket)
                .sourceKey("a b+ü/source")
                .destinationBucket(bucket)
                .destinationKey("k")
                .ifNoneMatch("*"));
  }

  private void stored(String key, String tag, Instant modified) {
    answer(
        WireMock.head(WireMock.urlPathEqualTo("/" + bucket + "/" + key)),
        ok().withHeader("ETag", '"' + tag + '"')
            .withHeader(
                "Last-Modified",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(modified.atOffset(ZoneOffset.UTC))));
  }

  @Test
  void conditionalCopyThatWasOurs() {
    loseFirst(WireMock::put, error(412, "PreconditionFailed"));
    stored("k", TAG, Instant.now());
    stored("a%20b%2B%C3%BC/source", TAG, Instant.now().minusSeconds(3600));

    copyOnCondition();

    SERVER.verify(2, headRequestedFor(anyUrl()));
  }

  @Test
  void conditionalCopyThatIsOlderThanTheCallOrOfSomethingElse() {
    loseFirst(WireMock::put, error(412, "PreconditionFailed"));
    stored("k", TAG, Instant.now().minusSeconds(60));
    stored("a%20b%2B%C3%BC/source", TAG, Instant.now().minusSeconds(3600));
    assertThatExceptionOfType(S3Exception.class).isThrownBy(this::copyOnCondition);

    SERVER.resetAll();
    loseFirst(WireMock::put, error(412, "PreconditionFailed"));
    stored("k", TAG_OF_PARTS, Instant.now());
    stored("a%20b%2B%C3%BC/source", TAG, Instant.now().minusSeconds(3600));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(this::copyOnCondition)
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));
  }

  @ParameterizedTest
  @ValueSource(ints = {412, 404})
  void conditionalDeletionThatWasOurs(int status) {
    loseFirst(WireMock::delete, error(status, "Whatever"));
    answer(WireMock.head(anyUrl()), aResponse().withStatus(404));

    s3.deleteObject(delete -> delete.bucket(bucket).key("k").ifMatch(TAG));
  }

  @Test
  void conditionalDeletionOfWhatHasChanged() {
    loseFirst(WireMock::delete, error(412, "PreconditionFailed"));
    stored("k", TAG, Instant.now());

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> s3.deleteObject(delete -> delete.bucket(bucket).key("k").ifMatch("x")))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));
  }

  @Test
  void deletionOfAVersionThatIsGone() {
    loseFirst(WireMock::delete, error(404, "NoSuchVersion"));
    s3.deleteObject(delete -> delete.bucket(bucket).key("k").versionId("v"));
  }

  /** The first try can't have taken away the bucket. */
  @Test
  void deletionInABucketThatIsNotThere() {
    loseFirst(WireMock::delete, error(404, "NoSuchBucket"));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> s3.deleteObject(delete -> delete.bucket(bucket).key("k").versionId("v")));
  }

  private void buckets(Instant made) {
    answer(
        WireMock.get(anyUrl()),
        okXml(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>%s</Name><CreationDate>%s</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"
                .formatted(bucket, made)));
  }

  @Test
  void bucketThatWasOurs() {
    loseFirst(WireMock::put, error(409, "BucketAlreadyOwnedByYou"));
    buckets(Instant.now());
    s3.createBucket(create -> create.bucket(bucket));
  }

  @Test
  void bucketThatWasThereBefore() {
    loseFirst(WireMock::put, error(409, "BucketAlreadyOwnedByYou"));
    buckets(Instant.now().minusSeconds(3600));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> s3.createBucket(create -> create.bucket(bucket)))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(409));
  }

  // Completion.

  /** Done, and answered by an error for all that: 500, or 200 with one in its body. */
  @ParameterizedTest
  @ValueSource(ints = {500, 200})
  void completedAndAnsweredByAnError(int status) {
    SERVER.stubFor(
        WireMock.post(anyUrl())
            .inScenario("late")
            .whenScenarioStateIs(STARTED)
            .willSetStateTo("again")
            .willReturn(error(status, "InternalError")));
    SERVER.stubFor(
        WireMock.post(anyUrl())
            .inScenario("late")
            .whenScenarioStateIs("again")
            .willReturn(error(404, "NoSuchUpload")));
    answer(WireMock.head(anyUrl()), ok().withHeader("ETag", '"' + TAG_OF_PARTS + '"'));

    complete();

    SERVER.verify(2, WireMock.postRequestedFor(anyUrl()));
    SERVER.verify(1, headRequestedFor(anyUrl()));
  }

  /** The repeat's error comes with a 200 as well. */
  @Test
  void completedBeforeSaysSoInTheBodyOfASuccess() {
    loseFirst(WireMock::post, error(200, "NoSuchUpload"));
    answer(WireMock.head(anyUrl()), ok().withHeader("ETag", '"' + TAG_OF_PARTS + '"'));

    complete();
  }

  // Orphans.

  private static ResponseDefinitionBuilder created(String id) {
    return okXml(
        "<InitiateMultipartUploadResult><Key>k</Key><UploadId>"
            + id
            + "</UploadId></InitiateMultipartUploadResult>");
  }

  private void uploads(Instant initiated, String... ids) {
    answer(
        WireMock.get(anyUrl()).withQueryParam("uploads", WireMock.equalTo("")),
        okXml(
            Stream.of(ids)
                .map(
                    id ->
                        "<Upload><Key>k</Key><UploadId>"
                            + id
                            + "</UploadId><Initiated>"
                            + initiated
                            + "</Initiated></Upload>")
                .collect(
                    Collectors.joining(
                        "", "<ListMultipartUploadsResult>", "</ListMultipartUploadsResult>"))));
  }

  private void createWithALostReply() {
    loseFirst(WireMock::post, created("ours"));
    answer(WireMock.delete(anyUrl()), aResponse().withStatus(204));
    answer(
        WireMock.get(anyUrl()).withQueryParam("uploadId", WireMock.equalTo("orphan")),
        okXml("<ListPartsResult></ListPartsResult>"));

    assertThat(s3.createMultipartUpload(create -> create.bucket(bucket).key("k")).uploadId())
        .isEqualTo("ours");
  }

  @Test
  void orphanIsAborted() {
    uploads(Instant.now(), "orphan", "ours");
    createWithALostReply();
    SERVER.verify(
        1, deleteRequestedFor(anyUrl()).withQueryParam("uploadId", WireMock.equalTo("orphan")));
  }

  @Test
  void orphanThatMightBeAnothers() {
    uploads(Instant.now(), "orphan", "ours", "third");
    createWithALostReply();
    SERVER.verify(0, deleteRequestedFor(anyUrl()));
  }

  @Test
  void uploadThatIsOlderThanTheCall() {
    uploads(Instant.now().minusSeconds(60), "orphan", "ours");
    createWithALostReply();
    SERVER.verify(0, deleteRequestedFor(anyUrl()));
  }

  @Test
  void uploadsThatMayNotBeListed() {
    answer(
        WireMock.get(anyUrl()).withQueryParam("uploads", WireMock.equalTo("")),
        aResponse().withStatus(403));
    createWithALostReply();
    SERVER.verify(0, deleteRequestedFor(anyUrl()));
  }
}
