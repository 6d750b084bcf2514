package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpFullRequest;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpResponse;

/** Whose answer the transport still waits to be read, over an HTTP client that answers at once. */
class BalancedTransportTest {
  private final LoadBalancer cluster =
      LoadBalancer.builder().nodes("http://n{1...2}:9000").healthCheck(HealthCheck.none()).build();
  private final AtomicInteger aborts = new AtomicInteger(); // by threads of the transport
  private final BalancedTransport transport =
      new BalancedTransport(new Answering(), true, new ApiCalls(cluster), new Confirmation(), null);

  @AfterEach
  void close() {
    transport.close();
    cluster.close();
  }

  /** Any GET is answered with so many bytes as its path says. */
  private final class Answering implements SdkHttpClient {
    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      int length = Integer.parseInt(request.httpRequest().encodedPath().substring(1));
      return new ExecutableHttpRequest() {
        @Override
        public HttpExecuteResponse call() {
          return HttpExecuteResponse.builder()
              .response(
                  SdkHttpResponse.builder()
                      .statusCode(200)
                      .putHeader("Content-Length", Integer.toString(length))
                      .build())
              .responseBody(AbortableInputStream.create(new ByteArrayInputStream(new byte[length])))
              .build();
        }

        @Override
        public void abort() {
          aborts.incrementAndGet();
        }
      };
    }

    @Override
    public void close() {}
  }

  private AbortableInputStream get(int length) throws IOException {
    SdkHttpFullRequest request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(URI.create("http://n1:9000/" + length))
            .putHeader("Host", "n1:9000")
            .build();
    return transport
        .prepareRequest(HttpExecuteRequest.builder().request(request).build())
        .call()
        .responseBody()
        .orElseThrow();
  }

  private void nothingLeft() {
    assertThat(transport.openAnswers()).isZero();
    assertThat(cluster.snapshot().inFlight()).isZero();
  }

  @Test
  void an_answer_is_open_until_it_is_read() throws Exception {
    AbortableInputStream body = get(10);
    assertThat(transport.openAnswers()).isEqualTo(1);
    assertThat(cluster.snapshot().inFlight()).isEqualTo(1);

    assertThat(body.readAllBytes()).hasSize(10);

    nothingLeft();
  }

  @Test
  void an_answer_without_a_byte_is_never_open() throws Exception {
    AbortableInputStream body = get(0);
    nothingLeft();
    body.close();
    nothingLeft();
  }

  @Test
  void an_answer_closed_or_aborted_is_not_open() throws Exception {
    get(10).close();
    nothingLeft();
    get(10).abort();
    nothingLeft();
  }

  @Test
  void a_connection_comes_back_to_the_pool_once() throws Exception {
    AbortableInputStream body = get(10);
    for (int i = 0; i < 5; i++) {
      body.close();
    }
    AbortableInputStream aborted = get(10);
    aborted.abort();
    aborted.close();
    int excused = 0;
    for (Node node : cluster.nodes().nodes()) {
      for (int i = 0; i < 10; i++) {
        long now = System.nanoTime();
        boolean broke =
            transport
                .pooled()
                .to(node, now)
                .isExcused(new SocketException("Connection reset"), now, now);
        excused += broke ? 1 : 0;
      }
    }
    assertThat(excused).isLessThanOrEqualTo(1);
  }

  @Test
  void an_answer_that_nobody_holds_is_not_open() throws Exception {
    drop();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              System.gc();
              return cluster.snapshot().inFlight() == 0;
            });
    await().until(() -> transport.openAnswers() == 0);
    await().until(() -> aborts.get() == 1);
  }

  /** In a frame of its own, so that nothing on the stack keeps the answer. */
  private void drop() throws IOException {
    assertThat(get(10)).isNotNull();
    assertThat(transport.openAnswers()).isEqualTo(1);
  }

  @Test
  void closing_ends_the_open_ones() throws Exception {
    AbortableInputStream before = get(10);

    transport.close();

    nothingLeft();
    AbortableInputStream late = get(10);
    nothingLeft();
    before.close();
    late.close();
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.faults() == 0);
  }
}
