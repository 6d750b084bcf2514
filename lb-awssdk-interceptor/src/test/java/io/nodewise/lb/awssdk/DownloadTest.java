package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.UnsafeRepeats;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpFullResponse;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;

class DownloadTest {
  private static final AwsCredentialsIdentity WHO = AwsBasicCredentials.create("key", "secret");

  private final LoadBalancer cluster =
      LoadBalancer.builder().nodes("http://127.0.0.1:9000").healthCheck(HealthCheck.none()).build();

  @AfterEach
  void close() {
    cluster.close();
  }

  private ApiCall call(String operation, SdkRequest request) {
    return new ApiCall(
        Operations.of(operation, request),
        request,
        cluster.route(RequestHint.read()),
        UnsafeRepeats.CONFIRM);
  }

  private ApiCall download() {
    return call("GetObject", GetObjectRequest.builder().bucket("b").key("k").build());
  }

  private static SdkHttpFullRequest.Builder request() {
    return SdkHttpFullRequest.builder()
        .method(SdkHttpMethod.GET)
        .uri(URI.create("http://s3.local:9000/b/k"))
        .putHeader("Host", "s3.local:9000");
  }

  private static Signing<AwsCredentialsIdentity> signing(SdkHttpRequest request) {
    SignRequest<AwsCredentialsIdentity> signed =
        SignRequest.builder(WHO)
            .request(request)
            .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
            .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
            .build();
    return new Signing<>(AwsV4HttpSigner.create(), signed);
  }

  private static SdkHttpFullResponse.Builder answer() {
    return SdkHttpResponse.builder()
        .statusCode(200)
        .putHeader("ETag", "\"tag\"")
        .putHeader("Content-Length", "1000");
  }

  private static SdkHttpRequest rest(Download download, long received) throws IOException {
    return download.rest(received).httpRequest();
  }

  @Test
  void asks_for_the_rest_on_the_condition_that_it_is_the_same() throws Exception {
    Download download = Download.of(download(), request().build(), answer().build());

    SdkHttpRequest rest = rest(download, 400);

    assertThat(rest.firstMatchingHeader("Range")).hasValue("bytes=400-999");
    assertThat(rest.firstMatchingHeader("If-Match")).hasValue("\"tag\"");
    assertThat(rest.encodedPath()).isEqualTo("/b/k");
    assertThat(download.isWhole(999)).isFalse();
    assertThat(download.isWhole(1000)).isTrue();
  }

  @Test
  void a_range_counts_from_its_own_beginning() throws Exception {
    SdkHttpResponse part =
        answer().statusCode(206).putHeader("Content-Range", "bytes 5000-5999/70000").build();
    Download download = Download.of(download(), request().build(), part);

    assertThat(rest(download, 1).firstMatchingHeader("Range")).hasValue("bytes=5001-5999");
  }

  @Test
  void an_answer_of_unknown_length_is_asked_for_to_its_end() throws Exception {
    SdkHttpResponse chunked = answer().removeHeader("Content-Length").build();
    Download download = Download.of(download(), request().build(), chunked);

    assertThat(rest(download, 7).firstMatchingHeader("Range")).hasValue("bytes=7-");
    assertThat(download.isWhole(1_000_000)).isFalse();
  }

  @Test
  void what_can_not_be_asked_for_again() {
    SdkHttpRequest request = request().build();
    assertThat(Download.of(download(), request, answer().removeHeader("ETag").build())).isNull();
    assertThat(Download.of(download(), request, answer().putHeader("ETag", "W/\"t\"").build()))
        .isNull();
    assertThat(Download.of(download(), request, answer().putHeader("ETag", "t").build())).isNull();
    assertThat(Download.of(download(), request, answer().putHeader("ETag", "\"\"").build()))
        .isNull();
    assertThat(Download.of(download(), request, answer().statusCode(206).build())).isNull();
    assertThat(Download.of(download(), request, answer().statusCode(404).build())).isNull();
    assertThat(Download.of(download(), request, answer().putHeader("Content-Length", "0").build()))
        .isNull();
    ApiCall list = call("ListObjectsV2", ListObjectsV2Request.builder().bucket("b").build());
    assertThat(Download.of(list, request, answer().build())).isNull();
  }

  @Test
  void is_signed_anew() throws Exception {
    SdkHttpRequest first =
        request()
            .putHeader("Range", "bytes=0-")
            .putHeader(
                "Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host;range, Signature=former")
            .putHeader("X-Amz-Date", "20200101T000000Z")
            .putHeader("X-Amz-Security-Token", "old")
            .build();
    ApiCall call = download();
    call.signing(signing(first));

    SdkHttpRequest rest = rest(Download.of(call, first, answer().build()), 10);

    assertThat(rest.firstMatchingHeader("Authorization").get())
        .contains("SignedHeaders=host;if-match;range")
        .doesNotContain("Signature=former");
    assertThat(rest.matchingHeaders("Authorization")).hasSize(1);
    assertThat(rest.firstMatchingHeader("X-Amz-Date").get()).isNotEqualTo("20200101T000000Z");
    assertThat(rest.firstMatchingHeader("X-Amz-Security-Token")).isEmpty();
    assertThat(rest.firstMatchingHeader("Host")).hasValue("s3.local:9000");
  }

