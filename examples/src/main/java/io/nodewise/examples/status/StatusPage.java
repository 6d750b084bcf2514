package io.nodewise.examples.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.LoadBalancerListener;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The page and its server, on this machine's loopback address only.
 *
 * <pre>{@code
 * StatusPage page = StatusPage.on(8099);
 * LoadBalancer cluster = LoadBalancer.builder().nodes(...).listener(page.listener()).build();
 * page.show(cluster);
 * }</pre>
 *
 * <p>Thread-safe. Whoever opened it closes it, before or after the load balancer.
 */
public final class StatusPage implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final byte[] page;
  private final Set<String> hosts;
  private final EventLog events = new EventLog();
  private final History history = new History();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "status-page");
            made.setDaemon(true);
            return made;
          });
  private volatile @Nullable LoadBalancer shown; // by show()

  private StatusPage(int port) throws IOException {
    page = resource("status.html");
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    int bound = server.getAddress().getPort();
    hosts = Set.of("127.0.0.1:" + bound, "localhost:" + bound, "[::1]:" + bound);
    server.createContext("/", this::answer);
    server.setExecutor(thread);
    server.start();
    thread.scheduleWithFixedDelay(this::sample, 0, 1, TimeUnit.SECONDS);
  }

  /**
   * Opens the page on a port of 127.0.0.1; 0 takes any that is free.
   *
   * @throws IOException if the port is taken
   */
  public static StatusPage on(int port) throws IOException {
    return new StatusPage(port);
  }

  /** For the builder of the load balancer that will be shown: the page's time line. */
  public LoadBalancerListener listener() {
    return events;
  }

  /** Shows this load balancer from now on. */
  public void show(LoadBalancer cluster) {
    shown = Objects.requireNonNull(cluster, "cluster");
  }

  /** Where it is. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private void sample() {
    LoadBalancer cluster = shown;
    if (cluster != null) {
      history.add(cluster.snapshot());
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      if (!hosts.contains(exchange.getRequestHeaders().getFirst("Host"))) {
        // Another site's script, by a name of its own that leads here.
        send(exchange, 403, "text/plain", "forbidden".getBytes(StandardCharsets.UTF_8));
        return;
      }
      switch (exchange.getRequestURI().getPath()) {
        case "/" -> send(exchange, 200, "text/html; charset=utf-8", page);
        case "/status.json" -> send(exchange, 200, "application/json", status());
        default -> send(exchange, 404, "text/plain", "not found".getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private byte[] status() throws IOException {
    LoadBalancer cluster = shown;
    return cluster == null
        ? "{}".getBytes(StandardCharsets.UTF_8)
        : JSON.writeValueAsBytes(
            View.of(
                cluster.logicalEndpoint().getAuthority(),
                cluster.snapshot(),
                history,
                events.events()));
  }

  private static void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.sendResponseHeaders(status, body.length);
    exchange.getResponseBody().write(body);
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = StatusPage.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  @Override
  public void close() {
    server.stop(0);
    thread.shutdownNow();
  }
}
