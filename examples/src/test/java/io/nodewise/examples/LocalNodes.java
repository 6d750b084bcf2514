package io.nodewise.examples;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Nodes that answer every request with 200, for tests that only probe. */
public final class LocalNodes implements AutoCloseable {
  private final List<HttpServer> servers = new ArrayList<>();

  public LocalNodes(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext(
          "/",
          exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
          });
      server.start();
      servers.add(server);
    }
  }

  /** As the load balancer takes it. */
  public String url(int node) {
    return "http://127.0.0.1:" + servers.get(node).getAddress().getPort();
  }

  /** Where nobody listens. */
  public static String dead() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return "http://127.0.0.1:" + free.getLocalPort();
    }
  }

  public void stop(int node) {
    servers.get(node).stop(0);
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop(0));
  }
}
