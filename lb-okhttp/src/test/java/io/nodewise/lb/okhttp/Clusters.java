package io.nodewise.lb.okhttp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.Balancer;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.Candidate;
import io.nodewise.lb.routing.Picker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.awaitility.Awaitility;

/** Load balancers for tests, and what to ask of them. */
final class Clusters {
  static final String LOGICAL = "http://s3.local:9000";

  static {
    Awaitility.setDefaultPollDelay(Duration.ZERO);
    Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
  }

  private Clusters() {}

  /** In turn from the first node on, without probes; logically {@link #LOGICAL}. */
  static LoadBalancerBuilder inTurn(String... nodes) {
    return LoadBalancer.builder()
        .nodes(nodes)
        .logicalEndpoint(URI.create(LOGICAL))
        .policy(BalancingPolicy.custom("in turn", Clusters::fromTheFirstOn))
        .healthCheck(HealthCheck.none());
  }

  /** Round robin begins anywhere, so that many clients don't go round in step; tests can't. */
  private static Balancer fromTheFirstOn() {
    AtomicInteger turn = new AtomicInteger();
    return group ->
        (tried, hint, random) -> {
          int first = turn.getAndIncrement();
          for (int k = 0; k < group.length; k++) {
            Candidate candidate = group[(first + k) % group.length];
            if (Picker.open(candidate, tried)) {
              return candidate;
            }
          }
          return null;
        };
  }

  /** The address of a port nobody listens on. */
  static String dead() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + socket.getLocalPort();
    }
  }

  static NodeSnapshot node(LoadBalancer cluster, String url) {
    return cluster.snapshot().nodes().stream()
        .filter(node -> node.node().uri().toString().equals(url))
        .findFirst()
        .orElseThrow();
  }

  static void assertIdle(LoadBalancer cluster) {
    assertThat(cluster.snapshot().inFlight()).as(cluster.snapshot().toTable()).isZero();
  }

  /** What the requests of a balanced client have in common. */
  static Shared shared(OkHttpClient balanced) {
    for (Interceptor one : balanced.interceptors()) {
      if (one instanceof BalancingInterceptor ours) {
        return ours.shared();
      }
    }
    throw new AssertionError("not balanced");
  }

  /** The inner clients of a balanced one. */
  static NodeClients clients(OkHttpClient balanced) {
    return shared(balanced).clients();
  }

  /** No attempt in flight, no connection in use; soon after the last byte, if not at once. */
  static void awaitNothingLeft(LoadBalancer cluster, OkHttpClient balanced) {
    awaitIdle(cluster);
    await().atMost(Duration.ofSeconds(10)).until(() -> clients(balanced).busyConnections() == 0);
  }

  static List<String> threads(String prefix) {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith(prefix))
        .toList();
  }

  static long faults(LoadBalancer cluster) {
    return cluster.snapshot().nodes().stream().mapToLong(NodeSnapshot::faults).sum();
  }

  static void awaitIdle(LoadBalancer cluster) {
    await().atMost(Duration.ofSeconds(10)).until(() -> cluster.snapshot().inFlight() == 0);
  }

  /** Enqueues the call; what its body holds, or how it failed. */
  static CompletableFuture<byte[]> enqueue(Call call) {
    CompletableFuture<byte[]> read = new CompletableFuture<>();
    call.enqueue(
        new Callback() {
          @Override
          public void onFailure(Call failed, IOException e) {
            read.completeExceptionally(e);
          }

          @Override
          public void onResponse(Call answered, Response response) throws IOException {
            read.complete(response.body().bytes());
          }
        });
    return read;
  }

  /** A request to the cluster, with ten bytes of a body where that is usual. */
  static Request request(String method) {
    boolean body = method.equals("PUT") || method.equals("POST");
    return new Request.Builder()
        .url(LOGICAL + "/k")
        .method(method, body ? RequestBody.create("0123456789".getBytes(UTF_8)) : null)
        .build();
  }

  /** Sends it and reads the answer. */
  static void assertOk(OkHttpClient client, String method) throws IOException {
    try (Response response = client.newCall(request(method)).execute()) {
      assertThat(response.code()).isEqualTo(200);
      response.body().string();
    }
  }
}
