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

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Repeats after a lost reply, on servers that answer them otherwise than s3proxy. */
class OddRepeatIT extends OnOddServer {
  // Lost replies.

  /** As MinIO answers who completes an upload twice. */
  @Test
  void completedBeforeSaysInvalidPart() {
    loseFirst(WireMock::post, error(400, "InvalidPart"));
    answer(WireMock.head(anyUrl()), ok().withHeader("ETag", '"' + TAG_OF_PARTS + '"'));

    complete();

    SERVER.verify(1, headRequestedFor(anyUrl()));
  }

  /** What is there is older, and only happens to be of equal parts. */
  @ParameterizedTest
  @CsvSource({"412, PreconditionFailed", "400, InvalidPart"})
  void notCompletedAsLongAsTheUploadIsThere(int status, String code) {
    loseFirst(WireMock::post, error(status, code));
    answer(
        WireMock.head(anyUrl()),
        ok().withHeader("ETag", '"' + TAG_OF_PARTS + '"')
            .withHeader("Last-Modified", http(Instant.now().minusSeconds(86400))));
    answer(
        WireMock.get(anyUrl()).withQueryParam("uploadId", WireMock.equalTo("id")),
        okXml("<ListPartsResult></ListPartsResult>"));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(this::complete)
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(status));
    SERVER.verify(0, headRequestedFor(anyUrl()));
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

  // Who asks, and by which clock.

  private void putWhoseReplyIsLost(Consumer<PutObjectRequest.Builder> more) {
    s3.putObject(
        put -> more.accept(put.bucket(bucket).key("k").ifNoneMatch("*")),
        RequestBody.fromString("abc"));
  }

  private void storedByUs(Instant now) {
    loseFirst(WireMock::put, error(412, "PreconditionFailed"));
    answer(
        WireMock.head(anyUrl()),
        ok().withHeader("ETag", "\"900150983cd24fb0d6963f7d28e17f72\"")
            .withHeader("Date", http(now))
            .withHeader("Last-Modified", http(now)));
  }

  @ParameterizedTest
  @ValueSource(ints = {-3600, -10, 10, 3600})
  void confirmedWhateverOurClockSays(int ahead) {
    storedByUs(Instant.now().minusSeconds(ahead));
    putWhoseReplyIsLost(put -> {});
  }

