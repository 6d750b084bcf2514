package io.nodewise.lb.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nodewise.lb.VirtualCluster;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** One line for each attempt: what it shows, what it never does, and which are left out. */
class RequestLogTest {
  private static final RequestDescription GET =
      new RequestDescription("GET", "GetObject", "s3.local:9000", "/secret-bucket/a%20key");

  private final Logger logger = (Logger) LoggerFactory.getLogger(RequestLog.LOGGER);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.setLevel(Level.INFO);
    logger.setAdditive(false);
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  private List<String> written() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static AttemptReport report(int status, long millis, Outcome outcome) {
    return new AttemptReport(
        Node.of("http://minio2:9000"),
        2,
        AttemptReport.Kind.REQUEST,
        true,
        GET,
        status,
        status == 0 ? null : Duration.ofNanos(12_345_678),
        Duration.ofMillis(millis),
        0,
        1024,
        outcome);
  }

  private static final AttemptReport WELL = report(200, 45, Outcome.success());

  @Test
  void a_line_of_text() {
    RequestLog.text().onAttempt(WELL);
    assertThat(written())
        .containsExactly(
            "node=minio2:9000 host=s3.local:9000 method=GET operation=GetObject status=200"
                + " first_byte=12.345ms took=45.000ms received=1024 sent=0 attempt=2"
                + " outcome=success reason=ok");
    assertThat(lines.list.get(0).getLevel()).isEqualTo(Level.INFO);
    assertThat(lines.list.get(0).getLoggerName()).isEqualTo("nodewise.attempts");
  }

  @Test
  void a_line_of_json() {
    RequestLog.json().onAttempt(report(0, 7, Outcome.unreachable("connection refused")));
    assertThat(written())
        .containsExactly(
            "{\"node\":\"minio2:9000\",\"host\":\"s3.local:9000\",\"method\":\"GET\","
                + "\"operation\":\"GetObject\",\"status\":0,\"took_ms\":7.000,"
                + "\"received\":1024,\"sent\":0,\"attempt\":2,\"kind\":\"request\","
                + "\"outcome\":\"unreachable\",\"reason\":\"connection refused\"}");
  }

  @Test
  void the_path_is_shown_only_if_asked_for() {
    RequestLog.text().onAttempt(WELL);
    RequestLog.json().onAttempt(WELL);
    assertThat(written()).noneMatch(line -> line.contains("secret-bucket"));
    lines.list.clear();
    RequestLog.builder().paths(true).build().onAttempt(WELL);
    RequestLog.builder().paths(true).format(RequestLog.Format.JSON).build().onAttempt(WELL);
    assertThat(written().get(0)).contains(" path=/secret-bucket/a%20key ");
    assertThat(written().get(1)).contains(",\"path\":\"/secret-bucket/a%20key\",");
  }

  @Test
  void who_did_not_say_what_the_request_is_still_gets_a_line() {
    AttemptReport bare =
        new AttemptReport(
            Node.of("http://[::1]:9000"),
            1,
            AttemptReport.Kind.HEDGE,
            true,
            null,
            0,
            null,
            Duration.ZERO,
            0,
            0,
            Outcome.cancelled("another node answered first"));
    assertThat(RequestLog.text().line(bare))
        .isEqualTo(
            "node=[::1]:9000 host=[::1]:9000 status=0 first_byte=- took=0.000ms received=0 sent=0"
                + " attempt=1 kind=hedge outcome=cancelled"
                + " reason=\"another node answered first\"");
  }

  @Test
  void nothing_that_a_server_says_breaks_a_line_or_its_syntax() {
    String nasty = "a\"b\\c\r\nnode=x \u001b[31m\u0000\u2028\u0085\ud800 \ud83d\ude00 {} é";
    AttemptReport report = report(500, 1, Outcome.fault(nasty));
    String escaped =
        "a\\\"b\\\\c\\r\\nnode=x \\u001b[31m\\u0000\\u2028\\u0085\\ud800 \ud83d\ude00 {} é";
    assertThat(RequestLog.text().line(report)).endsWith(" reason=\"" + escaped + "\"");
    assertThat(RequestLog.json().line(report)).endsWith(",\"reason\":\"" + escaped + "\"}");
    RequestLog.text().onAttempt(report);
    assertThat(written().get(0)).as("braces are no place holders").contains("{}");
  }

