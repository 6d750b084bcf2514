package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A caller's thread that is interrupted: the call ends, as interrupted, and goes nowhere else. */
@Timeout(30)
class InterruptTest {
  private static final String ERROR = "HTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno";

  private final List<FaultServer> servers = new ArrayList<>();
  private LoadBalancer cluster;
  private OkHttpClient client;

  private void start(OkHttpClient plain, FaultServer... nodes) {
    servers.addAll(List.of(nodes));
    cluster =
        Clusters.inTurn(servers.stream().map(FaultServer::url).toArray(String[]::new)).build();
    client = LoadBalancedOkHttp.wrap(cluster, plain);
  }

  @AfterEach
  void stop() throws IOException {
    assertThat(Thread.interrupted()).as("left to the next test").isFalse();
    Clusters.awaitNothingLeft(cluster, client);
    cluster.close();
    for (FaultServer server : servers) {
      server.close();
    }
  }

  private void assertInterrupted() {
    assertInterrupted(request("GET"));
  }

  private void assertInterrupted(Request request) {
    assertThatThrownBy(() -> client.newCall(request).execute())
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).as("the flag").isTrue();
    Clusters.assertIdle(cluster);
  }

  /** Interrupts the thread of the call when an attempt of it has failed or was answered. */
  private static OkHttpClient interruptedAfterTheFirst() {
    AtomicBoolean once = new AtomicBoolean(true);
    return new OkHttpClient.Builder()
        .retryOnConnectionFailure(false)
        .eventListener(
            new EventListener() {
              @Override
              public void callFailed(Call call, IOException e) {
                interrupt();
              }

              @Override
              public void responseHeadersEnd(Call call, Response response) {
                interrupt();
              }

              private void interrupt() {
                if (once.compareAndSet(true, false)) {
                  Thread.currentThread().interrupt();
                }
              }
            })
        .build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hangs up", "503"})
  void betweenTwoAttemptsNoSecondOneBegins(String first) throws IOException {
    start(
        interruptedAfterTheFirst(),
        new FaultServer(
            connection -> {
              if (connection.readRequest() != null && first.equals("503")) {
                connection.write(ERROR);
                connection.readRequest(); // until the client is done with it
              }
            }),
        FaultServer.good());
    assertInterrupted();
    assertThat(servers.get(1).connections()).isZero();
    assertThat(cluster.snapshot().attempts()).isEqualTo(1);
    Clusters.assertOk(client, "GET"); // the next one is not to suffer for it
  }

  @Test
  void whereTheFirstNodeIsDeadToo() throws IOException {
    String dead = Clusters.dead();
    servers.add(FaultServer.good());
    cluster = Clusters.inTurn(dead, servers.get(0).url()).build();
    client = LoadBalancedOkHttp.wrap(cluster, interruptedAfterTheFirst());
    assertInterrupted();
    assertThat(servers.get(0).connections()).isZero();
    assertThat(Clusters.node(cluster, dead).faults()).isEqualTo(1);
  }

  /** OkHttp connects on a thread of its own; who waits for that gets an InterruptedException. */
  @Test
  void beforeItBegins() throws IOException {
    start(new OkHttpClient(), FaultServer.good(), FaultServer.good());
    Thread.currentThread().interrupt();
    assertInterrupted();
    assertThat(Clusters.faults(cluster)).isZero();
    assertThat(servers.get(0).requests()).isEmpty();
    assertThat(servers.get(1).requests()).isEmpty();
    Clusters.assertOk(client, "GET");
  }

  /** What waits for bytes of HTTP/1.1 hears nothing; but when it is left, nothing else begins. */
  @Test
  void whileItWaitsForAnAnswer() throws Exception {
    start(new OkHttpClient(), FaultServer.hung(), FaultServer.good());
    Timeouts hasty =
        Timeouts.builder()
            .suspicion(Duration.ofMillis(100))
            .firstByte(Duration.ofMillis(400))
            .build();
    Thread caller = Thread.currentThread();
    CompletableFuture<Void> interrupted =
        CompletableFuture.runAsync(
            () -> {
              await().until(() -> !servers.get(0).requests().isEmpty());
              caller.interrupt();
            });
    assertInterrupted(request("GET").newBuilder().tag(Timeouts.class, hasty).build());
    interrupted.get(10, TimeUnit.SECONDS);
    assertThat(servers.get(1).connections()).isZero();
  }

  /** At any moment of calls that go from a node that hangs up or refuses to one that answers. */
  @Test
  void atAnyMoment() throws Exception {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    start(
        new OkHttpClient.Builder().retryOnConnectionFailure(false).build(),
        new FaultServer(
            connection -> {
              for (int i = 0; connection.readRequest() != null && i % 3 < 2; i++) {
                connection.write(i % 3 == 0 ? ERROR : FaultServer.OK);
              }
            }),
        FaultServer.good());
    Thread caller = Thread.currentThread();
    int ended = 0;
    int answered = 0;
    for (int i = 0; i < 400; i++) {
      long nanos = random.nextLong(TimeUnit.MILLISECONDS.toNanos(2));
      CompletableFuture<Void> interrupt =
          CompletableFuture.runAsync(
              () -> {
                LockSupport.parkNanos(nanos);
                caller.interrupt();
              });
      try (Response response = client.newCall(request("GET")).execute()) {
        response.body().string();
        answered++;
      } catch (InterruptedIOException e) {
        ended++;
      } catch (IOException e) {
        assertThat(e).as("seed %d", seed).hasMessageContaining("no node");
      } finally {
        interruptFlagKept(interrupt);
      }
      assertThat(cluster.snapshot().inFlight()).as("seed %d", seed).isZero();
    }
    assertThat(ended).as("seed %d, %d answered", seed, answered).isPositive();
    assertThat(answered).as("seed %d, %d interrupted", seed, ended).isPositive();
  }

  /** Whenever it came: nobody but the test takes the flag. */
  private static void interruptFlagKept(CompletableFuture<Void> interrupt) {
    while (!interrupt.isDone()) {
      Thread.onSpinWait();
    }
    assertThat(Thread.interrupted()).as("the flag").isTrue();
  }
}
