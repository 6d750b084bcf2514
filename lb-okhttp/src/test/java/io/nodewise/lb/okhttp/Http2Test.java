package io.nodewise.lb.okhttp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.node.NodeState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mockwebserver3.SocketEffect;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.junit.jupiter.api.Test;

/** Many requests over one connection to each node, and what it means that one breaks. */
class Http2Test extends OnHttp2 {
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

  @Test
  void aConnectionThatBreaksIsOneFaultAndReadsGoOn() throws Exception {
    OkHttpClient client = client(false);
    List<CompletableFuture<byte[]>> reads = waiting(client, "GET", 12);
    toSecond(client);
    effect = new SocketEffect.CloseSocket();
    assertThat(get(client, "/break")).isEqualTo("n1");
    for (CompletableFuture<byte[]> read : reads) {
      assertThat(new String(read.get(10, TimeUnit.SECONDS), UTF_8)).isEqualTo("n1");
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
  void aNodeThatDiesIsLeft() throws Exception {
    OkHttpClient client = client(true);
    List<CompletableFuture<byte[]>> reads = waiting(client, "GET", 5);
    CompletableFuture<Void> closed = CompletableFuture.runAsync(servers.get(0)::close);
    for (CompletableFuture<byte[]> read : reads) {
      assertThat(new String(read.get(10, TimeUnit.SECONDS), UTF_8)).isEqualTo("n1");
    }
    released.countDown();
    closed.get(10, TimeUnit.SECONDS);
    assertThat(get(client, "/k")).isEqualTo("n1");
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
}
