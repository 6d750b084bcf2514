package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.headRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okXml;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.client.WireMock;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Answers that are no more than the echo of a try whose reply was lost. */
class OddEchoIT extends OnOddServer {
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
        ok().withHeader("ETag", '"' + tag + '"').withHeader("Last-Modified", http(modified)));
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

  /** What can't be asked about is passed on as it came. */
  @Test
  void conditionalCopyOfAnOddSource() {
    loseFirst(WireMock::put, error(412, "PreconditionFailed"));
    stored("k", TAG, Instant.now());
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(
            () ->
                s3.copyObject(
                    copy ->
                        copy.copySource("b/100%zz")
                            .destinationBucket(bucket)
                            .destinationKey("k")
                            .ifNoneMatch("*")))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(412));
  }

  @ParameterizedTest
  @ValueSource(ints = {412, 404})
  void conditionalDeletionThatWasOurs(int status) {
    loseFirst(WireMock::delete, error(status, "Whatever"));
    answer(WireMock.head(anyUrl()), aResponse().withStatus(404));

    s3.deleteObject(delete -> delete.bucket(bucket).key("k").ifMatch(TAG));
  }

  /** The first try can't have taken away the bucket. */
  @Test
  void conditionalDeletionInABucketThatIsNotThere() {
    loseFirst(WireMock::delete, error(404, "NoSuchBucket"));
    answer(WireMock.head(anyUrl()), aResponse().withStatus(404));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> s3.deleteObject(delete -> delete.bucket(bucket).key("k").ifMatch(TAG)))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(404));
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
}
