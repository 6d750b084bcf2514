package io.nodewise.lb.okhttp;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.binaryEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.putRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static io.nodewise.lb.okhttp.Clusters.LOGICAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.NodeSet;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is balanced, and what arrives. */
class BalancingTest {
  private final List<WireMockServer> servers = new ArrayList<>();
  private LoadBalancer cluster;
  private OkHttpClient client;

  @BeforeEach
  void start() {
    for (int i = 0; i < 3; i++) {
      startServer("node" + i);
    }
    cluster = Clusters.inTurn(url(0), url(1), url(2)).build();
    client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
  }

  @AfterEach
  void stop() {
    Clusters.awaitNothingLeft(cluster, client);
    cluster.close();
    servers.forEach(WireMockServer::stop);
  }

  private WireMockServer startServer(String name) {
    WireMockServer server =
        new WireMockServer(
            WireMockConfiguration.options()
                .dynamicPort()
                .bindAddress("127.0.0.1")
                .containerThreads(10));
    server.start();
    server.stubFor(any(anyUrl()).willReturn(aResponse().withBody(name)));
    servers.add(server);
    return server;
  }

  private String url(int i) {
    return "http://127.0.0.1:" + servers.get(i).port();
  }

  private String get(String url) throws IOException {
    try (Response response = client.newCall(new Request.Builder().url(url).build()).execute()) {
      assertThat(response.code()).isEqualTo(200);
      return response.body().string();
    }
  }

  @Test
  void eachOfThreeNodesTakesItsShare() throws IOException {
    for (int i = 0; i < 60; i++) {
      get(LOGICAL + "/bucket/" + i);
    }
    assertThat(cluster.snapshot().nodes()).extracting(NodeSnapshot::attempts).containsOnly(20L);
    Clusters.assertIdle(cluster);
  }

  @Test
  void theDefaultPolicyUsesAllNodes() throws IOException {
    try (LoadBalancer byLoad =
        LoadBalancer.builder()
            .nodes(url(0), url(1), url(2))
            .healthCheck(HealthCheck.none())
            .build()) {
      client = LoadBalancedOkHttp.wrap(byLoad, new OkHttpClient());
      for (int i = 0; i < 90; i++) {
        get(url(0) + "/bucket/" + i);
      }
      assertThat(byLoad.snapshot().nodes()).allMatch(node -> node.attempts() > 0);
    }
  }

  @Test
  void pathAndQueryArriveAsTheyAre() throws IOException {
    get(LOGICAL + "/bucket/a%2Fb%20c?list-type=2&prefix=%C3%BC&empty=");
    servers
        .get(0)
        .verify(anyRequestedFor(urlEqualTo("/bucket/a%2Fb%20c?list-type=2&prefix=%C3%BC&empty=")));
  }

  @Test
  void hostStaysWhatTheUrlSays() throws IOException {
    get(LOGICAL + "/a");
    servers.get(0).verify(anyRequestedFor(anyUrl()).withHeader("Host", equalTo("s3.local:9000")));
    get(url(0) + "/b"); // goes to node 1, by turn
    servers
        .get(1)
        .verify(
            anyRequestedFor(urlEqualTo("/b"))
                .withHeader("Host", equalTo("127.0.0.1:" + servers.get(0).port())));
  }

  @Test
  void hostOfTheRequestsOwnStays() throws IOException {
    Request request = new Request.Builder().url(LOGICAL + "/a").header("Host", "signed").build();
    client.newCall(request).execute().close();
    servers.get(0).verify(anyRequestedFor(anyUrl()).withHeader("Host", equalTo("signed")));
  }

  @Test
  void hostMayBeTheNodes() throws IOException {
    try (LoadBalancer byNode =
        Clusters.inTurn(url(0), url(1)).hostHeader(HostHeader.NODE).build()) {
      client = LoadBalancedOkHttp.wrap(byNode, new OkHttpClient());
      get(LOGICAL + "/a");
      servers
          .get(0)
          .verify(
              anyRequestedFor(anyUrl())
                  .withHeader("Host", equalTo("127.0.0.1:" + servers.get(0).port())));
      Request signed = new Request.Builder().url(LOGICAL + "/b").header("Host", "signed").build();
      client.newCall(signed).execute().close();
      servers.get(1).verify(anyRequestedFor(anyUrl()).withHeader("Host", equalTo("signed")));
    }
  }

