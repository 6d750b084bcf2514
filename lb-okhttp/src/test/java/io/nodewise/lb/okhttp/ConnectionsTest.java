package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which connections are kept, let go and excused. */
@Timeout(60)
class ConnectionsTest {
  private static final String ERROR = "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno";

  private final List<FaultServer> servers = new ArrayList<>();
  private volatile boolean breaks;
  private volatile boolean fails; // the first node
  private volatile boolean isSilent; // the same
  private LoadBalancer cluster;
  private OkHttpClient client;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 2; i++) {
      boolean isFirst = i == 0;
      servers.add(
          new FaultServer(
              connection -> {
                while (connection.readRequest() != null && !breaks) {
                  if (isFirst && isSilent) {
                    connection.hang();
                  }
                  connection.write(isFirst && fails ? ERROR : FaultServer.OK);
                }
              }));
    }
    cluster = Clusters.inTurn(servers.get(0).url(), servers.get(1).url()).build();
    OkHttpClient plain = new OkHttpClient.Builder().retryOnConnectionFailure(false).build();
    plain.dispatcher().setMaxRequestsPerHost(64);
    client = LoadBalancedOkHttp.wrap(cluster, plain);
  }

  @AfterEach
  void stop() throws IOException {
    Clusters.awaitNothingLeft(cluster, client);
    cluster.close();
    for (FaultServer server : servers) {
      server.close();
    }
  }

  private void get() throws IOException {
    Clusters.assertOk(client, "GET");
  }

  /** So many connections, half of them to each node. */
  private void open(int count) throws Exception {
    List<CompletableFuture<Response>> heads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      heads.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.newCall(request("GET")).execute();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              }));
    }
    for (CompletableFuture<Response> head : heads) {
      head.get(10, TimeUnit.SECONDS);
    }
    assertThat(cluster.snapshot().inFlight()).isEqualTo(count);
    for (CompletableFuture<Response> head : heads) {
      head.get().body().string();
    }
  }

  @Test
  void moreAreKeptThanOkHttpsFive() throws Exception {
    open(20);
    assertThat(Clusters.clients(client).connections()).isEqualTo(20);
    open(20);
    assertThat(servers.get(0).connections()).isEqualTo(10);
  }

  @Test
  void thoseOfARemovedNodeAreLetGo() throws Exception {
    open(8);
    cluster.update(NodeSet.parse(servers.get(1).url()));
    get();
    await().atMost(Duration.ofSeconds(2)).until(() -> servers.get(0).openConnections() == 0);
    assertThat(servers.get(1).openConnections()).isPositive();
  }

  @Test
  void aBusyOneOfARemovedNodeCountsUntilItEnds() throws Exception {
    try (Response response = client.newCall(request("GET")).execute()) {
      cluster.update(NodeSet.parse(servers.get(1).url()));
      get();
      assertThat(Clusters.clients(client).busyConnections()).isEqualTo(1);
      assertThat(Clusters.clients(client).connections()).isEqualTo(2);
      assertThat(response.body().string()).isEqualTo("ok");
    }
    assertThat(Clusters.clients(client).busyConnections()).isZero();
    await().atMost(Duration.ofSeconds(12)).until(() -> servers.get(0).openConnections() == 0);
    await()
        .atMost(Duration.ofSeconds(12))
        .until(() -> Clusters.clients(client).connections() <= servers.get(1).openConnections());
  }

  /** Its connections are not used, and end as idle ones do. */
  @Test
  void thoseOfAnEjectedNodeAreLetGo() throws Exception {
    open(8);
    fails = true;
    NodeState state = NodeState.UP;
    for (int i = 0; i < 100 && state != NodeState.EJECTED; i++) {
      get();
      state = Clusters.node(cluster, servers.get(0).url()).state();
    }
    assertThat(state).isEqualTo(NodeState.EJECTED);
    assertThat(servers.get(0).openConnections()).isPositive();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              get(); // by the one that is well
              return servers.get(0).openConnections() == 0;
            });
    assertThat(servers.get(1).openConnections()).isPositive();
  }

  /** What is idle to a node that hangs would only be the next one to hang: all at once. */
  @Test
  void thoseOfANodeThatHangsAreLetGo() throws Exception {
    open(8);
    isSilent = true;
    Timeouts hasty =
        Timeouts.builder()
            .suspicion(Duration.ofMillis(100))
            .firstByte(Duration.ofMillis(300))
            .build();
    int open = servers.get(0).openConnections();
    assertThat(open).isEqualTo(4);
    client
        .newCall(request("GET").newBuilder().tag(Timeouts.class, hasty).build())
        .execute()
        .close();
    assertThat(faults(0)).isEqualTo(1);
    // The one that hung is the server's to notice; of the others the client's pool knows at once.
    assertThat(Clusters.clients(client).connections()).isLessThanOrEqualTo(4);
  }

  @Test
  void idleOnesEndByThemselves() throws Exception {
    open(4);
    await()
        .atMost(Duration.ofSeconds(12))
        .until(() -> servers.get(0).openConnections() + servers.get(1).openConnections() == 0);
  }

  private long faults(int node) {
    return Clusters.node(cluster, servers.get(node).url()).faults();
  }

  private void postFails() {
    assertThatThrownBy(() -> client.newCall(request("POST")).execute())
        .isInstanceOf(IOException.class);
  }

  /** A restart of the node: what was pooled is stale, and a POST must not be sent again. */
  @Test
  void pooledConnectionsThatBreakAtOnceAreExcused() throws Exception {
    open(8);
    breaks = true;
    for (int i = 0; i < 8; i++) {
      postFails();
    }
    assertThat(cluster.snapshot().nodes()).extracting(NodeSnapshot::faults).containsOnly(0L);
    postFails(); // over a new connection
    assertThat(faults(0) + faults(1)).isEqualTo(1);
  }

  @Test
  void anAnswerIsNoExcuseForTheNextConnection() throws Exception {
    for (int i = 0; i < 6; i++) {
      breaks = true;
      postFails();
      breaks = false;
    }
    assertThat(faults(0) + faults(1)).isEqualTo(6);
  }
}
