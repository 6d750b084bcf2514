package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.assertOk;
import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A node that takes requests and does not answer. */
@Timeout(30)
class HungNodeTest {
  private static final Timeouts SHORT =
      Timeouts.builder()
          .suspicion(Duration.ofMillis(100))
          .firstByte(Duration.ofMillis(300))
          .build();

  private FaultServer good;

  @BeforeEach
  void start() throws IOException {
    good = FaultServer.good();
  }

  @AfterEach
  void stop() throws IOException {
    good.close();
  }

  @Test
  void aReadLeavesANodeThatDoesNotAnswer() throws IOException {
    try (FaultServer hung = FaultServer.hung();
        LoadBalancer cluster = Clusters.inTurn(hung.url(), good.url()).timeouts(SHORT).build()) {
      OkHttpClient client =
          LoadBalancedOkHttp.wrap(
              cluster, new OkHttpClient.Builder().readTimeout(Duration.ZERO).build());
      assertOk(client, "GET");
      assertThat(Clusters.node(cluster, hung.url()).faults()).isEqualTo(1);
      Clusters.assertIdle(cluster);
    }
  }

  @Test
  void aWriteFailsAtANodeThatDoesNotAnswerAndNamesIt() throws IOException {
    try (FaultServer hung = FaultServer.hung();
        LoadBalancer cluster = Clusters.inTurn(hung.url(), good.url()).timeouts(SHORT).build()) {
      OkHttpClient client =
          LoadBalancedOkHttp.wrap(
              cluster, new OkHttpClient.Builder().readTimeout(Duration.ZERO).build());
      assertThatThrownBy(() -> client.newCall(request("PUT")).execute())
          .isInstanceOf(IOException.class)
          .hasMessage(hung.authority() + ": did not answer for 300 ms");
      assertThat(good.requests()).isEmpty();
      Clusters.assertIdle(cluster);
    }
  }

  @Test
  void aRequestMayHaveClocksOfItsOwn() throws IOException {
    try (FaultServer hung = FaultServer.hung();
        LoadBalancer cluster = Clusters.inTurn(hung.url(), good.url()).build()) {
      OkHttpClient client =
          LoadBalancedOkHttp.wrap(
              cluster, new OkHttpClient.Builder().readTimeout(Duration.ZERO).build());
      Request hasty = request("GET").newBuilder().tag(Timeouts.class, SHORT).build();
      long began = System.nanoTime();
      try (Response response = client.newCall(hasty).execute()) {
        assertThat(response.body().string()).isNotEmpty();
        assertThat(response.request().tag(Timeouts.class)).isSameAs(SHORT);
      }
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
      assertThat(Clusters.node(cluster, hung.url()).faults()).isEqualTo(1);
    }
  }

  @Test
  void aNodeFoundToHangIsLeftAtOnce() throws IOException {
    HealthCheck check =
        HealthCheck.http("/health").toBuilder()
            .interval(Duration.ofSeconds(20))
            .fastInterval(Duration.ofSeconds(10))
            .timeout(Duration.ofMillis(300))
            .build();
    try (FaultServer hung = FaultServer.hung();
        LoadBalancer cluster = Clusters.inTurn(hung.url(), good.url()).healthCheck(check).build()) {
      OkHttpClient client =
          LoadBalancedOkHttp.wrap(
              cluster, new OkHttpClient.Builder().readTimeout(Duration.ZERO).build());
      long began = System.nanoTime();
      assertOk(client, "GET");
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(4));
      assertThat(Clusters.node(cluster, hung.url()).state()).isEqualTo(NodeState.DOWN);
    }
  }
}
