package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
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

/**
 * An HTTP client whose abort waits for the thread that reads, as closing a body of the JDK's does:
 * the balancer's clocks go on.
 */
class BlockingAbortTest {
  private final LoadBalancer cluster =
      LoadBalancer.builder()
          .nodes("http://n{1...2}:9000")
          .healthCheck(HealthCheck.none())
          .timeouts(
              Timeouts.builder()
                  .suspicion(Duration.ofMillis(100))
                  .bodyIdle(Duration.ofMillis(300))
                  .build())
          .build();
  private final CountDownLatch released = new CountDownLatch(1);
  private final AtomicInteger aborting = new AtomicInteger(); // by whoever aborts
  private final BalancedTransport transport =
      new BalancedTransport(new Blocking(), true, new ApiCalls(cluster), new Confirmation(), null);

  @AfterEach
  void close() {
    released.countDown();
    transport.close();
    cluster.close();
    await("threads end")
        .untilAsserted(
            () ->
                assertThat(Thread.getAllStackTraces().keySet())
                    .noneMatch(thread -> thread.getName().startsWith("nodewise-abort")));
  }

  /** Each answer begins, and then nothing comes. */
  private final class Blocking implements SdkHttpClient {
    @Override
    public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
      return new ExecutableHttpRequest() {
        @Override
        public HttpExecuteResponse call() {
          InputStream silent =
              new InputStream() {
                @Override
                public int read() throws IOException {
                  awaitRelease();
                  throw new IOException("closed");
                }
              };
          return HttpExecuteResponse.builder()
              .response(
                  SdkHttpResponse.builder()
                      .statusCode(200)
                      .putHeader("Content-Length", "10")
                      .build())
              .responseBody(AbortableInputStream.create(silent))
              .build();
        }

        @Override
        public void abort() {
          aborting.incrementAndGet();
          awaitRelease();
        }
      };
    }

    private void awaitRelease() {
      try {
        released.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {}
  }

  private String get() {
    SdkHttpFullRequest request =
        SdkHttpFullRequest.builder()
            .method(SdkHttpMethod.GET)
            .uri(URI.create("http://n1:9000/k"))
            .putHeader("Host", "n1:9000")
            .build();
    try {
      transport
          .prepareRequest(HttpExecuteRequest.builder().request(request).build())
          .call()
          .responseBody()
          .orElseThrow()
          .readAllBytes();
      return "read";
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Test
  void clocks_go_on_while_an_abort_waits() {
    CompletableFuture<String> one = CompletableFuture.supplyAsync(this::get);
    CompletableFuture<String> other = CompletableFuture.supplyAsync(this::get);

    await("both are given up").untilAsserted(() -> assertThat(aborting).hasValue(2));

    assertThat(one).as("is read").isNotDone();
    assertThat(other).as("is read").isNotDone();
    released.countDown();
    assertThat(one.join()).contains("NodeFailed");
    assertThat(other.join()).contains("NodeFailed");
    assertThat(cluster.snapshot().inFlight()).isZero();
  }
}
