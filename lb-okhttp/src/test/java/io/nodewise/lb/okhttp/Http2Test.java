package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
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
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many requests over one connection to each node. Every test starts at the first node. */
@Timeout(60)
class Http2Test {
  private static final int REFUSED_STREAM = 7;
  private static final int INTERNAL_ERROR = 2;

  private final CountDownLatch released = new CountDownLatch(1);
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final List<MockWebServer> servers = new ArrayList<>();
  private volatile SocketEffect effect; // of the first node's next answers
  private LoadBalancer cluster;
  private OkHttpClient balanced;

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
    Clusters.awaitNothingLeft(cluster, balanced);
    cluster.close();
    servers.forEach(MockWebServer::close);
  }

  private String url(int i) {
    return "http://127.0.0.1:" + servers.get(i).getPort();
  }

  /** By path; only the first node has its whims. */
  private Dispatcher dispatcher(String name, boolean isWhimsical) {
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

  private OkHttpClient client(boolean resends) {
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

  private static Request to(String path, String method) {
    return request(method).newBuilder().url(Clusters.LOGICAL + path).build();
  }

  private static String get(OkHttpClient client, String path) throws IOException {
    return send(client, to(path, "GET"));
  }

  private static String send(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      assertThat(response.protocol()).isEqualTo(Protocol.H2_PRIOR_KNOWLEDGE);
      return response.body().string();
    }
  }

  private long faults(int node) {
    return Clusters.node(cluster, url(node)).faults();
  }

  @Test
  void requestsAreBalancedAndEachNodeHasOneConnection() throws IOException {
    OkHttpClient client = client(true);
    for (int i = 0; i < 10; i++) {
      assertThat(get(client, "/k")).isEqualTo("n" + i % 2);
    }
    assertThat(connections).hasSize(2);
    assertThat(servers.get(0).getRequestCount()).isEqualTo(5);
    Clusters.assertIdle(cluster);
  }

  /** The first node answers these when they are let go, all over one connection. */
  private List<CompletableFuture<byte[]>> waiting(OkHttpClient client, String method, int count) {
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
  private static void toSecond(OkHttpClient client) {
    try {
      assertThat(get(client, "/k")).isEqualTo("n1");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aConnectionThatBreaksIsOneFaultAndReadsGoOn() throws Exception {
    OkHttpClient client = client(false);
    List<CompletableFuture<byte[]>> reads = waiting(client, "GET", 12);
    toSecond(client);
    effect = new SocketEffect.CloseSocket();
    assertThat(get(client, "/break")).isEqualTo("n1");
    for (CompletableFuture<byte[]> read : reads) {
      assertThat(new String(read.get(10, TimeUnit.SECONDS))).isEqualTo("n1");
    }
    assertThat(faults(0)).isEqualTo(1);
    assertThat(Clusters.node(cluster, url(0)).state()).isEqualTo(NodeState.UNKNOWN);
    Clusters.awaitIdle(cluster);
  }

  @Test
  void aConnectionThatBreaksUnderWritesIsOneFaultToo() throws Exception {
    OkHttpClient client = client(false);
    List<CompletableFuture<byte[]>> writes = waiting(client, "POST", 8);
    toSecond(client);
    effect = new SocketEffect.CloseSocket();
    assertThatThrownBy(() -> send(client, to("/break", "POST"))).isInstanceOf(IOException.class);
    for (CompletableFuture<byte[]> write : writes) {
      assertThat(write).failsWithin(Duration.ofSeconds(10));
    }
    assertThat(faults(0)).isEqualTo(1);
  }

  @Test
  void whatTheNodeDoesToOneStreamIsChargedEachTime() throws Exception {
    OkHttpClient client = client(false);
    effect = new SocketEffect.CloseStream(INTERNAL_ERROR);
    for (int i = 1; i <= 3; i++) {
      assertThat(get(client, "/reset")).isEqualTo("n1");
      assertThat(faults(0)).isEqualTo(i);
    }
  }

  @Test
  void aStreamThatIsRefusedWasNotSeenSoEveryRequestGoesOn() throws Exception {
    OkHttpClient client = client(true);
    effect = new SocketEffect.CloseStream(REFUSED_STREAM);
    assertThat(send(client, to("/refuse", "POST"))).isEqualTo("n1");
    assertThat(faults(0)).isZero();
    assertThat(Clusters.node(cluster, url(0)).loads()).isEqualTo(1);
  }

  @Test
  void aNodeThatDiesIsLeft() throws Exception {
    OkHttpClient client = client(true);
    List<CompletableFuture<byte[]>> reads = waiting(client, "GET", 5);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(servers.get(0)::close);
    for (CompletableFuture<byte[]> read : reads) {
      assertThat(new String(read.get(10, TimeUnit.SECONDS))).isEqualTo("n1");
    }
    released.countDown();
    closed.get(10, TimeUnit.SECONDS);
    assertThat(get(client, "/k")).isEqualTo("n1");
  }

  @Test
  void aStreamThatIsSilentIsLeftAndTheOthersGoOn() throws Exception {
    OkHttpClient client = client(true);
    List<CompletableFuture<byte[]>> patient = waiting(client, "GET", 1);
    toSecond(client);
    Timeouts hasty =
        Timeouts.builder()
            .suspicion(Duration.ofMillis(100))
            .firstByte(Duration.ofMillis(300))
            .build();
    Request silent = to("/wait", "GET").newBuilder().tag(Timeouts.class, hasty).build();
    assertThat(send(client, silent)).isEqualTo("n1");
    assertThat(faults(0)).isEqualTo(1);
    released.countDown();
    assertThat(new String(patient.get(0).get(10, TimeUnit.SECONDS))).isEqualTo("n0");
    assertThat(connections).hasSize(2);
  }

  @Test
  void whoGivesUpLeavesTheConnectionToTheOthers() throws Exception {
    OkHttpClient client = client(true);
    List<CompletableFuture<byte[]>> reads = waiting(client, "GET", 1);
    toSecond(client);
    Call given = client.newCall(to("/wait", "GET"));
    CompletableFuture<byte[]> up = Clusters.enqueue(given);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> Clusters.node(cluster, url(0)).inFlight() == 2);
    given.cancel();
    assertThat(up).failsWithin(Duration.ofSeconds(10));
    released.countDown();
    assertThat(new String(reads.get(0).get(10, TimeUnit.SECONDS))).isEqualTo("n0");
    assertThat(connections).hasSize(2);
    assertThat(faults(0)).isZero();
  }

  @Test
  void aBodyThatIsClosedEarlyIsCountedOut() throws IOException {
    OkHttpClient client = client(true);
    Response response = client.newCall(to("/large", "GET")).execute();
    assertThat(response.body().source().readByteArray(10)).hasSize(10);
    assertThat(cluster.snapshot().inFlight()).isEqualTo(1);
    response.close();
    Clusters.assertIdle(cluster);
    assertThat(faults(0)).isZero();
  }

  @Test
  void whereNoNodeIsLeftARefusedStreamAsksForNoRetry() throws IOException {
    cluster.close();
    cluster =
        Clusters.inTurn(url(0))
            .retryBudget(RetryBudget.builder().share(0).perSecond(0).build())
            .build();
    OkHttpClient client = client(true);
    effect = new SocketEffect.CloseStream(REFUSED_STREAM);
    assertThatThrownBy(() -> send(client, to("/refuse", "POST"))).isInstanceOf(IOException.class);
    assertThat(cluster.snapshot().deniedRetries()).isZero();
  }

  /** A server that takes requests and answers nothing, no ping either. */
  @Test
  void aPingWithoutAnswerIsOneFaultToo() throws Exception {
    String settings = "\0\0\0\4\0\0\0\0\0";
    try (FaultServer mute =
        new FaultServer(
            connection -> {
              connection.write(settings);
              connection.hang();
            })) {
      cluster.close();
      cluster = Clusters.inTurn(mute.url()).build();
      OkHttpClient plain =
          new OkHttpClient.Builder()
              .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
              .pingInterval(Duration.ofMillis(700))
              .build();
      balanced = LoadBalancedOkHttp.wrap(cluster, plain);
      List<CompletableFuture<byte[]>> writes = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        writes.add(Clusters.enqueue(balanced.newCall(to("/k", "POST"))));
        await().until(() -> Clusters.clients(balanced).busyConnections() == 1);
      }
      for (CompletableFuture<byte[]> write : writes) {
        assertThat(write).failsWithin(Duration.ofSeconds(10));
      }
      assertThat(mute.connections()).isEqualTo(1);
      assertThat(Clusters.node(cluster, mute.url()).faults()).isEqualTo(1);
    }
  }

  /** The stream's headers are sent, and only then is it seen that the attempt was given up. */
  @Test
  void aDeleteThatWasGivenUpWhileItsHeadersWereSentIsNotSentTwice() throws Exception {
    Timeouts hasty =
        Timeouts.builder()
            .suspicion(Duration.ofMillis(100))
            .firstByte(Duration.ofMillis(300))
            .build();
    EventListener untilGivenUp =
        new EventListener() {
          @Override
          public void requestHeadersStart(Call call) {
            await().atMost(Duration.ofSeconds(10)).until(() -> call.isCanceled());
          }
        };
    balanced =
        LoadBalancedOkHttp.wrap(
            cluster,
            new OkHttpClient.Builder()
                .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .eventListener(untilGivenUp)
                .build());
    Request delete = to("/k", "DELETE").newBuilder().tag(Timeouts.class, hasty).build();
    assertThatThrownBy(() -> send(balanced, delete)).isInstanceOf(IOException.class);
    assertThat(servers.get(1).getRequestCount()).isZero();
  }

  @Test
  void theLoserOfAHedgeGivesUpItsStreamOnly() throws Exception {
    cluster.close();
    cluster =
        Clusters.inTurn(url(0), url(1))
            .hedging(
                Hedging.builder()
                    .share(0.5)
                    .leastDelay(Duration.ofMillis(30))
                    .leastSamples(10)
                    .burst(1000)
                    .build())
            .build();
    OkHttpClient client = client(true);
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              for (int i = 0; i < 30; i++) {
                get(client, "/k");
              }
              return !cluster.snapshot().hedges().delay().isZero();
            });
    while (!get(client, "/k").equals("n1")) {
      // The next one goes to the first node.
    }
    long won = cluster.snapshot().hedges().won();
    assertThat(get(client, "/wait")).isEqualTo("n1");
    assertThat(cluster.snapshot().hedges().won()).isEqualTo(won + 1);
    Clusters.assertIdle(cluster);
    released.countDown();
    for (int i = 0; i < 4; i++) {
      get(client, "/k");
    }
    assertThat(connections).hasSize(2);
    assertThat(faults(0)).isZero();
  }
}
