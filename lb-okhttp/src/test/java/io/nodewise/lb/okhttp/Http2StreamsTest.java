package io.nodewise.lb.okhttp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mockwebserver3.SocketEffect;
import okhttp3.Call;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

/** What happens to one stream says nothing about the others of its connection. */
class Http2StreamsTest extends OnHttp2 {
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
    assertThat(new String(patient.get(0).get(10, TimeUnit.SECONDS), UTF_8)).isEqualTo("n0");
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
    assertThat(new String(reads.get(0).get(10, TimeUnit.SECONDS), UTF_8)).isEqualTo("n0");
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
    // Not answered: of an answer that comes when the headers have "failed" OkHttp takes the
    // connection to be in use until the call is collected.
    Request delete = to("/wait", "DELETE").newBuilder().tag(Timeouts.class, hasty).build();
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