  @ParameterizedTest
  @CsvSource({"v1,,v1", "v1,v0,v0", "null,,"})
  void the_version_that_was_begun_is_named(String answered, String asked, String expected)
      throws Exception {
    SdkHttpFullRequest.Builder first = request();
    if (asked != null) {
      first.putRawQueryParameter("versionId", asked);
    }
    ApiCall call = download();
    call.signing(signing(first.build()));
    SdkHttpResponse answer = answer().putHeader("x-amz-version-id", answered).build();

    SdkHttpRequest rest = rest(Download.of(call, first.build(), answer), 10);

    assertThat(rest.firstMatchingRawQueryParameter("versionId").orElse(null)).isEqualTo(expected);
  }

  @Test
  void a_part_number_gives_way_to_its_range() throws Exception {
    SdkHttpFullRequest first = request().putRawQueryParameter("partNumber", "2").build();
    SdkHttpResponse part =
        answer().statusCode(206).putHeader("Content-Range", "bytes 5000-5999/70000").build();
    ApiCall call = download();
    call.signing(signing(first));

    SdkHttpRequest rest = rest(Download.of(call, first, part), 10);

    assertThat(rest.firstMatchingRawQueryParameter("partNumber")).isEmpty();
    assertThat(rest.firstMatchingHeader("Range")).hasValue("bytes=5010-5999");
    Download unsigned = Download.of(download(), first, part);
    assertThatIOException().isThrownBy(() -> rest(unsigned, 10)).withMessageContaining("part");
  }

  @Test
  void keys_of_the_caller_go_with_it() throws Exception {
    SdkHttpFullRequest first =
        request()
            .putHeader("x-amz-server-side-encryption-customer-algorithm", "AES256")
            .putHeader("x-amz-server-side-encryption-customer-key", "key")
            .putHeader("x-amz-server-side-encryption-customer-key-MD5", "md5")
            .putHeader("x-amz-checksum-mode", "ENABLED")
            .putRawQueryParameter("versionId", "v")
            .build();
    ApiCall call = download();
    call.signing(signing(first));

    SdkHttpRequest rest = rest(Download.of(call, first, answer().build()), 10);

    first.forEachHeader((name, values) -> assertThat(rest.matchingHeaders(name)).isEqualTo(values));
    assertThat(rest.firstMatchingRawQueryParameter("versionId")).hasValue("v");
    assertThat(rest.firstMatchingHeader("Authorization").get()).contains("customer-key-md5");
  }

  private static SdkHttpRequest signedElsewhere(String headers, Instant at) {
    return request()
        .putHeader(
            "Authorization", "AWS4-HMAC-SHA256 SignedHeaders=" + headers + ", Signature=former")
        .putHeader(
            "X-Amz-Date",
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC).format(at))
        .build();
  }

  @Test
  void a_signature_that_can_not_be_renewed_is_kept_while_it_lasts() throws Exception {
    SdkHttpRequest young = signedElsewhere("host;x-amz-date", Instant.now());
    SdkHttpRequest rest = rest(Download.of(download(), young, answer().build()), 10);
    assertThat(rest.firstMatchingHeader("Authorization"))
        .isEqualTo(young.firstMatchingHeader("Authorization"));

    SdkHttpRequest old = signedElsewhere("host;x-amz-date", Instant.now().minusSeconds(850));
    Download tooLate = Download.of(download(), old, answer().build());
    assertThatIOException().isThrownBy(() -> rest(tooLate, 10)).withMessageContaining("too old");
  }

  @ParameterizedTest
  @ValueSource(strings = {"host;range;x-amz-date", "host;if-match", "if-match"})
  void a_signed_range_that_can_not_be_renewed_is_not_changed(String headers) {
    SdkHttpRequest signed = signedElsewhere(headers, Instant.now());
    Download download = Download.of(download(), signed, answer().build());
    assertThatIOException().isThrownBy(() -> rest(download, 10)).withMessageContaining("signature");
  }

  @ParameterizedTest
  @CsvSource({
    "206, bytes 10-999/1000, true",
    "206, bytes 10-999/*, true",
    "206, bytes 9-999/1000, false",
    "206, bytes 10-998/1000, false",
    "206, bytes 10-99999999999999999999/*, false",
    "206, , false",
    "200, bytes 10-999/1000, false"
  })
  void only_what_is_missing_is_the_rest(int status, String range, boolean isRest) {
    Download download = Download.of(download(), request().build(), answer().build());
    SdkHttpFullResponse.Builder rest = answer().statusCode(status);
    if (range != null) {
      rest.putHeader("Content-Range", range);
    }
    assertThat(download.isRest(rest.build(), 10)).isEqualTo(isRest);
  }
}
