package io.nodewise.lb.okhttp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on loopback that does to each connection what the test says, well-behaved or not. */
final class FaultServer implements AutoCloseable {

  /** What to do with a connection; it is closed afterwards. */
  interface Script {
    void serve(Connection connection) throws IOException;
  }

  /** A connection, seen from the server. */
  static final class Connection {
    private final FaultServer server;
    private final Socket socket;

    /** From 1. */
    final int number;

    private Connection(FaultServer server, Socket socket, int number) {
      this.server = server;
      this.socket = socket;
      this.number = number;
    }

    /** Reads a request with its body, and records it. Null at the end of the connection. */
    String readRequest() throws IOException {
      InputStream in = socket.getInputStream();
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
        int c = in.read();
        if (c < 0) {
          return null;
        }
        head.write(c);
      }
      String request = head.toString(ISO_8859_1);
      byte[] body = in.readNBytes(contentLength(request));
      request += new String(body, ISO_8859_1);
      server.requests.add(request);
      return request;
    }

    void write(String bytes) throws IOException {
      socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
      socket.getOutputStream().flush();
    }

    /** Keeps the connection open and silent until the server is closed. */
    void hang() {
      try {
        server.closing.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private static int contentLength(String head) {
      for (String line : head.split("\r\n")) {
        if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
          return Integer.parseInt(line.substring(15).trim());
        }
      }
      return 0;
    }
  }

  static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final ServerSocket listener;
  private final Script script;
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger connections = new AtomicInteger();
  private final CountDownLatch closing = new CountDownLatch(1);

  FaultServer(Script script) throws IOException {
    this.script = script;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    daemon(this::accept);
  }

  /** One that answers everything. */
  static FaultServer good() throws IOException {
    return new FaultServer(
        connection -> {
          while (connection.readRequest() != null) {
            connection.write(OK);
          }
        });
  }

  /** One that takes a request and never answers. */
  static FaultServer hung() throws IOException {
    return new FaultServer(
        connection -> {
          connection.readRequest();
          connection.hang();
        });
  }

  String authority() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  String url() {
    return "http://" + authority();
  }

  /** What it was asked, heads and bodies. */
  List<String> requests() {
    return requests;
  }

  int connections() {
    return connections.get();
  }

  /** Those that are open now. */
  int openConnections() {
    return open.size();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        open.add(socket);
        Connection connection = new Connection(this, socket, connections.incrementAndGet());
        daemon(() -> serve(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Connection connection) {
    try (Socket socket = connection.socket) {
      script.serve(connection);
    } catch (IOException e) {
      // The client went away, or the server did.
    } finally {
      open.remove(connection.socket);
    }
  }

  private static void daemon(Runnable task) {
    Thread thread = new Thread(task, "fault-server");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    closing.countDown();
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
