package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.retry.UnsafeRepeats;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

class ApiCallsTest {
  /** Not every call looks how many there are. */
  private static final int MORE_OR_LESS = 2000;

  private final LoadBalancer cluster =
      LoadBalancer.builder().nodes("http://n1:9000").healthCheck(HealthCheck.none()).build();
  private final ApiCalls calls = new ApiCalls(cluster);

  @AfterEach
  void close() {
    cluster.close();
  }

  private ApiCall file(String id) {
    ApiCall call =
        new ApiCall(
            Operations.UNKNOWN_READ,
            null,
            cluster.route(RequestHint.read()),
            UnsafeRepeats.CONFIRM);
    calls.file(request(id), call);
    return call;
  }

  private static SdkHttpRequest request(String id) {
    return SdkHttpFullRequest.builder()
        .method(SdkHttpMethod.PUT)
        .uri(URI.create("http://n1:9000/b/k"))
        .putHeader(ApiCalls.ID_HEADER, id)
        .build();
  }

  @Test
  void a_call_is_known_from_its_first_attempt_to_its_end() {
    ApiCall call = file("a");
    assertThat(calls.of(request("a"))).isSameAs(call);
    assertThat(calls.find("a")).isSameAs(call);

    calls.remove(call);

    assertThat(calls.find("a")).isNull();
    assertThat(calls.of(request("a")).operation()).isEqualTo(Operations.UNKNOWN_WRITE);
    assertThat(calls.size()).isZero();
  }

  @Test
  void a_call_that_was_never_sent_has_nothing_to_remove() {
    calls.remove(
        new ApiCall(
            Operations.UNKNOWN_READ,
            null,
            cluster.route(RequestHint.read()),
            UnsafeRepeats.CONFIRM));
    assertThat(calls.size()).isZero();
  }

  private ApiCall begin(String operation, SdkRequest request) {
    return calls.begin(operation, request, null, null, null);
  }

  private static CreateMultipartUploadRequest create(String key) {
    return CreateMultipartUploadRequest.builder().bucket("b").key(key).build();
  }

  @Test
  void uploads_of_a_key_that_are_begun_beside_each_other_know_of_it() {
    ApiCall one = begin("CreateMultipartUpload", create("k"));
    calls.file(request("one"), one);
    calls.file(request("other key"), begin("CreateMultipartUpload", create("x")));
    calls.file(
        request("other operation"),
        begin("PutObject", PutObjectRequest.builder().bucket("b").key("k").build()));
    assertThat(calls.isAnotherBeginning(one)).isFalse();

    ApiCall two = begin("CreateMultipartUpload", create("k"));
    calls.file(request("two"), two);
    assertThat(calls.isAnotherBeginning(one)).isTrue();

    calls.remove(two);
    assertThat(calls.isAnotherBeginning(one)).isFalse();
  }

  @Test
  void ids_of_uploads_are_known_for_a_while() {
    UploadsBegun uploads = calls.uploads();
    uploads.handedOut("first");
    assertThat(uploads.isHandedOut("first")).isTrue();
    assertThat(uploads.isHandedOut("another")).isFalse();
    for (int i = 0; i < 1000; i++) {
      uploads.handedOut("later " + i);
    }
    assertThat(uploads.isHandedOut("first")).isFalse();
    assertThat(uploads.isHandedOut("later 0")).isTrue();
  }

  @Test
  void calls_that_nobody_ends_are_forgotten_in_the_end() {
    file("first");
    for (int i = 0; i < 2 * (ApiCalls.GENERATION + MORE_OR_LESS); i++) {
      file("leftover " + i);
      assertThat(calls.size()).isLessThanOrEqualTo(2L * ApiCalls.GENERATION + MORE_OR_LESS);
    }
    assertThat(calls.find("first")).isNull();
  }

  @Test
  void a_call_of_the_older_generation_is_known_and_can_be_removed() {
    ApiCall old = file("old");
    for (int i = 0; i < ApiCalls.GENERATION + MORE_OR_LESS; i++) {
      file("leftover " + i);
    }
    assertThat(calls.find("old")).isSameAs(old);
    calls.file(request("old"), old); // its next attempt

    calls.remove(old);

    assertThat(calls.find("old")).isNull();
  }

  // How they were signed.

  private static Signing<AwsCredentialsIdentity> signing(SdkHttpRequest request) {
    return new Signing<>(
        AwsV4HttpSigner.create(),
        SignRequest.builder(AwsCredentialsIdentity.create("id", "key")).request(request).build());
  }

  @Test
  void a_call_knows_how_its_last_attempt_was_signed_until_its_end() {
    Signing<?> first = signing(request("a"));
    calls.noteSigning(first);
    ApiCall call = file("a");
    assertThat(call.signing()).isSameAs(first);
    calls.file(request("a"), call);
    assertThat(call.signing()).as("the second attempt is not signed").isNull();
    calls.noteSigning(first);
    calls.file(request("a"), call);
    calls.remove(call);
    assertThat(call.signing()).as("credentials are not kept").isNull();
  }

  @Test
  void what_was_signed_and_never_sent_is_no_other_calls() {
    calls.noteSigning(signing(request("lost")));
    assertThat(file("b").signing()).isNull();
    assertThat(file("lost").signing()).as("forgotten").isNull();
  }

  @Test
  void threads_do_not_see_each_others_signing() throws Exception {
    Thread other = new Thread(() -> calls.noteSigning(signing(request("a"))));
    other.start();
    other.join();
    assertThat(file("a").signing()).isNull();
  }
}
