package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.retry.AnswerClassifier;
import io.nodewise.lb.retry.ErrorAnswer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A service whose errors mean something else than those of others. Begins at the first node. */
@Timeout(30)
class AnswerClassifierTest {
  private final List<FaultServer> servers = new ArrayList<>();
  private final List<ErrorAnswer> seen = new CopyOnWriteArrayList<>();
  private LoadBalancer cluster;
  private OkHttpClient client;

  /** A node that says this, and one that is well. */
  private void start(String head, AnswerClassifier classifier) throws IOException {
    for (String answer : List.of(head + "Content-Length: 2\r\n\r\nno", FaultServer.OK)) {
      servers.add(
          new FaultServer(
              connection -> {
                while (connection.readRequest() != null) {
                  connection.write(answer);
                }
              }));
    }
    cluster =
        Clusters.inTurn(servers.get(0).url(), servers.get(1).url())
            .answerClassifier(
                answer -> {
                  seen.add(answer);
                  return classifier.classify(answer);
                })
            .build();
    client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
  }

  @AfterEach
  void stop() throws IOException {
    Clusters.assertIdle(cluster);
    Clusters.awaitNothingLeft(cluster, client);
    cluster.close();
    for (FaultServer server : servers) {
      server.close();
    }
  }

  private static Outcome faultIfWarming(ErrorAnswer answer) {
    return answer.header("x-warming").isPresent() ? Outcome.fault("warming up") : null;
  }

  private int send(String method) throws IOException {
    RequestBody body = method.equals("POST") ? RequestBody.create(new byte[10]) : null;
    Request request =
        new Request.Builder().url(Clusters.LOGICAL + "/k").method(method, body).build();
    try (Response response = client.newCall(request).execute()) {
      return response.code();
    }
  }

  private long faultsOfFirst() {
    return Clusters.node(cluster, servers.get(0).url()).faults();
  }

  @Test
  void whatIsAFaultGoesOnAndCounts() throws IOException {
    start("HTTP/1.1 404 No\r\nX-Warming: 1\r\n", AnswerClassifierTest::faultIfWarming);
    assertThat(send("GET")).isEqualTo(200);
    assertThat(faultsOfFirst()).isEqualTo(1);
    assertThat(seen).hasSize(1); // and of a success nobody asks
    assertThat(seen.get(0).node().uri()).hasToString(servers.get(0).url());
    assertThat(seen.get(0).status()).isEqualTo(404);
    assertThat(seen.get(0).method()).isEqualTo("GET");
    assertThat(seen.get(0).code()).isEmpty();
  }

  @Test
  void soDoesAnEnqueuedOne() throws IOException {
    start("HTTP/1.1 404 No\r\nX-Warming: 1\r\n", AnswerClassifierTest::faultIfWarming);
    Request request = new Request.Builder().url(Clusters.LOGICAL + "/k").build();
    assertThat(Clusters.enqueue(client.newCall(request))).succeedsWithin(Duration.ofSeconds(10));
    assertThat(servers.get(1).requests()).hasSize(1);
  }

  @Test
  void butNothingThatIsNotSafeToRepeat() throws IOException {
    start("HTTP/1.1 404 No\r\nX-Warming: 1\r\n", AnswerClassifierTest::faultIfWarming);
    assertThat(send("POST")).isEqualTo(404);
    assertThat(faultsOfFirst()).isEqualTo(1);
    assertThat(servers.get(1).requests()).isEmpty();
  }

  @Test
  void whatIsTheCallersStays() throws IOException {
    start("HTTP/1.1 503 No\r\n", answer -> Outcome.success());
    assertThat(send("GET")).isEqualTo(503);
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.faults() + node.loads() == 0);
    assertThat(servers.get(1).requests()).isEmpty();
  }

  @Test
  void whatIsDoubtfulGoesOnAndIsHeldAgainstNobody() throws IOException {
    start("HTTP/1.1 500 No\r\n", answer -> Outcome.doubtful("who knows"));
    assertThat(send("GET")).isEqualTo(200);
    assertThat(faultsOfFirst()).isZero();
  }

  @Test
  void whatAsksForLessGoesOnAsFarAsTheBudgetGoes() throws IOException {
    start("HTTP/1.1 400 No\r\n", answer -> Outcome.load("queue full"));
    assertThat(send("GET")).isEqualTo(200);
    assertThat(Clusters.node(cluster, servers.get(0).url()).loads()).isEqualTo(1);
    assertThat(faultsOfFirst()).isZero();
  }

  @Test
  void whereItSaysNothingOrThrowsTheRulesDecide() throws IOException {
    start(
        "HTTP/1.1 500 No\r\n",
        answer -> {
          throw new IllegalStateException("thrown by a test");
        });
    assertThat(send("GET")).isEqualTo(200);
    assertThat(faultsOfFirst()).isEqualTo(1);
  }
}
