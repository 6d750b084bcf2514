package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.assertOk;
import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.RetryBudget;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Dns;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** No node is given up for the others' slowness; what bounds a walk is the call's timeout. */
  @Test
  void connectingEndsWithTheCallsTimeout() throws Exception {
    AtomicInteger lookups = new AtomicInteger();
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .connectTimeout(Duration.ofMillis(150))
            .dns(
                name -> {
                  if (!name.endsWith("invalid")) {
                    return Dns.SYSTEM.lookup(name);
                  }
                  lookups.getAndIncrement();
                  LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100)); // a slow resolver
                  throw new UnknownHostException(name);
                })
            .build();
    try (LoadBalancer cluster =
        Clusters.inTurn("http://n{1...9}.invalid:9000", good.url()).build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, plain);
      assertOk(client, "POST");
      assertThat(lookups).hasValue(9);
      cluster.update(NodeSet.parse("http://m{1...9}.invalid:9000"));
      OkHttpClient hasty = client.newBuilder().callTimeout(Duration.ofMillis(250)).build();
      assertThatThrownBy(() -> hasty.newCall(request("GET")).execute())
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(NoNodeAvailableException.class);
      assertThat(lookups.get() - 9).isBetween(1, 8); // of nine
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

  @ParameterizedTest
  @ValueSource(strings = {"PUT", "DELETE", "POST"})
  void aWriteThatMayBeRepeatedIs(String method) throws IOException {
    try (FaultServer bad = new FaultServer(FaultServer.Connection::readRequest);
        LoadBalancer cluster = Clusters.inTurn(bad.url(), good.url()).build()) {
      OkHttpClient client =
          LoadBalancedOkHttp.builder(cluster).repeatable(any -> true).wrap(new OkHttpClient());
      assertOk(client, method);
      assertThat(good.requests()).hasSize(1);
      if (method.startsWith("P")) {
        assertThat(good.requests().get(0)).endsWith("\r\n\r\n0123456789");
      }
      assertThat(Clusters.node(cluster, bad.url()).faults()).isEqualTo(1);
      Clusters.assertIdle(cluster);
    }
  }

  @Test
  void aBodyThatCanBeReadOnceIsNotSentTwice() throws IOException {
    RequestBody once =
        new RequestBody() {
          @Override
          public MediaType contentType() {
            return null;
          }

          @Override
          public boolean isOneShot() {
            return true;
          }

          @Override
          public void writeTo(BufferedSink sink) throws IOException {
            sink.writeUtf8("once");
          }
        };
    try (FaultServer bad =
            new FaultServer(
                connection -> {
                  connection.readRequest();
                  connection.write("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
                });
        LoadBalancer cluster = Clusters.inTurn(bad.url(), good.url()).build()) {
      OkHttpClient client =
          LoadBalancedOkHttp.builder(cluster).repeatable(any -> true).wrap(new OkHttpClient());
      Request request = request("PUT").newBuilder().put(once).build();
      try (Response response = client.newCall(request).execute()) {
        assertThat(response.code()).isEqualTo(500);
      }
      assertThat(good.requests()).isEmpty();
    }
  }

  /** What OkHttp sends again by itself: the second answer, if there is one. */
  @ParameterizedTest
  @CsvSource({
    "GET, , true", "PUT, , true", "DELETE, , true", "POST, , false",
    "PUT, reads, false", "DELETE, reads, false", "PUT, s3, true", "POST, all, true",
    "GET, none, false",
  })
  void whatMayBeRepeatedIsOverAStaleConnection(String method, String said, boolean repeated)
      throws IOException {
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
      Request.Builder request = request(method).newBuilder().url(Clusters.LOGICAL + "/b/k");
      if (said != null) {
        request.tag(
            RepeatableRequests.class,
            switch (said) {
              case "reads" -> RepeatableRequests.reads();
              case "s3" -> RepeatableRequests.s3();
              default -> any -> said.equals("all");
            });
      }
      if (repeated) {
        client.newCall(request.build()).execute().close();
      } else {
        assertThatThrownBy(() -> client.newCall(request.build()).execute())
            .isInstanceOf(IOException.class);
      }
      assertThat(server.requests()).hasSize(repeated ? 3 : 2);
    }
  }

  /** Silence costs a node time each time; a connection that broke does not. */
  @Test
  void movesAfterSilenceAskTheBudgetOnceAllHaveFailed() throws IOException {
    OkHttpClient plain = new OkHttpClient.Builder().readTimeout(Duration.ofMillis(150)).build();
    try (FaultServer one = FaultServer.hung();
        FaultServer two = FaultServer.hung();
        FaultServer three = FaultServer.hung();
        LoadBalancer cluster =
            Clusters.inTurn(one.url(), two.url(), three.url())
                .retryBudget(RetryBudget.builder().share(0).perSecond(0).build())
                .build()) {
      OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, plain);
      assertThatThrownBy(() -> client.newCall(request("GET")).execute())
          .isInstanceOf(IOException.class);
      assertThat(cluster.snapshot().attempts()).isEqualTo(3);
      assertThatThrownBy(() -> client.newCall(request("GET")).execute())
          .isInstanceOf(IOException.class);
      assertThat(cluster.snapshot().attempts()).isEqualTo(4);
      Clusters.awaitNothingLeft(cluster, client);
    }
  }
}
