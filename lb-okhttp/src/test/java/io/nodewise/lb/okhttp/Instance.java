package io.nodewise.lb.okhttp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** An instance: says its name, begins a session at {@code /login}, knows its own sessions. */
final class Instance implements AutoCloseable {
  static {
    System.setProperty("sun.net.httpserver.nodelay", "true"); // or each answer takes 40 ms
  }

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

  /** As an operator does it: what it has begun to answer, it answers. */
  void stop() {
    server.stop(1);
  }

  void restart() throws IOException {
    start(port);
  }

  @Override
  public void close() {
    server.stop(0);
  }

  /** And for good. */
  void end() {
    close();
    threads.shutdown();
  }
}
