package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.retry.RetryBudget;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers that say that another node may do better. Every test starts at the first node. */
@Timeout(30)
class ErrorAnswerTest {
  private final List<FaultServer> servers = new ArrayList<>();
  private LoadBalancer cluster;
  private OkHttpClient balanced;

  @AfterEach
  void stop() throws IOException {
    Clusters.assertIdle(cluster);
    Clusters.awaitNothingLeft(cluster, balanced);
    cluster.close();
    for (FaultServer server : servers) {
      server.close();
    }
  }

  /** One that gives this status, and its number for a body. */
  private FaultServer answering(int status) throws IOException {
    String body = "node " + servers.size();
    FaultServer server =
        new FaultServer(
            connection -> {
              while (connection.readRequest() != null) {
                connection.write(
                    String.format(
                        Locale.ROOT,
                        "HTTP/1.1 %d Said\r\nContent-Length: %d\r\n\r\n%s",
                        status,
                        body.length(),
                        body));
              }
            });
    servers.add(server);
    return server;
  }

  private OkHttpClient start(LoadBalancerBuilder builder) {
    cluster = builder.build();
    balanced = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
    return balanced;
  }

  private OkHttpClient nodes(int... statuses) throws IOException {
    for (int status : statuses) {
      answering(status);
    }
    return start(Clusters.inTurn(urls()));
  }

  private String[] urls() {
    return servers.stream().map(FaultServer::url).toArray(String[]::new);
  }

