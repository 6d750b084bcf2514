package io.nodewise.examples.status;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nodewise.lb.LoadBalancer;
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

/**
 * The page and its server, on this machine's loopback address only. Thread-safe. Whoever opened it
 * closes it, before or after the load balancer.
 */
public final class StatusPage implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final byte[] page;
  private final Set<String> hosts;
  private final long since = System.currentTimeMillis();
  private final EventLog events = new EventLog();
  private final History history = new History();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "status-page");
            made.setDaemon(true);
            return made;
          });
  private final LoadBalancer shown;

  private StatusPage(int port, LoadBalancer cluster) throws IOException {
    shown = cluster;
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
   * Shows the load balancer on a port of 127.0.0.1; 0 takes any that is free.
   *
   * @throws IOException if the port is taken
   */
  public static StatusPage on(int port, LoadBalancer cluster) throws IOException {
    StatusPage page = new StatusPage(port, Objects.requireNonNull(cluster, "cluster"));
    cluster.listeners().add(page.events);
    return page;
  }

  /** Where it is. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
  }

  private void sample() {
    history.add(shown.snapshot());
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
    return JSON.writeValueAsBytes(
        View.of(
            shown.logicalEndpoint().getAuthority(),
            since,
            shown.snapshot(),
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
    shown.listeners().remove(events);
    server.stop(0);
    thread.shutdownNow();
  }
}