  @Test
  void otherHostsPassUntouched() throws IOException {
    WireMockServer stranger = startServer("stranger");
    assertThat(get("http://127.0.0.1:" + stranger.port() + "/x")).isEqualTo("stranger");
    stranger.verify(
        anyRequestedFor(urlEqualTo("/x"))
            .withHeader("Host", equalTo("127.0.0.1:" + stranger.port())));
    assertThat(cluster.snapshot().attempts()).isZero();
  }

  @Test
  void upgradesPassUntouched() throws IOException {
    try (FaultServer server =
            new FaultServer(
                connection -> {
                  connection.readRequest();
                  connection.write(FaultServer.OK);
                });
        LoadBalancer single = Clusters.inTurn(server.url()).build()) {
      Request request =
          new Request.Builder().url(server.url()).header("Upgrade", "websocket").build();
      LoadBalancedOkHttp.wrap(single, new OkHttpClient()).newCall(request).execute().close();
      assertThat(server.requests()).hasSize(1);
      assertThat(single.snapshot().attempts()).isZero();
    }
  }

  @Test
  void bodiesArrive() throws IOException {
    byte[] bytes = new byte[300_000];
    Request request =
        new Request.Builder().url(LOGICAL + "/k").put(RequestBody.create(bytes)).build();
    client.newCall(request).execute().close();
    servers.get(0).verify(putRequestedFor(urlEqualTo("/k")).withRequestBody(binaryEqualTo(bytes)));
    Clusters.assertIdle(cluster);
  }

  @Test
  void theResponseShowsTheRequestAndTheNode() throws IOException {
    try (Response response =
        client.newCall(new Request.Builder().url(LOGICAL + "/a").build()).execute()) {
      assertThat(response.request().url().host()).isEqualTo("s3.local");
      assertThat(response.networkResponse().request().url().port())
          .isEqualTo(servers.get(0).port());
    }
  }

  @Test
  void failuresCountAgainstTheNode() throws IOException {
    answer(0, 500);
    answer(1, 503);
    answer(2, 404);
    try (Response response = client.newCall(new Request.Builder().url(LOGICAL).build()).execute()) {
      assertThat(response.code()).isEqualTo(404);
      assertThat(response.body().string()).isEqualTo("sorry");
    }
    List<NodeSnapshot> nodes = cluster.snapshot().nodes();
    assertThat(nodes).extracting(NodeSnapshot::faults).containsExactly(1L, 0L, 0L);
    assertThat(nodes).extracting(NodeSnapshot::loads).containsExactly(0L, 1L, 0L);
    Clusters.assertIdle(cluster);
  }

  private void answer(int server, int status) {
    servers
        .get(server)
        .stubFor(any(anyUrl()).willReturn(aResponse().withStatus(status).withBody("sorry")));
  }

  @Test
  void newMembersAreBalancedAndOldOnesAreStrangers() throws IOException {
    startServer("node3");
    cluster.update(NodeSet.parse(url(1), url(3)));
    assertThat(get(url(3))).isIn("node1", "node3");
    assertThat(cluster.snapshot().attempts()).isEqualTo(1);
    assertThat(get(url(0))).isEqualTo("node0");
    assertThat(cluster.snapshot().attempts()).isEqualTo(1);
  }

  @Test
  void oneClientServesTwoClusters() throws IOException {
    startServer("other");
    try (LoadBalancer second =
        LoadBalancer.builder()
            .nodes(url(3))
            .logicalEndpoint(URI.create("http://second.local"))
            .healthCheck(HealthCheck.none())
            .build()) {
      client = LoadBalancedOkHttp.wrap(second, client);
      assertThat(get("http://second.local/x")).isEqualTo("other");
      assertThat(get(LOGICAL)).isEqualTo("node0");
    }
  }

  @Test
  void aClosedLoadBalancerSaysSo() {
    cluster.close();
    assertThatThrownBy(() -> get(LOGICAL))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void nothingMustBeNull() {
    assertThatThrownBy(() -> LoadBalancedOkHttp.wrap(null, client)).hasMessage("cluster");
    assertThatThrownBy(() -> LoadBalancedOkHttp.wrap(cluster, null)).hasMessage("client");
  }
}
