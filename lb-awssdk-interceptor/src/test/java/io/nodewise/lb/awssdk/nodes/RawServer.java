package io.nodewise.lb.awssdk.nodes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server on loopback that reads the head of a request and does with the connection what a test
 * says, byte by byte: answers that no HTTP server would give. Thread-safe.
 */
public final class RawServer implements AutoCloseable {

  /** What it does with one request. */
  public interface Script {
    /** Answers; when it returns, the connection is closed. */
    void answer(Request request, Socket connection) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final Script script;
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final AtomicInteger connections = new AtomicInteger();

  /** Listens on a free port. */
  public RawServer(Script script) {
    this.script = script;
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread accepting = new Thread(this::accept, "raw-server");
    accepting.setDaemon(true);
    accepting.start();
  }

  /** Answers everything with these characters. */
  public static RawServer saying(String answer) {
    return new RawServer((request, connection) -> say(connection, answer));
  }

  /** Sends the characters. */
  public static void say(Socket connection, String text) throws IOException {
    connection.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    connection.getOutputStream().flush();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        connections.incrementAndGet();
        Thread serving = new Thread(() -> serve(connection), "raw-connection");
        serving.setDaemon(true);
        serving.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      Request request = new Request(head(connection.getInputStream()));
      requests.add(request);
      script.answer(request, connection);
    } catch (IOException | InterruptedException e) {
      // The test is over, or the client has gone.
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    String text = "";
    while (!text.endsWith("\r\n\r\n")) {
      int one = in.read();
      if (one < 0) {
        throw new IOException("closed");
      }
      head.write(one);
      text = head.toString(StandardCharsets.ISO_8859_1);
    }
    return text.substring(0, text.length() - 4);
  }

  /** Where it listens. */
  public String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** The requests whose heads came. */
  public List<Request> requests() {
    return requests;
  }

  /** How many connections were opened so far. */
  public int connections() {
    return connections.get();
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
