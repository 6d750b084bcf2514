package io.nodewise.lb.probe;

import io.nodewise.lb.node.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A server on a loopback port that treats every connection as a test tells it, in its own thread.
 */
final class LoopbackServer implements AutoCloseable {

  /** What happens on one connection, which is closed afterwards. */
  interface Conversation {
    void hold(Socket socket) throws Exception;
  }

  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch accepted = new CountDownLatch(1);

  LoopbackServer(ServerSocket listener, Conversation conversation) {
    this.listener = listener;
    Thread acceptor = new Thread(() -> accept(conversation), "loopback-server");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  static LoopbackServer on(String address, Conversation conversation) {
    try {
      return new LoopbackServer(new ServerSocket(0, 50, address(address)), conversation);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static InetAddress address(String literal) throws IOException {
    return InetAddress.getAllByName(literal)[0];
  }

  static LoopbackServer start(Conversation conversation) {
    return on("127.0.0.1", conversation);
  }

  /** Reads the request and sends this. */
  static LoopbackServer answering(String answer) {
    return start(
        socket -> {
          readHead(socket);
          socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
        });
  }

  /** The lines of the request's head. */
  static List<String> readHead(Socket socket) throws IOException {
    BufferedReader reader =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    List<String> lines = new ArrayList<>();
    for (String line = reader.readLine(); line != null && !line.isEmpty(); ) {
      lines.add(line);
      line = reader.readLine();
    }
    return lines;
  }

  private void accept(Conversation conversation) {
    try {
      while (true) {
        Socket socket = listener.accept();
        open.add(socket);
        accepted.countDown();
        Thread thread =
            new Thread(
                () -> {
                  try (socket) {
                    conversation.hold(socket);
                  } catch (Exception e) {
                    // The peer went away, or the test did.
                  }
                },
                "loopback-conversation");
        thread.setDaemon(true);
        thread.start();
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  boolean awaitConnection() throws InterruptedException {
    return accepted.await(10, TimeUnit.SECONDS);
  }

  int port() {
    return listener.getLocalPort();
  }

  Node node() {
    return Node.of("http://127.0.0.1:" + port());
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
