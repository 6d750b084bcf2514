package io.nodewise.lb.okhttp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;

/**
 * A TCP proxy in front of one server, which plays dead or hung when told to, loses replies, and
 * notes the first line of every request. It stays at its port for life. Thread-safe.
 */
final class NodeProxy implements AutoCloseable {
  private final int target;
  private final int port;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private volatile Predicate<String> unanswered = line -> false;
  private volatile Predicate<String> fatal = line -> false;
  private final Object lock = new Object();
  private ServerSocket listener; // under the lock
  private Thread accepting; // under the lock
  private boolean hung; // under the lock

  NodeProxy(int target) throws IOException {
    this.target = target;
    this.listener = onFreePort();
    this.port = listener.getLocalPort();
    ServerSocket socket = listener;
    this.accepting = daemon(() -> accept(socket));
  }

  /** Not from the range of outgoing connections, one of which might sit on the port later. */
  private static ServerSocket onFreePort() throws IOException {
    for (int i = 0; ; i++) {
      try {
        return bound(ThreadLocalRandom.current().nextInt(20_000, 30_000));
      } catch (IOException e) {
        if (i == 100) {
          throw e;
        }
      }
    }
  }

  private static ServerSocket bound(int port) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 100);
    return socket;
  }

  String url() {
    return "http://127.0.0.1:" + port;
  }

  /** The first lines of the requests that came. */
  List<String> requests() {
    return requests;
  }

  int connections() {
    return links.size();
  }

  /** Connections are reset, new ones refused. */
  void kill() {
    synchronized (lock) {
      close(listener);
      join(accepting); // until then the system may accept one more
      lock.notifyAll();
    }
    links.forEach(Link::reset);
  }

  /** Connections are accepted, and nothing more. */
  void hang() {
    synchronized (lock) {
      hung = true;
    }
  }

  /** All is well again. */
  void pass() {
    synchronized (lock) {
      hung = false;
      unanswered = line -> false;
      fatal = line -> false;
      lock.notifyAll();
      if (listener.isClosed()) {
        try {
          listener = bound(port);
          ServerSocket socket = listener;
          accepting = daemon(() -> accept(socket));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /** Such requests reach the server, and their connection breaks in place of the answer. */
  void loseAnswerTo(Predicate<String> firstLine) {
    unanswered = firstLine;
  }

  /** Such requests kill the node before they are passed on. */
  void dieOf(Predicate<String> firstLine) {
    fatal = firstLine;
  }

  private void accept(ServerSocket socket) {
    while (true) {
      try {
        Link link = new Link(socket.accept());
        links.add(link);
        daemon(link::toServer);
        daemon(link::toClient);
      } catch (IOException e) {
        return;
      }
    }
  }

  private void awaitAwake() throws InterruptedException {
    synchronized (lock) {
      while (hung && !listener.isClosed()) {
        lock.wait();
      }
    }
  }

  @Override
  public void close() {
    kill();
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "node-proxy");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private final class Link {
    private final Socket client;
    private final Socket server;
    private volatile boolean losing;

    Link(Socket client) throws IOException {
      this.client = client;
      this.server = new Socket(InetAddress.getLoopbackAddress(), target);
    }

    void toServer() {
      byte[] buffer = new byte[16_384];
      try (InputStream in = client.getInputStream();
          OutputStream out = server.getOutputStream()) {
        int count;
        while ((count = in.read(buffer)) > 0) {
          awaitAwake();
          String text = new String(buffer, 0, count, ISO_8859_1);
          if (text.matches("(?s)(GET|HEAD|PUT|POST|DELETE) [^\r\n]+ HTTP/1.1\r\n.*")) {
            begin(text.substring(0, text.indexOf('\r')));
          }
          out.write(buffer, 0, count);
        }
      } catch (IOException | InterruptedException e) {
        // One of the two went away.
      } finally {
        reset();
      }
    }

    private void begin(String firstLine) {
      requests.add(firstLine);
      if (fatal.test(firstLine)) {
        kill();
      }
      losing = unanswered.test(firstLine);
    }

    void toClient() {
      byte[] buffer = new byte[16_384];
      try (InputStream in = server.getInputStream();
          OutputStream out = client.getOutputStream()) {
        int count;
        while ((count = in.read(buffer)) > 0) {
          awaitAwake();
          if (losing) {
            return;
          }
          out.write(buffer, 0, count);
        }
      } catch (IOException | InterruptedException e) {
        // One of the two went away.
      } finally {
        reset();
      }
    }

    void reset() {
      links.remove(this);
      try {
        client.setSoLinger(true, 0);
      } catch (IOException e) {
        // Closed before.
      }
      try (client;
          server) {
        links.remove(this);
      } catch (IOException e) {
        // They are gone in any case.
      }
    }
  }
}
