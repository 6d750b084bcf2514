package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.SdkHttpResponse;

/** For how long a node asks to be left alone, and when that is believed. */
class AnswerTest {

  private static SdkHttpResponse.Builder response(int status) {
    return SdkHttpResponse.builder().statusCode(status);
  }

  private static Outcome outcome(SdkHttpResponse.Builder response, String code) {
    return Answer.of(response.build()).outcome("<Error><Code>" + code + "</Code></Error>");
  }

  @ParameterizedTest
  @CsvSource({"429, TooManyRequests", "503, SlowDown", "503, ServiceUnavailable"})
  void loadIsHandedOnWithItsPause(int status, String code) {
    Outcome outcome = outcome(response(status).putHeader("Retry-After", "7"), code);
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.LOAD);
    assertThat(outcome.pause()).isEqualTo(Duration.ofSeconds(7));
  }

  @Test
  void dateIsHeldAgainstTheDateOfTheAnswer() {
    SdkHttpResponse.Builder answer =
        response(503)
            .putHeader("date", "Fri, 01 May 2026 12:00:00 GMT")
            .putHeader("retry-after", "Fri, 01 May 2026 12:00:09 GMT");
    assertThat(outcome(answer, "SlowDown").pause()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void headIsLoadToo() {
    Answer answer = Answer.of(response(503).putHeader("Retry-After", "3").build());
    assertThat(answer.outcomeOfHead().pause()).isEqualTo(Duration.ofSeconds(3));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-3", "soon", ""})
  void garbageIsNoPause(String value) {
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
  void noOtherAnswerPauses(int status, String code, Outcome.Kind kind) {
    Outcome outcome = outcome(response(status).putHeader("Retry-After", "7"), code);
    assertThat(outcome.kind()).isEqualTo(kind);
    assertThat(outcome.pause()).isZero();
  }
}
