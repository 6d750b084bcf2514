package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Connection;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Two nodes that speak HTTP/2, the first one with whims. Every test starts at the first node. */
@Timeout(60)
abstract class OnHttp2 {
  static final int REFUSED_STREAM = 7;
  static final int INTERNAL_ERROR = 2;

  final CountDownLatch released = new CountDownLatch(1);
  final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  final List<MockWebServer> servers = new ArrayList<>();
  volatile SocketEffect effect; // of the first node's next answers
  LoadBalancer cluster;
  OkHttpClient balanced;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 2; i++) {
      MockWebServer server = new MockWebServer();
      server.setProtocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
      server.setDispatcher(dispatcher("n" + i, i == 0));
      server.start(InetAddress.getLoopbackAddress(), 0);
      servers.add(server);
    }
    cluster = Clusters.inTurn(url(0), url(1)).build();
  }

  @AfterEach
  void stop() {
    released.countDown();
    try {
      Clusters.awaitNothingLeft(cluster, balanced);
    } finally {
      cluster.close();
      servers.forEach(MockWebServer::close);
    }
  }

  String url(int i) {
    return "http://127.0.0.1:" + servers.get(i).getPort();
  }

  /** By path; only the first node has its whims. */
  Dispatcher dispatcher(String name, boolean isWhimsical) {
    return new Dispatcher() {
      @Override
      public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
        MockResponse.Builder ok = new MockResponse.Builder().body(name);
        if (isWhimsical) {
          switch (request.getUrl().encodedPath()) {
            case "/wait" -> released.await(30, TimeUnit.SECONDS);
            case "/large" -> ok.body("x".repeat(1_000_000));
            default -> {}
          }
        }
        return ok.build();
      }

      @Override
      public MockResponse peek() {
        MockResponse.Builder next = new MockResponse.Builder();
        return isWhimsical && effect != null ? next.onResponseStart(effect).build() : next.build();
      }
    };
  }

  OkHttpClient client(boolean resends) {
    OkHttpClient plain =
        new OkHttpClient.Builder()
            .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
            .retryOnConnectionFailure(resends)
            .addNetworkInterceptor(
                chain -> {
                  connections.add(chain.connection());
                  return chain.proceed(chain.request());
                })
            .build();
    plain.dispatcher().setMaxRequestsPerHost(64);
    balanced = LoadBalancedOkHttp.wrap(cluster, plain);
    return balanced;
  }

  static Request to(String path, String method) {
    return request(method).newBuilder().url(Clusters.LOGICAL + path).build();
  }

  static String get(OkHttpClient client, String path) throws IOException {
    return send(client, to(path, "GET"));
  }

  static String send(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      assertThat(response.protocol()).isEqualTo(Protocol.H2_PRIOR_KNOWLEDGE);
      return response.body().string();
    }
  }

  long faults(int node) {
    return Clusters.node(cluster, url(node)).faults();
  }

  /** The first node answers these when they are let go, all over one connection. */
  List<CompletableFuture<byte[]>> waiting(OkHttpClient client, String method, int count) {
    List<CompletableFuture<byte[]>> waiting = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      waiting.add(Clusters.enqueue(client.newCall(to("/wait", method))));
      int asked = i + 1;
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> Clusters.node(cluster, url(0)).inFlight() == asked);
      if (i + 1 < count) {
        toSecond(client);
      }
    }
    await().atMost(Duration.ofSeconds(10)).until(() -> servers.get(0).getRequestCount() == count);
    return waiting;
  }

  /** Takes the second node's turn. */
  static void toSecond(OkHttpClient client) {
    try {
      assertThat(get(client, "/k")).isEqualTo("n1");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
