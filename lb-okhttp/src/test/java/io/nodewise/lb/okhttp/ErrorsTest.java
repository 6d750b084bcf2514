package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import okhttp3.Dispatcher;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.BufferedSink;
import okio.BufferedSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Code of the user's that throws what it should not, wherever it is called: nothing is left. */
@Timeout(30)
class ErrorsTest {
  private final Queue<Throwable> uncaught = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean throwing = new AtomicBoolean(true);
  private final ExecutorService threads =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "errors-test");
            thread.setUncaughtExceptionHandler((of, e) -> uncaught.add(e));
            return thread;
          });
  private FaultServer first;
  private FaultServer second;
  private LoadBalancer cluster;
  private OkHttpClient client;

  @BeforeEach
  void start() throws IOException {
    first = FaultServer.good();
    second = FaultServer.good();
    cluster = Clusters.inTurn(first.url(), second.url()).build();
  }

  @AfterEach
  void stop() throws IOException {
    Clusters.assertIdle(cluster);
    Clusters.awaitNothingLeft(cluster, client);
    cluster.close();
    first.close();
    second.close();
    threads.shutdown();
  }

  /** One call at a time, through an interceptor that is the user's and near the node. */
  private void wrap(Interceptor near) {
    Dispatcher one = new Dispatcher(threads);
    one.setMaxRequestsPerHost(1);
    client =
        LoadBalancedOkHttp.wrap(
            cluster,
            new OkHttpClient.Builder().dispatcher(one).addNetworkInterceptor(near).build());
  }

  private static OutOfMemoryError noThread() {
    return new OutOfMemoryError("unable to create native thread: as the test says");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anErrorEndsItsCallOnly(boolean isAnswered) throws IOException {
    wrap(
        chain -> {
          boolean now = throwing.get();
          if (now && !isAnswered) {
            throw noThread();
          }
          Response response = chain.proceed(chain.request());
          if (now) {
            throw noThread();
          }
          return response;
        });
    assertThatThrownBy(() -> client.newCall(request("GET")).execute())
        .isInstanceOf(OutOfMemoryError.class);
    Clusters.assertIdle(cluster);
    assertThat(Clusters.faults(cluster)).isZero();
    throwing.set(false);
    Clusters.assertOk(client, "GET");
  }

  @Test
  void theQueueGoesOnAfterAnError() throws Exception {
    AtomicInteger number = new AtomicInteger();
    wrap(
        chain -> {
          if (number.incrementAndGet() % 2 == 1) {
            throw noThread();
          }
          return chain.proceed(chain.request());
        });
    List<CompletableFuture<byte[]>> calls =
        Stream.generate(() -> Clusters.enqueue(client.newCall(request("PUT")))).limit(6).toList();
    int failed = 0;
    for (CompletableFuture<byte[]> call : calls) {
      try {
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo("ok".getBytes(UTF_8));
      } catch (ExecutionException e) {
        failed++;
      }
    }
    assertThat(failed).isEqualTo(3);
    await().until(() -> client.dispatcher().runningCallsCount() == 0);
    assertThat(client.dispatcher().queuedCallsCount()).isZero();
    await().until(() -> uncaught.size() == 3);
    assertThat(uncaught).allMatch(OutOfMemoryError.class::isInstance);
  }

  /** As interceptors put them there that show a progress. */
  private record Body(ResponseBody real, String throwsIn, AtomicBoolean now) {
    private void at(String method) {
      if (method.equals(throwsIn) && now.get()) {
        throw new IllegalStateException(method);
      }
    }

    ResponseBody asBody() {
      return new ResponseBody() {
        @Override
        public MediaType contentType() {
          at("contentType");
          return real.contentType();
        }

        @Override
        public long contentLength() {
          at("contentLength");
          return real.contentLength();
        }

        @Override
        public BufferedSource source() {
          at("source");
          return real.source();
        }
      };
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"contentType", "contentLength", "source"})
  void aBodyThatThrowsAsItsAnswerIsTaken(String method) throws IOException {
    wrap(
        chain -> {
          Response response = chain.proceed(chain.request());
          ResponseBody body = new Body(response.body(), method, throwing).asBody();
          return response.newBuilder().body(body).build();
        });
    assertThatThrownBy(() -> client.newCall(request("GET")).execute()).hasMessage(method);
    Clusters.assertIdle(cluster);
    awaitClosed(first);
    throwing.set(false);
    Clusters.assertOk(client, "GET");
  }

  /** OkHttp finds out by the collector that the connection is nobody's; it is closed before. */
  private void awaitClosed(FaultServer node) {
    await().atMost(Duration.ofSeconds(10)).until(() -> node.openConnections() == 0);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              System.gc();
              return Clusters.clients(client).busyConnections() == 0;
            });
  }

  @Test
  void aBodyThatCanNotBeClosedAndIsNobodysToHear() throws IOException {
    wrap(
        chain -> {
          Response response = chain.proceed(chain.request());
          boolean fails = throwing.getAndSet(false);
          ResponseBody body =
              new Body(response.body(), "source", new AtomicBoolean(fails)).asBody();
          return response.newBuilder().code(fails ? 500 : 200).body(body).build();
        });
    Clusters.assertOk(client, "GET");
    assertThat(second.requests()).hasSize(1);
    awaitClosed(first);
  }

  /** The length of a file that is gone: no node's doing, and none is asked for. */
  @Test
  void aRequestBodyWhoseLengthCanNotBeToldAnyMore() throws IOException {
    wrap(chain -> chain.proceed(chain.request()));
    AtomicInteger asked = new AtomicInteger();
    RequestBody body =
        new RequestBody() {
          @Override
          public MediaType contentType() {
            return null;
          }

          @Override
          public long contentLength() throws IOException {
            if (asked.incrementAndGet() > 1) {
              throw new IOException("gone");
            }
            return 2;
          }

          @Override
          public void writeTo(BufferedSink sink) throws IOException {
            sink.writeUtf8("ok");
          }
        };
    assertThatThrownBy(
            () -> client.newCall(request("PUT").newBuilder().put(body).build()).execute())
        .hasMessage("gone");
    assertThat(cluster.snapshot().attempts()).isEqualTo(1);
    assertThat(Clusters.faults(cluster)).isZero();
    assertThat(cluster.snapshot().eligible()).isEqualTo(2);
  }

  /** Not what was hidden from OkHttp, whatever it holds. */
  @Test
  void aServerThatKnowsOurHeader() throws IOException {
    first.close();
    first =
        new FaultServer(
            connection -> {
              while (connection.readRequest() != null) {
                connection.write(
                    "HTTP/1.1 503 No\r\nNodewise-Retry-After: \u00fc\r\nContent-Length: 0\r\n\r\n");
              }
            });
    cluster.close();
    cluster = Clusters.inTurn(first.url()).build();
    wrap(chain -> chain.proceed(chain.request()));
    try (Response response = client.newCall(request("GET")).execute()) {
      assertThat(response.code()).isEqualTo(503);
    }
  }
}