  private static String answer(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      return response.code() + " " + response.body().string();
    }
  }

  private List<Integer> asked() {
    return servers.stream().map(server -> server.requests().size()).toList();
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 503, 504, 429, 599})
  void aReadGoesOnAtAnotherNode(int status) throws IOException {
    OkHttpClient client = nodes(status, 200);
    assertThat(answer(client, request("GET"))).isEqualTo("200 node 1");
    NodeSnapshot bad = Clusters.node(cluster, servers.get(0).url());
    assertThat(bad.faults() + bad.loads()).isEqualTo(1);
    assertThat(bad.loads()).isEqualTo(status == 503 || status == 429 ? 1 : 0);
    assertThat(cluster.snapshot().failovers()).isEqualTo(1);
  }

  @Test
  void anEnqueuedReadGoesOnToo() throws IOException {
    OkHttpClient client = nodes(500, 200);
    assertThat(Clusters.enqueue(client.newCall(request("GET"))))
        .succeedsWithin(Duration.ofSeconds(10))
        .isEqualTo("node 1".getBytes(UTF_8));
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 301, 400, 401, 403, 404, 409, 412, 416, 501, 505, 507})
  void allOtherAnswersAreTheCallersToHear(int status) throws IOException {
    OkHttpClient client = nodes(status, 200);
    assertThat(answer(client, request("GET"))).isEqualTo(status + " node 0");
    assertThat(asked()).containsExactly(1, 0);
  }

  @ParameterizedTest
  @CsvSource({"POST, 500", "PUT, 500", "DELETE, 502", "PUT, 503", "POST, 429"})
  void theAnswerToAWriteIsTheCallersToHear(String method, int status) throws IOException {
    OkHttpClient client = nodes(status, 200);
    assertThat(answer(client, request(method))).isEqualTo(status + " node 0");
    assertThat(asked()).containsExactly(1, 0);
  }

  @Test
  void aWriteThatMayBeRepeatedGoesOn() throws IOException {
    nodes(500, 200);
    balanced =
        LoadBalancedOkHttp.builder(cluster)
            .repeatable(RepeatableRequests.idempotent())
            .wrap(new OkHttpClient());
    assertThat(answer(balanced, request("PUT"))).isEqualTo("200 node 1");
    assertThat(servers.get(1).requests().get(0)).endsWith("0123456789");
  }

  @Test
  void whereAllFailTheLastAnswerIsTheCallers() throws IOException {
    OkHttpClient client = nodes(500, 503, 502);
    assertThat(answer(client, request("GET"))).isEqualTo("502 node 2");
    assertThat(asked()).containsExactly(1, 1, 1);
  }

  @Test
  void anAnswerIsWorthMoreThanAnException() throws IOException {
    answering(500);
    servers.add(new FaultServer(FaultServer.Connection::readRequest)); // hangs up
    OkHttpClient client =
        start(Clusters.inTurn(servers.get(0).url(), servers.get(1).url(), Clusters.dead()));
    assertThat(answer(client, request("GET"))).isEqualTo("500 node 0");
    assertThat(cluster.snapshot().attempts()).isEqualTo(3);
  }

  @Test
  void anAnswerThatWasKeptIsNotWhatACancelledCallGets() throws IOException {
    answering(500);
    servers.add(FaultServer.hung());
    OkHttpClient plain = new OkHttpClient.Builder().callTimeout(Duration.ofMillis(300)).build();
    cluster = Clusters.inTurn(urls()).build();
    balanced = LoadBalancedOkHttp.wrap(cluster, plain);
    assertThatThrownBy(() -> balanced.newCall(request("GET")).execute()).hasMessage("timeout");
  }

  @Test
  void thereAreFewMoves() throws IOException {
    OkHttpClient client = nodes(500, 500, 500, 500, 500, 500, 500);
    assertThat(answer(client, request("GET"))).isEqualTo("500 node 3");
    assertThat(asked()).containsExactly(1, 1, 1, 1, 0, 0, 0);
  }

  @Test
  void anOverloadIsNotRetriedAway() throws IOException {
    for (int i = 0; i < 3; i++) {
      answering(503);
    }
    OkHttpClient client =
        start(
            Clusters.inTurn(urls())
                .retryBudget(RetryBudget.builder().share(0).perSecond(0).build()));
    for (int i = 0; i < 20; i++) {
      assertThat(answer(client, request("GET"))).startsWith("503");
    }
    // As long as some node had not asked for less; then each is asked once.
    assertThat(cluster.snapshot().attempts()).isBetween(20L, 25L);
    assertThat(cluster.snapshot().deniedRetries()).isPositive();
  }

  @Test
  void whatARequestSaysOfItselfWins() throws IOException {
    OkHttpClient client = nodes(500, 200);
    Request never =
        request("GET").newBuilder().tag(RepeatableRequests.class, request -> false).build();
    assertThat(answer(client, never)).isEqualTo("500 node 0");
    Request always =
        request("POST").newBuilder().tag(RepeatableRequests.class, request -> true).build();
    servers.get(1).requests().clear();
    assertThat(answer(client, always)).isEqualTo("200 node 1");
    assertThat(servers.get(1).requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST"})
  void aPauseOfNothingDoesNotMakeOkHttpAskTheSameNodeAgain(String method) throws IOException {
    servers.add(
        new FaultServer(
            connection -> {
              while (connection.readRequest() != null) {
                connection.write(
                    "HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 2\r\n\r\nno");
              }
            }));
    OkHttpClient client = start(Clusters.inTurn(urls()));
    try (Response response = client.newCall(request(method)).execute()) {
      assertThat(response.code()).isEqualTo(503);
      assertThat(response.header("Retry-After")).isEqualTo("0");
      assertThat(response.networkResponse().header("Retry-After")).isEqualTo("0");
      assertThat(response.headers().names()).noneMatch(name -> name.startsWith("Nodewise"));
    }
    assertThat(asked()).containsExactly(1);
  }

  @Test
  void aCookieJarThatFailsLeavesNothingOpen() throws IOException {
    servers.add(
        new FaultServer(
            connection -> {
              while (connection.readRequest() != null) {
                connection.write(
                    "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 2\r\n\r\nok");
              }
            }));
    CookieJar broken =
        new CookieJar() {
          @Override
          public void saveFromResponse(HttpUrl url, List<Cookie> cookies) {
            throw new IllegalStateException("full");
          }

          @Override
          public List<Cookie> loadForRequest(HttpUrl url) {
            return List.of();
          }
        };
    cluster = Clusters.inTurn(urls()).build();
    OkHttpClient plain = new OkHttpClient.Builder().cookieJar(broken).build();
    balanced = LoadBalancedOkHttp.wrap(cluster, plain);
    assertThatThrownBy(() -> balanced.newCall(request("GET")).execute()).hasMessage("full");
    Clusters.assertIdle(cluster);
  }
}
