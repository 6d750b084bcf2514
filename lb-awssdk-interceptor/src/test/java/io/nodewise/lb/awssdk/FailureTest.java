package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.Attempt;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;

/** What exceptions of HTTP clients mean. */
class FailureTest {
  private final LoadBalancer cluster =
      LoadBalancer.builder().nodes("http://n1:9000").healthCheck(HealthCheck.none()).build();

  @AfterEach
  void close() {
    cluster.close();
  }

  private static SentStream body(ContentStreamProvider content) {
    return SentStream.of(
        HttpExecuteRequest.builder()
            .request(
                SdkHttpFullRequest.builder()
                    .method(SdkHttpMethod.PUT)
                    .uri(URI.create("http://n1:9000/b/k"))
                    .putHeader("Content-Length", "7")
                    .build())
            .contentStreamProvider(content)
            .build());
  }

  private static SentStream body() {
    return body(() -> new ByteArrayInputStream(new byte[7]));
  }

  private Attempt attempt() throws IOException {
    return cluster.route(RequestHint.write()).next(true);
  }

  private Failure untouched(Exception e) throws IOException {
    try (Attempt attempt = attempt()) {
      return Failure.of(e, attempt, body(), false);
    }
  }

  private Failure touched(Exception e) throws IOException {
    try (Attempt attempt = attempt()) {
      SentStream body = body();
      try (InputStream sent = body.provider(attempt).newStream()) {
        assertThat(sent.read()).isZero();
      }
      return Failure.of(e, attempt, body, false);
    }
  }

  static final List<Exception> UNREACHABLE =
      List.of(
          new ConnectException("Connection refused"),
          new NoRouteToHostException("No route to host"),
          new SSLHandshakeException("PKIX path building failed"),
          new SSLPeerUnverifiedException("not for n1"),
          new SSLException("Unsupported or unrecognized SSL message: plaintext connection?"),
          new IOException("wrapped", new ConnectException("Connection refused")),
          new IOException(new HttpException("socket connection refused.")),
          new IOException(new HttpException("network is down.")),
          new HttpException("socket connect failure, no route to host."),
          new HttpException("TLS (SSL) negotiation failed"));

  /** As the native client's is called, which has no other. */
  private static final class HttpException extends RuntimeException {
    private static final long serialVersionUID = 1;

    HttpException(String message) {
      super(message);
    }
  }

  /** As Netty's is called. */
  private static final class DecoderException extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @ParameterizedTest
  @FieldSource("UNREACHABLE")
  void nothing_was_sent_and_the_node_is_out(Exception e) throws IOException {
    Failure failure = untouched(e);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.NOTHING_SENT);
    assertThat(failure.outcome().kind()).isEqualTo(Outcome.Kind.UNREACHABLE);
    assertThat(failure.outcome().isCertain()).isTrue();
    assertThat(touched(e).kind()).as("once a byte was asked for").isEqualTo(Failure.Kind.NO_ANSWER);
  }

  @Test
  void a_connection_that_times_out_is_no_certain_evidence() throws IOException {
    ConnectException e = new ConnectException("timed out");
    e.initCause(new SocketTimeoutException("connect timed out"));
    assertThat(untouched(e).kind()).isEqualTo(Failure.Kind.NOTHING_SENT);
    assertThat(untouched(e).outcome().isCertain()).isFalse();
    assertThat(untouched(new ConnectException("socket operation timed out.")).outcome().isCertain())
        .isFalse();
  }

  @Test
  void a_name_that_does_not_resolve_is_soft_evidence() throws IOException {
    Failure failure = untouched(new UnknownHostException("n1"));
    assertThat(failure.kind()).isEqualTo(Failure.Kind.NOTHING_SENT);
    assertThat(failure.outcome().kind()).isEqualTo(Outcome.Kind.FAULT);
    Failure same = untouched(new IOException(new HttpException("No address was found for it.")));
    assertThat(same.kind()).isEqualTo(Failure.Kind.NOTHING_SENT);
    assertThat(same.outcome().kind()).isEqualTo(Outcome.Kind.FAULT);
  }

  static final List<Exception> LOST =
      List.of(
          new SocketException("Connection reset"),
          new SocketException("Broken pipe"),
          new SocketTimeoutException("Read timed out"),
          new SSLException("Tag mismatch"),
          new IOException("failed to respond"),
          new IOException(new ClosedChannelException()),
          new IOException(new HttpException("The connection has closed or is closing.")),
          new HttpException("Channel shutdown due to tls alert."),
          new DecoderException());

  @ParameterizedTest
  @FieldSource("LOST")
  void no_answer_came(Exception e) throws IOException {
    for (Failure failure : List.of(untouched(e), touched(e))) {
      assertThat(failure.kind()).isEqualTo(Failure.Kind.NO_ANSWER);
      assertThat(failure.outcome().kind()).isEqualTo(Outcome.Kind.FAULT);
    }
  }

  @Test
  void a_local_body_that_fails_is_nobodys_fault() throws IOException {
    try (Attempt attempt = attempt()) {
      SentStream body =
          body(
              () -> {
                throw new IllegalStateException("spent");
              });
      try (InputStream sent = body.provider(attempt).newStream()) {
        assertThat(sent).isNotNull();
        try {
          sent.read();
        } catch (IllegalStateException e) {
          Failure failure = Failure.of(e, attempt, body, false);
          assertThat(failure.kind()).isEqualTo(Failure.Kind.LOCAL_BODY);
          assertThat(failure.outcome().kind()).isEqualTo(Outcome.Kind.CANCELLED);
        }
      }
    }
  }

  @Test
  void a_caller_who_gave_up_is_nobodys_fault() throws IOException {
    try (Attempt attempt = attempt()) {
      Failure failure = Failure.of(new SocketException("Socket closed"), attempt, body(), true);
      assertThat(failure.kind()).isEqualTo(Failure.Kind.CANCELLED);
      assertThat(failure.outcome().kind()).isEqualTo(Outcome.Kind.CANCELLED);
    }
  }

  static final List<Exception> OURS =
      List.of(
          new BindException("Cannot assign requested address"),
          new SocketException("Too many open files"),
          new ConnectionPoolTimeoutException(),
          new IllegalStateException("Connection pool shut down"));

  static final List<Exception> POOLS =
      List.of(
          new IOException(
              new TimeoutException("Acquire operation took longer than 10000 milliseconds.")),
          new IllegalStateException("Too many outstanding acquire operations"),
          new IOException(
              new HttpException(
                  "Connection Manager failed to acquire a connection within the defined timeout.")),
          new IOException(new HttpException("Max pending acquisitions reached")));

  @ParameterizedTest
  @FieldSource("POOLS")
  void another_node_has_a_pool_of_its_own(Exception e) throws IOException {
    Failure failure = untouched(e);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.NOTHING_SENT);
    assertThat(failure.outcome().kind()).isEqualTo(Outcome.Kind.CANCELLED);
  }

  /** As Apache's is called. */
  private static final class ConnectionPoolTimeoutException extends IOException {
    private static final long serialVersionUID = 1;
  }

  @ParameterizedTest
  @FieldSource("OURS")
  void trouble_of_this_machine_is_nobodys_fault(Exception e) throws IOException {
    Failure failure = untouched(e);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.CANCELLED);
    assertThat(failure.outcome().isNodeFault()).isFalse();
  }
}
