package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Servers that answer as they are told, in front of or beside the real ones. */
abstract class OnOddNodes extends OnS3Nodes {
  static final List<WireMockServer> ODD =
      Stream.generate(
              () ->
                  new WireMockServer(
                      WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1")))
          .limit(4)
          .toList();

  @BeforeAll
  static void start() {
    ODD.forEach(WireMockServer::start);
  }

  @AfterAll
  static void stop() {
    ODD.forEach(WireMockServer::stop);
  }

  @BeforeEach
  void reset() {
    ODD.forEach(WireMockServer::resetAll);
  }

  static ResponseDefinitionBuilder error(int status, String code) {
    return aResponse()
        .withStatus(status)
        .withHeader("Content-Type", "application/xml")
        .withBody("<Error><Code>" + code + "</Code><Message>no</Message></Error>");
  }

  static void answer(ResponseDefinitionBuilder answer) {
    ODD.forEach(server -> server.stubFor(any(anyUrl()).willReturn(answer)));
  }

  static int asked() {
    return ODD.stream().mapToInt(server -> server.findAll(anyRequestedFor(anyUrl())).size()).sum();
  }

  /** So many odd nodes, and so many good ones. */
  LoadBalancer cluster(int odd, int good) {
    return cluster(odd, good, BalancingPolicy.leastLoaded());
  }

  LoadBalancer cluster(int odd, int good, BalancingPolicy policy) {
    return cluster(odd, good, policy, RetryBudget.defaults());
  }

  LoadBalancer cluster(int odd, int good, BalancingPolicy policy, RetryBudget budget) {
    String[] urls =
        Stream.concat(
                ODD.stream().limit(odd).map(WireMockServer::baseUrl), Stream.of(nodes.urls(good)))
            .map(url -> url.replace("localhost", "127.0.0.1"))
            .toArray(String[]::new);
    return track(
        LoadBalancer.builder()
            .nodes(urls)
            .logicalEndpoint(URI.create(nodes.get(0).url()))
            .healthCheck(HealthCheck.none())
            .policy(policy)
            .retryBudget(budget));
  }

  static NodeSnapshot odd(LoadBalancer cluster) {
    return cluster.snapshot().nodes().get(0);
  }
}
