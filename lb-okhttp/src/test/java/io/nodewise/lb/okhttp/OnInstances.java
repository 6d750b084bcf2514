package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** A plain HTTP service of three instances with {@code /health}, under a sticky policy. */
@Timeout(60)
abstract class OnInstances {
  static final String SERVICE = "http://service.local";

  final List<Instance> instances = new ArrayList<>();
  LoadBalancer cluster;

  @BeforeEach
  void start() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      instances.add(new Instance(name));
    }
    cluster = cluster(Hedging.off());
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 3)).isTrue();
  }

  LoadBalancer cluster(Hedging hedging) {
    return LoadBalancer.builder()
        .nodes(instances.stream().map(Instance::url).toArray(String[]::new))
        .logicalEndpoint(URI.create(SERVICE))
        .policy(BalancingPolicy.sticky())
        .healthCheck(
            HealthCheck.http("/health").toBuilder()
                .interval(Duration.ofMillis(400))
                .fastInterval(Duration.ofMillis(100))
                .timeout(Duration.ofMillis(300))
                .build())
        .hedging(hedging)
        .build();
  }

  @AfterEach
  void stop() {
    Clusters.assertIdle(cluster);
    cluster.close();
    instances.forEach(Instance::end);
  }

  static String get(OkHttpClient client, String path) throws IOException {
    return send(client, new Request.Builder().url(SERVICE + path).build());
  }

  static String send(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      String body = response.body().string();
      assertThat(response.code()).as(body).isEqualTo(200);
      return body;
    }
  }

  Instance instance(String name) {
    return instances.stream().filter(one -> one.name.equals(name)).findFirst().orElseThrow();
  }

  void awaitReady(int nodes) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                cluster.snapshot().nodes().stream()
                        .filter(n -> n.state().name().equals("UP"))
                        .count()
                    == nodes);
  }
}