  @Test
  void credentials_and_signatures_are_taken_out_of_what_exceptions_say() {
    String said =
        "GET http://user:pa55@h/b?X-Amz-Signature=c0ffee&X-Amz-Credential=AKIA/x&a=1 failed,"
            + " Authorization: AWS4-HMAC-SHA256 Credential=AKIA2, x-amz-security-token: t0ken, Authorization: Bearer b3ar,"
            + " Authorization: AWS AKIA3:5ig";
    for (RequestLog log : List.of(RequestLog.text(), RequestLog.json())) {
      assertThat(log.line(report(0, 1, Outcome.fault(said))))
          .doesNotContain("pa55", "c0ffee", "AKIA", "t0ken", "b3ar", "5ig")
          .contains("a=1 failed");
    }
  }

  @Test
  void filters() {
    RequestLog errors = RequestLog.builder().errorsOnly(true).build();
    assertThat(errors.isWanted(WELL)).isFalse();
    assertThat(errors.isWanted(report(404, 1, Outcome.success()))).isTrue();
    assertThat(errors.isWanted(report(200, 1, Outcome.fault("body cut")))).isTrue();
    assertThat(errors.isWanted(report(503, 1, Outcome.load("503")))).isTrue();
    assertThat(errors.isWanted(report(0, 1, Outcome.unreachable("refused")))).isTrue();
    assertThat(errors.isWanted(report(0, 1, Outcome.doubtful("stale")))).isTrue();
    assertThat(errors.isWanted(report(0, 1, Outcome.cancelled()))).isFalse();
    RequestLog some = RequestLog.builder().statuses(status -> status / 100 == 5).build();
    assertThat(some.isWanted(report(503, 1, Outcome.load("503")))).isTrue();
    assertThat(some.isWanted(WELL)).isFalse();
    RequestLog slow = RequestLog.builder().slowerThan(Duration.ofMillis(45)).build();
    assertThat(slow.isWanted(WELL)).isTrue();
    assertThat(slow.isWanted(report(200, 44, Outcome.success()))).isFalse();
    RequestLog both =
        RequestLog.builder().errorsOnly(true).slowerThan(Duration.ofSeconds(1)).build();
    assertThat(both.isWanted(report(500, 45, Outcome.fault("500")))).isFalse();
    assertThat(both.isWanted(report(500, 2000, Outcome.fault("500")))).isTrue();
    both.onAttempt(WELL);
    assertThat(written()).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RequestLog.builder().slowerThan(Duration.ofMillis(-1)).build())
        .withMessage("slowerThan: PT-0.001S (expected: >= 0)");
  }

  @Test
  void it_is_off_while_its_logger_is_and_comes_on_with_it() throws Exception {
    logger.setLevel(Level.WARN);
    try (VirtualCluster cluster =
        VirtualCluster.up(
            builder -> builder.nodes("http://n1:9000").attemptListener(RequestLog.text()))) {
      cluster.endOn("n1:9000", Outcome.success(), 3);
      assertThat(cluster.balancer().route(io.nodewise.lb.node.RequestHint.read()).isObserved())
          .as("then it costs what no listener costs")
          .isFalse();
      assertThat(written()).isEmpty();
      logger.setLevel(Level.INFO);
      cluster.endOn("n1:9000", Outcome.success(), 2);
      assertThat(written()).hasSize(2);
    }
  }

  @Test
  void what_it_is_in_a_word() {
    assertThat(
            RequestLog.builder()
                .format(RequestLog.Format.JSON)
                .logger("s3.trace")
                .errorsOnly(true)
                .statuses(status -> true)
                .slowerThan(Duration.ofSeconds(1))
                .paths(true)
                .build())
        .hasToString(
            "RequestLog[JSON to s3.trace, errors only, some statuses, from PT1S on, with paths]");
  }
}
