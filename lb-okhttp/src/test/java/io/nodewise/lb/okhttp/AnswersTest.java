package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an answer says about its node. */
class AnswersTest {
  private static final Node NODE = Node.of("http://127.0.0.1:9000");

  private static Response.Builder response(int status) {
    return new Response.Builder()
        .request(new Request.Builder().url("http://127.0.0.1/").build())
        .protocol(Protocol.HTTP_1_1)
        .message("")
        .code(status);
  }

  private static Outcome outcome(Response.Builder response) {
    return new Answers(null).outcome(NODE, response.build());
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 503})
  void loadIsHandedOnWithItsPause(int status) {
    Outcome outcome = outcome(response(status).header("Retry-After", "7"));
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.LOAD);
    assertThat(outcome.pause()).isEqualTo(Duration.ofSeconds(7));
    assertThat(outcome(response(status)).pause()).isZero();
  }

  @Test
  void aDateIsHeldAgainstTheDateOfTheAnswer() {
    Response.Builder answer =
        response(503)
            .header("Date", "Fri, 01 May 2026 12:00:00 GMT")
            .header("Retry-After", "Fri, 01 May 2026 12:00:09 GMT");
    assertThat(outcome(answer).pause()).isEqualTo(Duration.ofSeconds(9));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-3", "soon", ""})
  void garbageIsNoPause(String value) {
    Outcome outcome = outcome(response(429).header("Retry-After", value));
    assertThat(outcome.kind()).isEqualTo(Outcome.Kind.LOAD);
    assertThat(outcome.pause()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"500, FAULT", "502, FAULT", "404, SUCCESS", "301, SUCCESS", "501, SUCCESS"})
  void noOtherAnswerPauses(int status, Outcome.Kind kind) {
    Outcome outcome = outcome(response(status).header("Retry-After", "7"));
    assertThat(outcome.kind()).isEqualTo(kind);
    assertThat(outcome.pause()).isZero();
  }
}
