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
import java.time.Instant;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
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