  @Test
  void notConfirmedOfWhatIsOlderByTheServersClock() {
    Instant server = Instant.now().minusSeconds(60);
    loseFirst(WireMock::put, error(412, "PreconditionFailed"));
    answer(
        WireMock.head(anyUrl()),
        ok().withHeader("ETag", "\"900150983cd24fb0d6963f7d28e17f72\"")
            .withHeader("Date", http(server))
            .withHeader("Last-Modified", http(server.minusSeconds(30))));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> putWhoseReplyIsLost(put -> {}))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));
  }

  @Test
  void questionsGuardTheBucketsOwner() {
    storedByUs(Instant.now());
    putWhoseReplyIsLost(put -> put.expectedBucketOwner("123456789012"));
    SERVER.verify(
        1,
        headRequestedFor(anyUrl())
            .withHeader("x-amz-expected-bucket-owner", WireMock.equalTo("123456789012")));
  }

  @Test
  void questionsHaveTheRequestsCredentials() {
    storedByUs(Instant.now());
    putWhoseReplyIsLost(
        put ->
            put.overrideConfiguration(
                own ->
                    own.credentialsProvider(
                        StaticCredentialsProvider.create(
                            AwsBasicCredentials.create("tenant7", "x")))));
    SERVER.verify(
        1, headRequestedFor(anyUrl()).withHeader("Authorization", WireMock.containing("tenant7")));
  }

  /** The caller's body can't be read any more. */
  @Test
  void whatFailsHereHidesNoAnswer() {
    storedByUs(Instant.now());
    AtomicInteger opened = new AtomicInteger();
    RequestBody body =
        RequestBody.fromContentProvider(
            () -> {
              if (SERVER.findAll(WireMock.putRequestedFor(anyUrl())).size() > 1) {
                throw new IllegalArgumentException("deleted");
              }
              opened.incrementAndGet();
              return new ByteArrayInputStream("abc".getBytes(StandardCharsets.UTF_8));
            },
            3,
            "text/plain");
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> s3.putObject(put -> put.bucket(bucket).key("k").ifNoneMatch("*"), body))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));
    assertThat(opened).hasPositiveValue();
  }

  // Appends.

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

  @Test
  void appendByAHeader() {
    loseFirst(WireMock::put, ok().withHeader("ETag", "\"x\""));

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(
            () ->
                s3.putObject(
                    put ->
                        put.bucket(bucket)
                            .key("k")
                            .overrideConfiguration(
                                own -> own.putHeader("x-amz-write-offset-bytes", "10")),
                    RequestBody.fromString("abc")));
    SERVER.verify(1, WireMock.anyRequestedFor(anyUrl()));
  }

  @Test
  void conditionByAHeader() {
    storedByUs(Instant.now());
    s3.putObject(
        put ->
            put.bucket(bucket)
                .key("k")
                .overrideConfiguration(own -> own.putHeader("If-None-Match", "*")),
        RequestBody.fromString("abc"));
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

  // Orphans.

  private static ResponseDefinitionBuilder created(String id) {
    return okXml(
        "<InitiateMultipartUploadResult><Key>k</Key><UploadId>"
            + id
            + "</UploadId></InitiateMultipartUploadResult>");
  }

  private static String upload(String id, Instant initiated, String initiator) {
    return "<Upload><Key>k</Key><UploadId>%s</UploadId><Initiated>%s</Initiated>%s</Upload>"
        .formatted(id, initiated, initiator);
  }

  private static String initiator(String id) {
    return "<Initiator><ID>%s</ID></Initiator>".formatted(id);
  }

  private void uploads(Instant initiated, String... ids) {
    listed(
        Instant.now(),
        Stream.of(ids).map(id -> upload(id, initiated, initiator("me"))).toArray(String[]::new));
  }

  private void listed(Instant date, String... uploads) {
    answer(
        WireMock.get(anyUrl()).withQueryParam("uploads", WireMock.equalTo("")),
        okXml(
                "<ListMultipartUploadsResult>"
                    + String.join("", uploads)
                    + "</ListMultipartUploadsResult>")
            .withHeader("Date", http(date)));
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

  /** Begun while our call went on, but somebody has its id. */
  @Test
  void uploadOfAnotherCallerOfTheClient() {
    answer(WireMock.post(anyUrl()), created("orphan"));
    s3.createMultipartUpload(create -> create.bucket(bucket).key("k"));
    uploads(Instant.now(), "orphan", "ours");
    createWithALostReply();
    SERVER.verify(0, deleteRequestedFor(anyUrl()));
  }

  /** Another thread's, whose first part is still on its way. */
  @Test
  void uploadThatWasBegunSecondsBeforeTheCall() {
    Instant now = Instant.now();
    listed(
        now,
        upload("ours", now, initiator("me")),
        upload("orphan", now.minusSeconds(3), initiator("me")));
    createWithALostReply();
    SERVER.verify(0, deleteRequestedFor(anyUrl()));
  }

  @Test
  void orphanIsAbortedWhateverOurClockSays() {
    Instant server = Instant.now().minusSeconds(3600);
    listed(
        server, upload("ours", server, initiator("me")), upload("orphan", server, initiator("me")));
    createWithALostReply();
    SERVER.verify(1, deleteRequestedFor(anyUrl()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<Initiator><ID>another</ID></Initiator>"})
  void uploadThatIsNotKnownToBeOfTheSameInitiator(String initiator) {
    Instant now = Instant.now();
    listed(
        now,
        upload("ours", now, initiator.isEmpty() ? "" : initiator("me")),
        upload("orphan", now, initiator));
    createWithALostReply();
    SERVER.verify(0, deleteRequestedFor(anyUrl()));
  }

  @Test
  void successIsNotKeptWaitingByTheCleaningUp() {
    answer(
        WireMock.get(anyUrl()),
        okXml("<ListMultipartUploadsResult></ListMultipartUploadsResult>").withFixedDelay(20_000));
    assertThat(millis(this::createWithALostReply)).isBetween(2_900L, 10_000L);
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
