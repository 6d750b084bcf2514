package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.LOGICAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every attempt ends, once, however its response does. */
@Timeout(30)
class AccountingTest {
  private static final int SIZE = 1_000_000;
  private static final String HEAD = "HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n";

  private final CountDownLatch asked = new CountDownLatch(1);
  private FaultServer server;
  private LoadBalancer cluster;
  private OkHttpClient client;

  /** By path: a whole answer, an empty one, one that is cut, one that stops half way, none. */
  @BeforeEach
  void start() throws IOException {
    server =
        new FaultServer(
            connection -> {
              String request;
              while ((request = connection.readRequest()) != null) {
                String path = request.split(" ")[1];
                switch (path) {
                  case "/whole" -> connection.write(HEAD + "x".repeat(SIZE));
                  case "/head" -> connection.write(HEAD);
                  case "/chunked" ->
                      connection.write(
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
                  case "/empty" -> connection.write("HTTP/1.1 204 No Content\r\n\r\n");
                  case "/cut" -> {
                    connection.write(HEAD + "half");
                    return;
                  }
                  case "/half" -> {
                    connection.write(HEAD + "half");
                    connection.hang();
                  }
                  default -> {
                    asked.countDown();
                    connection.hang();
                  }
                }
              }
            });
    cluster = Clusters.inTurn(server.url()).build();
    client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
  }

  @AfterEach
  void stop() throws IOException {
    Clusters.awaitNothingLeft(cluster, client);
    cluster.close();
    server.close();
  }

  private Call call(String path) {
    return client.newCall(new Request.Builder().url(LOGICAL + path).build());
  }

  private long faults() {
    return cluster.snapshot().nodes().get(0).faults();
  }

  @Test
  void readToTheEnd() throws IOException {
    Response response = call("/whole").execute();
    assertThat(cluster.snapshot().inFlight()).isEqualTo(1);
    assertThat(response.body().bytes()).hasSize(SIZE);
    Clusters.assertIdle(cluster);
    assertThat(faults()).isZero();
  }

  @Test
  void readToTheLastByteButNotBeyond() throws IOException {
    Response response = call("/whole").execute();
    InputStream stream = response.body().byteStream();
    assertThat(stream.readNBytes(SIZE)).hasSize(SIZE);
    Clusters.assertIdle(cluster);
    response.close();
  }

  @Test
  void readToTheEndOfUnknownLength() throws IOException {
    Response response = call("/chunked").execute();
    assertThat(cluster.snapshot().inFlight()).isEqualTo(1);
    assertThat(response.body().string()).isEqualTo("abc");
    Clusters.assertIdle(cluster);
  }

  @Test
  void closedEarly() throws IOException {
    Response response = call("/whole").execute();
    assertThat(response.body().source().readByteArray(10)).hasSize(10);
    response.close();
    Clusters.assertIdle(cluster);
    assertThat(faults()).isZero();
  }

  @Test
  void closedUnreadAndTwice() throws IOException {
    Response response = call("/half").execute();
    response.close();
    response.close();
    Clusters.assertIdle(cluster);
    assertThat(faults()).isZero();
  }

  @Test
  void nothingToRead() throws IOException {
    Request head = new Request.Builder().url(LOGICAL + "/head").head().build();
    Response ofHead = client.newCall(head).execute();
    assertThat(ofHead.header("Content-Length")).isEqualTo(Integer.toString(SIZE));
    Clusters.assertIdle(cluster);
    Response empty = call("/empty").execute();
    assertThat(empty.code()).isEqualTo(204);
    Clusters.assertIdle(cluster);
    ofHead.close();
    empty.close();
  }

  @Test
  void cutOff() throws IOException {
    Response response = call("/cut").execute();
    assertThatThrownBy(() -> response.body().bytes()).isInstanceOf(IOException.class);
    Clusters.assertIdle(cluster);
    assertThat(faults()).isEqualTo(1);
  }

  @Test
  void canceledBeforeTheAnswer() throws Exception {
    Call call = call("/never");
    CompletableFuture<Boolean> canceled =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                call.execute().close();
                return false;
              } catch (IOException e) {
                return call.isCanceled();
              }
            });
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    call.cancel();
    assertThat(canceled.get(10, TimeUnit.SECONDS)).isTrue();
    Clusters.assertIdle(cluster);
    assertThat(faults()).isZero();
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void canceledWhileTheBodyIsRead() throws Exception {
    Call call = call("/half");
    Response response = call.execute();
    assertThat(response.body().source().readUtf8(4)).isEqualTo("half");
    CompletableFuture<Throwable> ended =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                response.body().source().readByte();
                return new AssertionError("read on");
              } catch (IOException e) {
                return e;
              }
            });
    call.cancel();
    assertThat(ended.get(10, TimeUnit.SECONDS)).isInstanceOf(IOException.class);
    Clusters.assertIdle(cluster);
    assertThat(faults()).isZero();
  }

  @Test
  void outOfTimeBeforeTheAnswer() {
    client = client.newBuilder().callTimeout(Duration.ofMillis(200)).build();
    assertThatThrownBy(() -> call("/never").execute()).isInstanceOf(InterruptedIOException.class);
    Clusters.assertIdle(cluster);
    assertThat(faults()).isZero();
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void outOfTimeWhileTheBodyIsRead() throws IOException {
    client = client.newBuilder().callTimeout(Duration.ofMillis(300)).build();
    Response response = call("/half").execute();
    assertThatThrownBy(() -> response.body().bytes()).isInstanceOf(InterruptedIOException.class);
    Clusters.assertIdle(cluster);
    assertThat(faults()).isZero();
  }

  @Test
  void enqueued() throws Exception {
    assertThat(Clusters.enqueue(call("/whole")).get(10, TimeUnit.SECONDS)).hasSize(SIZE);
    Clusters.assertIdle(cluster);
  }

  @Test
  void enqueuedAndCanceled() throws Exception {
    Call call = call("/never");
    CompletableFuture<byte[]> read = Clusters.enqueue(call);
    assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
    call.cancel();
    assertThat(read).failsWithin(Duration.ofSeconds(10));
    Clusters.assertIdle(cluster);
    assertThat(faults()).isZero();
  }

  @Test
  void anInterceptorThatThrows() {
    client =
        LoadBalancedOkHttp.wrap(
            cluster,
            new OkHttpClient.Builder()
                .addNetworkInterceptor(
                    chain -> {
                      throw new IllegalArgumentException("bug");
                    })
                .build());
    assertThatThrownBy(() -> call("/whole").execute()).hasMessage("bug");
    Clusters.assertIdle(cluster);
  }

  @Test
  void droppedWithoutClose() throws IOException {
    drop();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              System.gc(); // OkHttp, too, finds out by this that its connection is nobody's
              return cluster.snapshot().inFlight() == 0
                  && Clusters.clients(client).busyConnections() == 0;
            });
    assertThat(faults()).isZero();
  }

  @Test
  void manyAtOnceEndingInEveryWay() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    client.dispatcher().setMaxRequestsPerHost(32);
    CountDownLatch done = new CountDownLatch(400);
    for (int i = 0; i < 400; i++) {
      int ending = random.nextInt(4);
      Call call = call("/whole");
      call.enqueue(
          new Callback() {
            @Override
            public void onFailure(Call failed, IOException e) {
              done.countDown();
            }

            @Override
            public void onResponse(Call answered, Response response) throws IOException {
              try (response) {
                if (ending == 0) {
                  response.body().bytes();
                } else if (ending == 1) {
                  response.body().source().readByte();
                }
              } finally {
                done.countDown();
              }
            }
          });
      if (ending == 3) {
        call.cancel();
      }
    }
    assertThat(done.await(20, TimeUnit.SECONDS)).as("seed %d", seed).isTrue();
    Clusters.assertIdle(cluster);
    assertThat(faults()).as("seed %d", seed).isZero();
  }

  private void drop() throws IOException {
    assertThat(call("/half").execute().body().source().readUtf8(4)).isEqualTo("half");
    assertThat(cluster.snapshot().inFlight()).isEqualTo(1);
  }
}
