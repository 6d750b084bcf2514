package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.assertOk;
import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeState;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Dns;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When a request goes on at another node, and when it must not. Every test starts at the bad one.
 */
@Timeout(30)
class FailoverTest {
  private FaultServer good;

  @BeforeEach
  void start() throws IOException {
    good = FaultServer.good();
  }

  @AfterEach
  void stop() throws IOException {
    good.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "PUT", "POST", "DELETE"})
  void aRefusedConnectionMovesEveryRequestOn(String method) throws IOException {
    String dead = Clusters.dead();
    try (LoadBalancer cluster = Clusters.inTurn(dead, good.url()).build()) {
      assertOk(LoadBalancedOkHttp.wrap(cluster, new OkHttpClient()), method);
      assertThat(good.requests()).hasSize(1);
      if (method.startsWith("P")) {
        assertThat(good.requests().get(0)).endsWith("\r\n\r\n0123456789");
      }
      assertThat(Clusters.node(cluster, dead).state()).isEqualTo(NodeState.DOWN);
      assertThat(cluster.snapshot().failovers()).isEqualTo(1);
      Clusters.assertIdle(cluster);
    }
  }

  @Test
  void anUnknownHostMovesOn() throws IOException {
    try (LoadBalancer cluster = Clusters.inTurn("http://gone.invalid:9000", good.url()).build()) {
      OkHttpClient plain =
          new OkHttpClient.Builder()
              .dns(
                  name -> {
                    if (name.endsWith("invalid")) {
                      throw new UnknownHostException(name);
                    }
                    return Dns.SYSTEM.lookup(name);
                  })
              .build();
      assertOk(LoadBalancedOkHttp.wrap(cluster, plain), "POST");
    }
  }

  @Test
  void allDownFailsAtOnceAndSaysWhy() throws Exception {
    try (LoadBalancer cluster =
        Clusters.inTurn(Clusters.dead(), Clusters.dead(), Clusters.dead()).build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
      long began = System.nanoTime();
      Throwable sync = catchThrowable(() -> client.newCall(request("GET")).execute());
      assertThat(sync).isInstanceOf(NoNodeAvailableException.class);
      assertThat(sync).hasMessageContaining("0/3 eligible");
      assertThat(sync.getSuppressed()).hasSize(3);

      assertThat(Clusters.enqueue(client.newCall(request("PUT"))))
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableThat()
          .withCauseInstanceOf(NoNodeAvailableException.class);
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
      Clusters.assertIdle(cluster);
    }
  }

  @Test
  void connectingEndsWithTheClientsConnectTimeout() throws Exception {
    AtomicInteger lookups = new AtomicInteger();
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .connectTimeout(Duration.ofMillis(150))
            .dns(
                name -> {
                  lookups.getAndIncrement();
                  LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)); // a slow resolver
                  throw new UnknownHostException(name);
                })
            .build();
    try (LoadBalancer cluster = Clusters.inTurn("http://n{1...9}.invalid:9000").build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, plain);
      assertThatThrownBy(() -> client.newCall(request("GET")).execute())
          .isInstanceOf(UnknownHostException.class);
      assertThat(lookups.get()).isBetween(1, 8); // of nine
    }
  }

  @Test
  void aReadGoesOnAfterItWasSent() throws IOException {
    try (FaultServer bad = new FaultServer(FaultServer.Connection::readRequest);
        LoadBalancer cluster = Clusters.inTurn(bad.url(), good.url()).build()) {
      assertOk(LoadBalancedOkHttp.wrap(cluster, new OkHttpClient()), "GET");
      assertThat(bad.requests()).hasSize(1);
      assertThat(Clusters.node(cluster, bad.url()).faults()).isEqualTo(1);
      Clusters.assertIdle(cluster);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE"})
  void aWriteIsNotRepeatedAfterItWasSent(String method) throws IOException {
    try (FaultServer bad = new FaultServer(FaultServer.Connection::readRequest);
        LoadBalancer cluster = Clusters.inTurn(bad.url(), good.url()).build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
      assertThatThrownBy(() -> client.newCall(request(method)).execute())
          .isInstanceOf(IOException.class);
      assertThat(bad.requests()).hasSize(1);
      assertThat(good.requests()).isEmpty();
      assertThat(Clusters.node(cluster, bad.url()).faults()).isEqualTo(1);
      Clusters.assertIdle(cluster);
    }
  }

  @Test
  void aPostIsNotRepeatedOverAStaleConnection() throws IOException {
    try (FaultServer server =
            new FaultServer(
                connection -> {
                  connection.readRequest();
                  connection.write(FaultServer.OK);
                  connection.readRequest();
                });
        LoadBalancer cluster = Clusters.inTurn(server.url()).build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
      assertOk(client, "GET");
      assertThatThrownBy(() -> client.newCall(request("POST")).execute())
          .isInstanceOf(IOException.class);
      assertThat(server.requests()).hasSize(2);
    }
  }
}
