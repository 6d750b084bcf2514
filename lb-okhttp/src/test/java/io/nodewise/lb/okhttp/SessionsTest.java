package io.nodewise.lb.okhttp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import okhttp3.Cookie;
import okhttp3.CookieJar;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A plain HTTP service of several instances with {@code /health}, and sessions that stay. */
@Timeout(60)
class SessionsTest {
  private static final String SERVICE = "http://service.local";

  static {
    System.setProperty("sun.net.httpserver.nodelay", "true"); // or each answer takes 40 ms
  }

  /** An instance: says its name, begins a session at {@code /login}, knows its own sessions. */
  private static final class Instance implements AutoCloseable {
    final String name;
    final Map<String, Integer> sessions = new ConcurrentHashMap<>();
    volatile boolean healthy = true;
    volatile boolean failing; // to count
    volatile long pauseMillis; // before it counts
    final int port;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    Instance(String name) throws IOException {
      this.name = name;
      start(0);
      this.port = server.getAddress().getPort();
    }

    private void start(int at) throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 50);
      server.createContext("/health", exchange -> answer(exchange, healthy ? 200 : 503, "health"));
      server.createContext("/", this::serve);
      server.setExecutor(threads); // a slow request is not to hold up the probes
      server.start();
    }

    private void serve(HttpExchange exchange) throws IOException {
      String cookie = exchange.getRequestHeaders().getFirst("Cookie");
      String path = exchange.getRequestURI().getPath();
      if (path.equals("/login")) {
        String id = UUID.randomUUID().toString();
        sessions.put(id, 0);
        exchange.getResponseHeaders().add("Set-Cookie", "SID=" + id + "; Path=/; HttpOnly");
      } else if (path.equals("/count")) {
        pause(pauseMillis);
        if (failing) {
          answer(exchange, 500, "broken page");
          return;
        }
        String id = cookie == null ? "" : cookie.replaceAll(".*SID=([^;]*).*", "$1");
        Integer count = sessions.computeIfPresent(id, (key, value) -> value + 1);
        answer(exchange, count == null ? 401 : 200, name + " " + count);
        return;
      }
      exchange.getRequestBody().readAllBytes();
      answer(exchange, 200, name);
    }

    /** The instance's own slowness. */
    private static void pause(long millis) {
      try {
        TimeUnit.MILLISECONDS.sleep(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    }

    String url() {
      return "http://127.0.0.1:" + port;
    }

    void restart() throws IOException {
      start(port);
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  /** What browsers do, without their rules. */
  private static final class Jar implements CookieJar {
    private final Map<String, Cookie> cookies = new ConcurrentHashMap<>();

    @Override
    public void saveFromResponse(HttpUrl url, List<Cookie> set) {
      set.forEach(cookie -> cookies.put(cookie.name(), cookie));
    }

    @Override
    public List<Cookie> loadForRequest(HttpUrl url) {
      return cookies.values().stream().filter(cookie -> cookie.matches(url)).toList();
    }
  }

  private final List<Instance> instances = new ArrayList<>();
  private LoadBalancer cluster;

  @BeforeEach
  void start() throws IOException {
    for (String name : List.of("a", "b", "c")) {
      instances.add(new Instance(name));
    }
    cluster = cluster(Hedging.off());
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 3)).isTrue();
  }

  private LoadBalancer cluster(Hedging hedging) {
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
    instances.forEach(Instance::close);
    instances.forEach(one -> one.threads.shutdown());
  }

  private static String get(OkHttpClient client, String path) throws IOException {
    return send(client, new Request.Builder().url(SERVICE + path).build());
  }

  private static String send(OkHttpClient client, Request request) throws IOException {
    try (Response response = client.newCall(request).execute()) {
      String body = response.body().string();
      assertThat(response.code()).as(body).isEqualTo(200);
      return body;
    }
  }

  private Instance instance(String name) {
    return instances.stream().filter(one -> one.name.equals(name)).findFirst().orElseThrow();
  }

  private void awaitReady(int nodes) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () ->
                cluster.snapshot().nodes().stream()
                        .filter(n -> n.state().name().equals("UP"))
                        .count()
                    == nodes);
  }

  @Test
  void withoutSessionsAllInstancesServe() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.header("X-Session"))
            .wrap(new OkHttpClient());
    Set<String> served = new HashSet<>();
    for (int i = 0; i < 100; i++) {
      served.add(get(client, "/"));
    }
    assertThat(served).containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void aSessionByHeaderStaysAndMovesOnceWhenItsInstanceDies() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.header("X-Session"))
            .wrap(new OkHttpClient());
    Set<String> used = new HashSet<>();
    for (int session = 0; session < 20; session++) {
      Request request =
          new Request.Builder().url(SERVICE + "/").header("X-Session", "s" + session).build();
      String first = send(client, request);
      used.add(first);
      for (int i = 0; i < 5; i++) {
        assertThat(send(client, request)).isEqualTo(first);
      }
    }
    assertThat(used).hasSizeGreaterThan(1);

    Request request = new Request.Builder().url(SERVICE + "/").header("X-Session", "s1").build();
    String before = send(client, request);
    instance(before).close();
    String after = send(client, request);
    assertThat(after).isNotEqualTo(before);
    instance(before).restart();
    awaitReady(3);
    assertThat(send(client, request)).isEqualTo(after);
  }

  @Test
  void aSessionThatAnInstanceBeganStaysThere() throws IOException {
    Affinity bySession = Affinity.cookie("SID");
    Set<String> used = new HashSet<>();
    for (int user = 0; user < 12; user++) {
      OkHttpClient client =
          LoadBalancedOkHttp.builder(cluster)
              .affinity(bySession)
              .wrap(new OkHttpClient.Builder().cookieJar(new Jar()).build());
      String name = get(client, "/login");
      used.add(name);
      for (int i = 1; i <= 5; i++) {
        assertThat(get(client, "/count")).isEqualTo(name + " " + i);
      }
    }
    assertThat(used).hasSizeGreaterThan(1);
  }

  @Test
  void aSlowOwnerIsWaitedForAlthoughReadsAreHedged() throws IOException {
    cluster.close();
    cluster =
        cluster(
            Hedging.builder()
                .share(0.5)
                .leastDelay(Duration.ofMillis(20))
                .leastSamples(10)
                .burst(1000)
                .build());
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 3)).isTrue();
    OkHttpClient sessionless = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              for (int i = 0; i < 30; i++) {
                get(sessionless, "/" + i);
              }
              return !cluster.snapshot().hedges().delay().isZero();
            });
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.cookie("SID"))
            .wrap(new OkHttpClient.Builder().cookieJar(new Jar()).build());
    String owner = get(client, "/login");
    instances.forEach(one -> one.pauseMillis = 300);
    assertThat(get(client, "/count")).isEqualTo(owner + " 1");
    instance(owner).pauseMillis = 2500; // over what an impatient read waits
    assertThat(get(client, "/count")).isEqualTo(owner + " 2");
    instance(owner).pauseMillis = 0;
    assertThat(get(client, "/count")).isEqualTo(owner + " 3");
  }

  @Test
  void aCookieThatTheRequestBringsCountsToo() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.cookie("SID"))
            .wrap(new OkHttpClient());
    String cookie;
    String name;
    try (Response response =
        client.newCall(new Request.Builder().url(SERVICE + "/login").build()).execute()) {
      cookie = response.header("Set-Cookie").split(";")[0];
      name = response.body().string();
    }
    Request count =
        new Request.Builder()
            .url(SERVICE + "/count")
            .header("Cookie", "theme=dark; " + cookie)
            .build();
    for (int i = 1; i <= 10; i++) {
      assertThat(send(client, count)).isEqualTo(name + " " + i);
    }
  }

  @Test
  void aRequestMaySayByItselfWhatItBelongsTo() throws IOException {
    OkHttpClient client = LoadBalancedOkHttp.wrap(cluster, new OkHttpClient());
    Set<String> used = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      used.add(
          send(
              client,
              new Request.Builder()
                  .url(SERVICE + "/" + i)
                  .tag(Affinity.class, Affinity.of("tenant-7"))
                  .build()));
    }
    assertThat(used).hasSize(1);
  }

  @Test
  void anInstanceThatSaysItIsIllIsLeftAndTakenBack() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster).affinity(request -> null).wrap(new OkHttpClient());
    instance("b").healthy = false;
    awaitReady(2);
    for (int i = 0; i < 50; i++) {
      assertThat(get(client, "/")).isNotEqualTo("b");
    }
    instance("b").healthy = true;
    awaitReady(3);
  }

  @Test
  void instancesAreRestartedOneByOneUnderLoadAndNothingFails() throws Exception {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(request -> null)
            .repeatable(RepeatableRequests.idempotent())
            .wrap(new OkHttpClient());
    CompletableFuture<Void> restarts =
        CompletableFuture.runAsync(
            () -> {
              for (Instance one : instances) {
                one.close();
                awaitReady(2);
                try {
                  one.restart();
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
                awaitReady(3);
              }
            });
    int sent = 0;
    while (!restarts.isDone()) {
      assertThat(get(client, "/")).isIn("a", "b", "c");
      Request put =
          new Request.Builder()
              .url(SERVICE + "/thing")
              .put(RequestBody.create("x".getBytes(StandardCharsets.UTF_8)))
              .build();
      assertThat(send(client, put)).isIn("a", "b", "c");
      sent += 2;
    }
    restarts.get();
    assertThat(sent).isGreaterThan(20);
  }

  @Test
  void aPageThatFailsEverywhereMovesNoSession() throws IOException {
    OkHttpClient client =
        LoadBalancedOkHttp.builder(cluster)
            .affinity(Affinity.cookie("SID"))
            .wrap(new OkHttpClient.Builder().cookieJar(new Jar()).build());
    String owner = get(client, "/login");
    instances.forEach(one -> one.failing = true);
    Request page = new Request.Builder().url(SERVICE + "/count").build();
    try (Response response = client.newCall(page).execute()) {
      assertThat(response.code()).isEqualTo(500);
    }
    assertThat(cluster.snapshot().failovers()).isZero();
    instances.forEach(one -> one.failing = false);
    assertThat(get(client, "/count")).isEqualTo(owner + " 1");
  }
}
