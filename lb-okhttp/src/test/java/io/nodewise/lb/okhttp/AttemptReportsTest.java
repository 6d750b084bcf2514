package io.nodewise.lb.okhttp;

import static io.nodewise.lb.okhttp.Clusters.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.observe.HeldLocks;
import io.nodewise.lb.observe.RequestDescription;
import io.nodewise.lb.retry.Hedging;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What listeners hear of the attempts of an {@code OkHttpClient}. */
@Timeout(60)
class AttemptReportsTest {
  private final List<FaultServer> servers = new ArrayList<>();
  private final List<AttemptReport> told = new CopyOnWriteArrayList<>();
  private final List<String> locks = new CopyOnWriteArrayList<>();
  private LoadBalancer cluster;
  private OkHttpClient client;

  private final AttemptListener listener =
      report -> {
        locks.addAll(HeldLocks.ours());
        told.add(report);
        throw new AssertionError("thrown by a test");
      };

  private void start(LoadBalancerBuilder builder) {
    cluster = builder.attemptListener(listener).build();
    // Where a hedge is denied, the read is not to wait for long either.
    OkHttpClient plain = new OkHttpClient.Builder().readTimeout(Duration.ofSeconds(1)).build();
    client = LoadBalancedOkHttp.wrap(cluster, plain);
  }

  @AfterEach
  void close() throws Exception {
    Clusters.awaitNothingLeft(cluster, client);
    assertThat(cluster.snapshot().attempts()).isEqualTo(told.size());
    assertThat(locks).as("held while told").isEmpty();
    cluster.close();
    for (FaultServer server : servers) {
      server.close();
    }
  }

  private String server(String answer) throws Exception {
    FaultServer server =
        new FaultServer(
            connection -> {
              while (connection.readRequest() != null) {
                connection.write(answer);
              }
            });
    servers.add(server);
    return server.url();
  }

  private static String ok(int length) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n" + "x".repeat(length);
  }

  @Test
  void a_call_that_is_well() throws Exception {
    start(Clusters.inTurn(server(ok(3000))));
    HttpUrl url =
        HttpUrl.get(Clusters.LOGICAL + "/bucket/some%20key?X-Amz-Signature=secret&partNumber=1");
    try (Response response = client.newCall(new Request.Builder().url(url).build()).execute()) {
      assertThat(response.body().bytes()).hasSize(3000);
    }
    assertThat(told).hasSize(1);
    AttemptReport report = told.get(0);
    assertThat(report.request())
        .isEqualTo(new RequestDescription("GET", null, "s3.local:9000", "/bucket/some%20key"));
    assertThat(report.status()).isEqualTo(200);
    assertThat(report.received()).isEqualTo(3000);
    assertThat(report.sent()).isZero();
    assertThat(report.read()).isTrue();
    assertThat(report.firstByte()).isPositive().isLessThanOrEqualTo(report.took());
    assertThat(report.outcome()).isEqualTo(Outcome.success());
  }

  @Test
  void a_body_that_is_sent() throws Exception {
    start(Clusters.inTurn(server(ok(0))).hostHeader(HostHeader.NODE));
    Clusters.assertOk(client, "PUT");
    AttemptReport report = told.get(0);
    assertThat(report.sent()).isEqualTo(10);
    assertThat(report.request().method()).isEqualTo("PUT");
    assertThat(report.host()).isEqualTo(report.node().authority());
  }

  @Test
  void a_call_that_moves_on_says_why() throws Exception {
    String refuses = "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno";
    // The dead one leaves the round, so the one that refuses is next.
    start(Clusters.inTurn(Clusters.dead(), server(ok(5)), server(refuses)));
    Clusters.assertOk(client, "GET");
    assertThat(told).extracting(AttemptReport::number).containsExactly(1, 2, 3);
    assertThat(told).extracting(AttemptReport::status).containsExactly(0, 500, 200);
    assertThat(told)
        .extracting(report -> report.outcome().kind())
        .containsExactly(Outcome.Kind.UNREACHABLE, Outcome.Kind.FAULT, Outcome.Kind.SUCCESS);
    assertThat(told.get(0).firstByte()).isNull();
  }

  @Test
  void a_hedge() throws Exception {
    FaultServer slow =
        new FaultServer(
            connection -> {
              for (int i = 0; connection.readRequest() != null; i++) {
                if (i > 20) {
                  connection.readRequest(); // until the client gives up
                  return;
                }
                connection.write(ok(5));
              }
            });
    servers.add(slow);
    Hedging often =
        Hedging.builder()
            .share(0.5)
            .leastDelay(Duration.ofMillis(30))
            .leastSamples(10)
            .burst(1000)
            .build();
    start(Clusters.inTurn(server(ok(5)), slow.url(), server(ok(5))).hedging(often));
    for (int i = 0; i < 4000 && hedges() == 0; i++) {
      try (Response response = client.newCall(request("GET")).execute()) {
        response.body().string();
      }
    }
    assertThat(hedges()).isEqualTo(1);
    AttemptReport late =
        told.stream()
            .filter(report -> report.outcome().reason().equals("another node answered first"))
            .findFirst()
            .orElseThrow();
    assertThat(late.outcome().kind()).isEqualTo(Outcome.Kind.CANCELLED);
    assertThat(late.status()).isZero();
  }

  private long hedges() {
    return told.stream().filter(report -> report.kind() == AttemptReport.Kind.HEDGE).count();
  }
}
