package io.nodewise.examples;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Nodes that answer every request with 200, for tests that only probe. */
public final class LocalNodes implements AutoCloseable {
  private static final List<Socket> TAKEN = new CopyOnWriteArrayList<>();

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

  /** Where nobody listens, nor will while the tests run: the port is taken. */
  public static String dead() throws IOException {
    Socket taken = new Socket();
    taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    TAKEN.add(taken);
    return "http://127.0.0.1:" + taken.getLocalPort();
  }

  public void stop(int node) {
    servers.get(node).stop(0);
  }

  @Override
  public void close() {
    servers.forEach(server -> server.stop(0));
  }
}
