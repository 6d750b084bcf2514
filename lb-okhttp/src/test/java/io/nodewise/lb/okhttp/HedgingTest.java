package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.retry.Hedging;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads that are slow at their first node. */
@Timeout(60)
class HedgingTest {
  private static final Hedging OFTEN =
      Hedging.builder()
          .share(0.5)
          .leastDelay(Duration.ofMillis(30))
          .leastSamples(10)
          .burst(1000)
          .build();

  /** What a node does with its next requests. */
  private enum Mood {
    WELL,
    SILENT,
    SILENT_THEN_FAILS,
    FAILS,
    HANGS_UP
  }

  private final List<FaultServer> servers = new ArrayList<>();
  private final Mood[] moods = {Mood.WELL, Mood.WELL, Mood.WELL};
  private LoadBalancer cluster;
  private OkHttpClient client;
  private long wonBefore;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 3; i++) {
      int number = i;
      servers.add(new FaultServer(connection -> serve(number, connection)));
    }
    cluster =
        Clusters.inTurn(servers.stream().map(FaultServer::url).toArray(String[]::new))
            .hedging(OFTEN)
            .build();
    // Where a hedge is denied, the read is not to wait for long either.
    OkHttpClient plain = new OkHttpClient.Builder().readTimeout(Duration.ofSeconds(3)).build();
    client = LoadBalancedOkHttp.wrap(cluster, plain);
    learn();
  }

  private void serve(int number, FaultServer.Connection connection) throws IOException {
    String request;
    while ((request = connection.readRequest()) != null) {
      switch (moods[number]) {
        case SILENT -> {
          connection.readRequest(); // until the client gives up
          return;
        }
        case SILENT_THEN_FAILS -> {
          pause(150);
          connection.write("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno");
        }
        case FAILS -> connection.write("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno");
        case HANGS_UP -> {
          return;
        }
        case WELL -> {
          String body = request.startsWith("HEAD") ? "" : "n" + number;
          connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n" + body);
        }
      }
    }
  }

  /** The server's own slowness, not a test that waits for something. */
  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Reads until it is known how long that takes. */
  private void learn() {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              for (int i = 0; i < 30; i++) {
                get();
              }
              return !cluster.snapshot().hedges().delay().isZero();
            });
    toFirst();
    wonBefore = cluster.snapshot().hedges().won();
  }

  private long won() {
    return cluster.snapshot().hedges().won() - wonBefore;
  }

  /** Until the next request goes to the first node; a read that was hedged took two turns. */
  private void toFirst() {
    try {
      long hedges;
      int reads = 0;
      do {
        assertThat(reads++).isLessThan(100);
        hedges = cluster.snapshot().hedges().begun();
      } while (!get().equals("n2") || cluster.snapshot().hedges().begun() != hedges);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private String get() throws IOException {
    try (Response response = client.newCall(request("GET")).execute()) {
      return response.code() == 200
          ? response.body().string()
          : response.code() + response.body().string();
    }
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    Clusters.assertIdle(cluster);
    Clusters.awaitNothingLeft(cluster, client);
    cluster.close();
    for (FaultServer server : servers) {
      server.close();
    }
  }

  /** Those of hedging have nobody who would end them. */
  @AfterAll
  static void threadsEnd() {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(Clusters.threads("nodewise-hedge")).isEmpty());
  }

  @Test
  void theSecondNodeAnswersAndTheFirstOnesConnectionIsClosed() throws IOException {
    moods[0] = Mood.SILENT;
    long began = System.nanoTime();
    assertThat(get()).isEqualTo("n1");
    Clusters.assertIdle(cluster);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
    assertThat(won()).isEqualTo(1);
    assertThat(Clusters.faults(cluster)).isZero();
    await().atMost(Duration.ofSeconds(10)).until(() -> servers.get(0).openConnections() == 0);
  }

  @Test
  void whereItWasEnqueuedToo() {
    moods[0] = Mood.SILENT;
    assertThat(Clusters.enqueue(client.newCall(request("GET"))))
        .succeedsWithin(Duration.ofSeconds(10))
        .isEqualTo("n1".getBytes(UTF_8));
    Clusters.awaitIdle(cluster);
    assertThat(won()).isEqualTo(1);
  }

  @Test
  void aHeadToo() throws IOException {
    moods[0] = Mood.SILENT;
    try (Response response = client.newCall(request("HEAD")).execute()) {
      assertThat(response.code()).isEqualTo(200);
      Clusters.assertIdle(cluster);
    }
    assertThat(won()).isEqualTo(1);
  }

  @Test
  void theBodyOfTheSecondIsCountedToItsEnd() throws IOException {
    moods[0] = Mood.SILENT;
    try (Response response = client.newCall(request("GET")).execute()) {
      assertThat(cluster.snapshot().inFlight()).isEqualTo(1);
      assertThat(response.request().url().host()).isEqualTo("s3.local");
    }
  }

  @Test
  void aWriteIsNotHedged() throws Exception {
    moods[0] = Mood.SILENT;
    long begun = cluster.snapshot().hedges().begun();
    Call call = client.newCall(request("PUT"));
    CompletableFuture<byte[]> read = Clusters.enqueue(call);
    await().until(() -> servers.get(0).requests().stream().anyMatch(r -> r.startsWith("PUT")));
    pause(200); // well over the delay, in which nothing must happen
    call.cancel();
    assertThat(read).failsWithin(Duration.ofSeconds(10));
    assertThat(cluster.snapshot().hedges().begun()).isEqualTo(begun);
    Clusters.awaitIdle(cluster);
  }

  /** Not at two nodes, and not left early for another one either. */
  @ParameterizedTest
  @ValueSource(strings = {"unrepeatable", "OPTIONS"})
  void whatIsNotToBeSentTwiceIsNotHedged(String which) throws Exception {
    boolean isRead = which.equals("OPTIONS");
    moods[0] = Mood.SILENT;
    long begun = cluster.snapshot().hedges().begun();
    Request.Builder request = request("GET").newBuilder().method(isRead ? which : "GET", null);
    if (!isRead) {
      request.tag(RepeatableRequests.class, any -> false);
    }
    long attempts = cluster.snapshot().attempts();
    Call call = client.newCall(request.build());
    CompletableFuture<byte[]> read = Clusters.enqueue(call);
    await().until(() -> cluster.snapshot().inFlight() == 1);
    pause(isRead ? 200 : 2500); // over the delay; over the time after which a read is impatient
    assertThat(read).isNotDone();
    call.cancel();
    assertThat(read).failsWithin(Duration.ofSeconds(10));
    assertThat(cluster.snapshot().hedges().begun()).isEqualTo(begun);
    assertThat(cluster.snapshot().attempts()).isEqualTo(attempts + 1);
    Clusters.awaitIdle(cluster);
  }

  @Test
  void whoGivesUpEndsBoth() {
    moods[0] = Mood.SILENT;
    moods[1] = Mood.SILENT;
    Call call = client.newCall(request("GET"));
    CompletableFuture<byte[]> read = Clusters.enqueue(call);
    await().atMost(Duration.ofSeconds(10)).until(() -> cluster.snapshot().inFlight() == 2);
    call.cancel();
    assertThat(read).failsWithin(Duration.ofSeconds(10));
    Clusters.awaitIdle(cluster);
    assertThat(Clusters.faults(cluster)).isZero();
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> servers.get(0).openConnections() + servers.get(1).openConnections() == 0);
  }

  @Test
  void theTimeOfTheCallEndsBoth() {
    moods[0] = Mood.SILENT;
    moods[1] = Mood.SILENT;
    OkHttpClient hasty = client.newBuilder().callTimeout(Duration.ofMillis(400)).build();
    assertThatThrownBy(() -> hasty.newCall(request("GET")).execute())
        .isInstanceOf(IOException.class);
    Clusters.assertIdle(cluster);
    assertThat(Clusters.faults(cluster)).isZero();
  }

  @Test
  void whereBothFailItGoesOnAtTheThird() throws IOException {
    moods[0] = Mood.SILENT_THEN_FAILS;
    moods[1] = Mood.FAILS;
    assertThat(get()).isEqualTo("n2");
    assertThat(won()).isZero();
    assertThat(Clusters.faults(cluster)).isEqualTo(2);
  }

  @Test
  void whereTheSecondHangsUpTheFirstOnesAnswerCounts() throws IOException {
    moods[0] = Mood.SILENT_THEN_FAILS;
    moods[1] = Mood.HANGS_UP;
    moods[2] = Mood.HANGS_UP;
    assertThat(get()).isEqualTo("500no");
  }

  @Test
  void manyAtOnce() throws Exception {
    moods[0] = Mood.SILENT;
    client.dispatcher().setMaxRequestsPerHost(16);
    List<CompletableFuture<byte[]>> reads = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      reads.add(Clusters.enqueue(client.newCall(request("GET"))));
    }
    for (CompletableFuture<byte[]> read : reads) {
      assertThat(read.get(20, TimeUnit.SECONDS)).hasSize(2);
    }
    Clusters.awaitIdle(cluster);
    assertThat(won()).isPositive();
    moods[0] = Mood.WELL;
  }
}
