package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpResponse;

/** What an answer says about the node, and for how long that asks to be left alone. */
class AnswerTest {

  private static SdkHttpResponse.Builder response(int status) {
    return SdkHttpResponse.builder().statusCode(status);
  }

  private static Failure.Kind kind(int status, String code) {
    Failure failure = Answer.of(response(status).build()).failure(code);
    return failure == null ? null : failure.kind();
  }

  private static Outcome outcome(SdkHttpResponse.Builder response, String code) {
    return Answer.outcome(Answer.of(response.build()).failure(code));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 204, 206, 301, 304, 307})
  void no_failure(int status) {
    assertThat(kind(status, "")).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "400, InvalidPart",
    "400, RequestTimeout",
    "403, AccessDenied",
    "403, RequestTimeTooSkewed",
    "404, NoSuchKey",
    "409, OperationAborted",
    "412, PreconditionFailed",
    "416, InvalidRange",
    "499, ClientDisconnected",
    "501, NotImplemented",
    "505, HttpVersionNotSupported",
    "507, XMinioStorageFull",
    "507, ''"
  })
  void what_a_healthy_node_says(int status, String code) {
    assertThat(kind(status, code)).isEqualTo(Failure.Kind.CALLERS);
    assertThat(outcome(response(status), code)).isEqualTo(Outcome.success());
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError",
    "502, ''",
    "504, ''",
    "520, ''",
    "503, ''",
    "503, XMinioServerNotInitialized",
    "503, XMinioIAMNotInitialized",
    "503, XMinioReadQuorum",
    "503, XMinioWriteQuorum",
    "503, OperationTimedOut"
  })
  void what_a_sick_node_says(int status, String code) {
    assertThat(kind(status, code)).isEqualTo(Failure.Kind.FAULT);
    assertThat(outcome(response(status), code).isNodeFault()).isTrue();
  }

  /** As S3, MinIO, Ceph, Garage and SeaweedFS have it. */
  @ParameterizedTest
  @CsvSource({
    "429, ''",
    "503, SlowDown",
    "503, SlowDownRead",
    "503, SlowDownWrite",
    "503, ServerBusy",
    "503, ServiceUnavailable",
    "503, ErrTooManyRequest",
    "503, ErrRequestBytesExceed",
    "503, RequestLimitExceeded"
  })
  void what_a_busy_node_says(int status, String code) {
    assertThat(kind(status, code)).isEqualTo(Failure.Kind.LOAD);
  }

  @ParameterizedTest
  @CsvSource({
    "InternalError, 500",
    "XMinioWriteQuorum, 500",
    "SlowDown, 503",
    "ServiceUnavailable, 503",
    "NoSuchUpload, 404",
    "InvalidPart, 400",
    "PreconditionFailed, 412",
    "SomethingElse, 200"
  })
  void an_error_in_a_success_is_what_its_code_says(String code, int status) {
    Answer answer = Answer.of(response(200).build()).unmasked(code);
    assertThat(answer.status()).isEqualTo(status);
  }

  @ParameterizedTest
  @CsvSource({"429, TooManyRequests", "503, SlowDown", "503, ServiceUnavailable"})
  void load_is_handed_on_with_its_pause(int status, String code) {
    Outcome outcome = outcome(response(status).putHeader("Retry-After", "7"), code);
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.LOAD);
    assertThat(outcome.pause()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void date_is_held_against_the_date_of_the_answer() {
    SdkHttpResponse.Builder answer =
        response(503)
            .putHeader("date", "Fri, 01 May 2026 12:00:00 GMT")
            .putHeader("retry-after", "Fri, 01 May 2026 12:00:09 GMT");
    assertThat(outcome(answer, "SlowDown").pause()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void head_is_load_too() {
    Answer answer = Answer.of(response(503).putHeader("Retry-After", "3").build());
    assertThat(Answer.outcome(answer.failureOfHead()).pause()).isEqualTo(Duration.ofSeconds(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-3", "soon", ""})
  void garbage_is_no_pause(String value) {
    Outcome outcome = outcome(response(503).putHeader("Retry-After", value), "SlowDown");
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.LOAD);
    assertThat(outcome.pause()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "503, XMinioServerNotInitialized, FAULT",
    "500, InternalError, FAULT",
    "404, NoSuchKey, SUCCESS",
    "301, PermanentRedirect, SUCCESS"
  })
  void no_other_answer_pauses(int status, String code, Outcome.Kind kind) {
    Outcome outcome = outcome(response(status).putHeader("Retry-After", "7"), code);
    assertThat(outcome.kind()).isEqualTo(kind);
    assertThat(outcome.pause()).isZero();
  }
}
