package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.NonRetryableException;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Bodies that are opened before a node is chosen for the second time, where no signer did it. */
class SpentBodyTest {
  private final LoadBalancer cluster =
      LoadBalancer.builder().nodes("http://n{1...3}:9000").healthCheck(HealthCheck.none()).build();
  private final ApiCalls calls = new ApiCalls(cluster);
  private final Deque<IOException> failures = new ArrayDeque<>();
  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicInteger opened = new AtomicInteger();
  private final AtomicInteger closed = new AtomicInteger();
  private final BalancedTransport transport =
      new BalancedTransport(new Failing(), true, calls, new Confirmation(), null);

  /** Reads the body, unless it can't connect, and fails as long as there are failures left. */
  private final class Failing implements SdkHttpClient {
    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return new ExecutableHttpRequest() {
        @Override
        public HttpExecuteResponse call() throws IOException {
          attempts.incrementAndGet();
          IOException failure = failures.poll();
          if (failure instanceof ConnectException) {
            throw failure;
          }
          try (InputStream body = request.contentStreamProvider().orElseThrow().newStream()) {
            assertThat(body.readAllBytes()).hasSize(7);
          }
          if (failure != null) {
            throw failure;
          }
          return HttpExecuteResponse.builder()
              .response(
                  SdkHttpResponse.builder()
                      .statusCode(200)
                      .putHeader("Content-Length", "0")
                      .build())
              .build();
        }

        @Override
        public void abort() {}
      };
    }

    @Override
    public void close() {}
  }

  @AfterEach
  void close() {
    assertThat(cluster.snapshot().inFlight()).isZero();
    transport.close();
    cluster.close();
  }

  private InputStream stream() {
    opened.incrementAndGet();
    return new ByteArrayInputStream(new byte[7]) {
      @Override
      public void close() {
        closed.incrementAndGet();
      }
    };
  }

  private HttpExecuteResponse put(ContentStreamProvider body) throws IOException {
    SdkHttpFullRequest request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.PUT)
            .uri(URI.create("http://n1:9000/b/k"))
            .putHeader("Host", "n1:9000")
            .putHeader("Content-Length", "7")
            .putHeader(ApiCalls.ID_HEADER, "id")
            .build();
    ApiCall call = calls.of(request);
    calls.file(request, call); // the same for the next attempt
    return transport
        .prepareRequest(
            HttpExecuteRequest.builder().request(request).contentStreamProvider(body).build())
        .call();
  }

  @Test
  void no_node_is_asked_to_take_a_body_that_does_not_open_again() {
    ContentStreamProvider once =
        () -> {
          if (opened.get() > 0) {
            throw new IllegalStateException("spent");
          }
          return stream();
        };
    failures.add(new SocketException("Connection reset"));
    assertThatThrownBy(() -> put(once)).hasMessageContaining("Connection reset");

    assertThatExceptionOfType(NonRetryableException.class)
        .isThrownBy(() -> put(once))
        .withMessageContaining("can't be read a second time (spent)")
        .withMessageContaining("the first try failed: node n")
        .withMessageContaining("RequestBody.fromFile");

    assertThat(attempts).hasValue(1);
    assertThat(cluster.snapshot().nodes().stream().mapToLong(node -> node.faults()).sum())
        .isEqualTo(1);
  }

  @Test
  void a_body_that_was_opened_goes_to_the_first_node_that_can_be_reached() throws IOException {
    failures.addAll(List.of(new SocketException("Connection reset"), new ConnectException("no")));
    assertThatThrownBy(() -> put(this::stream)).hasMessageContaining("Connection reset");

    assertThat(put(this::stream).httpResponse().statusCode()).isEqualTo(200);

    assertThat(attempts).hasValue(3);
    assertThat(opened).as("once for each time it was sent").hasValue(2);
    assertThat(closed).hasValue(2);
  }

  @Test
  void a_body_that_was_opened_and_never_sent_is_closed() {
    failures.add(new SocketException("Connection reset"));
    for (int i = 0; i < 3; i++) {
      failures.add(new ConnectException("no"));
    }
    assertThatThrownBy(() -> put(this::stream)).hasMessageContaining("Connection reset");

    assertThatThrownBy(() -> put(this::stream)).isInstanceOf(IOException.class);

    assertThat(closed).hasValue(opened.get());
  }
}
