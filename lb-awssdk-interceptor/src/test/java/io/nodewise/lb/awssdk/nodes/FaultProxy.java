package io.nodewise.lb.awssdk.nodes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A TCP proxy in front of one S3 node, which plays dead, hung or faulty when told to, and notes
 * every request. It stays at its port for life, so a node that comes back is the same node.
 * Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private enum Mode {
    PASS,
    DEAD,
    HANG
  }

  private final InetSocketAddress target;
  private final InetSocketAddress address;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final List<Fault> standing = new CopyOnWriteArrayList<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Request> struck = new CopyOnWriteArrayList<>();
  private final Object lock = new Object();
  private volatile Function<Request, Fault> chance = request -> null;
  private volatile long lastClosed = System.nanoTime(); // by the links
  private volatile String probeAnswer; // in place of the node's, if not null
  private volatile Function<Request, Answer> known = request -> null;
  private Mode mode = Mode.PASS; // under the lock
  private ServerSocket listener; // under the lock
  private Thread accepting; // under the lock

  private FaultProxy(InetSocketAddress target, ServerSocket listener) {
    this.target = target;
    this.address = (InetSocketAddress) listener.getLocalSocketAddress();
    listen(listener);
  }

  /** A proxy on a free port of the same loopback address. */
  public static FaultProxy before(InetSocketAddress target) {
    // Not from the range of outgoing connections, one of which might sit on the port when the node
    // comes back.
    for (int i = 0; ; i++) {
      int port = ThreadLocalRandom.current().nextInt(20_000, 30_000);
      try {
        return new FaultProxy(target, bound(new InetSocketAddress(target.getAddress(), port)));
      } catch (IOException e) {
        if (i == 100) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /**
   * A proxy at this very address.
   *
   * @throws IOException if it is taken
   */
  public static FaultProxy before(InetSocketAddress target, InetSocketAddress at)
      throws IOException {
    return new FaultProxy(target, bound(at));
  }

  private static ServerSocket bound(InetSocketAddress address) throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(address, 200);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void listen(ServerSocket socket) {
    listener = socket;
    accepting = new Thread(() -> accept(socket), "proxy-" + address.getPort());
    accepting.setDaemon(true);
    accepting.start();
  }

  private void accept(ServerSocket socket) {
    while (true) {
      try {
        Link link = new Link(this, socket.accept());
        links.add(link);
        link.start();
      } catch (IOException e) {
        return;
      }
    }
  }

  /** What the node's clients call it: {@code 127.0.0.1:12345}. */
  public String id() {
    boolean six = address.getAddress() instanceof Inet6Address;
    return (six ? "[::1]" : address.getAddress().getHostAddress()) + ":" + address.getPort();
  }

  /** Where it listens. */
  public String url() {
    return "http://" + id();
  }

  /** Where the node itself listens: requests that go there meet no fault and are not counted. */
  public String targetUrl() {
    return "http://" + target.getHostString() + ":" + target.getPort();
  }

  InetSocketAddress target() {
    return target;
  }

  // Faults of the node.

  /** All is well, from now on and for connections that hang. */
  public void pass() {
    synchronized (lock) {
      try {
        if (mode == Mode.DEAD) {
          listen(bound(address));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      mode = Mode.PASS;
      lock.notifyAll();
    }
  }

  /** As if the process had been killed: connections are reset, new ones refused. */
  public void kill() {
    synchronized (lock) {
      mode = Mode.DEAD;
      close(listener);
      join(accepting); // until then the system may accept one more
      lock.notifyAll();
    }
    links.forEach(Link::reset);
  }

  /** As where a keep-alive ends: every connection is closed, and new ones are taken. */
  public void closeConnections() {
    links.forEach(Link::close);
  }

  /**
   * As if the process had been stopped: connections are accepted by the system, and nothing more.
   */
  public void hang() {
    synchronized (lock) {
      if (mode == Mode.DEAD) {
        throw new IllegalStateException("dead");
      }
      mode = Mode.HANG;
    }
  }

  /** Waits while the node hangs; false if it died. */
  boolean awaitAlive() throws InterruptedException {
    synchronized (lock) {
      while (mode == Mode.HANG) {
        lock.wait();
      }
      return mode == Mode.PASS;
    }
  }

  // Faults of requests.

  /** The next request that the fault is for meets it; may be called several times. */
  public void next(Fault fault) {
    faults.add(fault);
  }

  /** Every request that the fault is for meets it; may be called several times. */
  public void always(Fault fault) {
    standing.add(fault);
  }

  /** Takes back what {@link #always} has set up. */
  public void forget(Fault fault) {
    standing.remove(fault);
  }

  /** Each request meets what this says, which may be null for nothing. */
  public void faults(Function<Request, Fault> perRequest) {
    chance = perRequest;
  }

  /**
   * Probes get this answer, given by the proxy itself; requests go on to the node. As where a front
   * takes a node out of service that still serves.
   */
  public void answerProbes(int status, String body) {
    probeAnswer =
        "HTTP/1.1 %d \r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            .formatted(status, body.length(), body);
  }

  /**
   * Requests get what this says without reaching the node, as of a server that can do what the node
   * can't; null for those that go on to the node. They are counted, and die with the node.
   */
  public void answer(Function<Request, Answer> instead) {
    known = instead;
  }

  /** What the proxy itself says to a request, or null. */
  Answer known(Request request) {
    return known.apply(request);
  }

  /** What a probe gets without reaching the node, or null. */
  String answerInstead(Request request) {
    return request.isS3() ? null : probeAnswer;
  }

  /** Takes note of a request and gives out its fault, or null. */
  Fault begin(Request request) {
    requests.add(request);
    Fault fault = faultOf(request);
    if (fault != null) {
      struck.add(request);
    }
    return fault;
  }

  private Fault faultOf(Request request) {
    Iterator<Fault> waiting = faults.iterator();
    while (waiting.hasNext()) {
      Fault fault = waiting.next();
      if (fault.request().test(request) && faults.remove(fault)) {
        return fault;
      }
    }
    for (Fault fault : standing) {
      if (fault.request().test(request)) {
        return fault;
      }
    }
    return request.isS3() ? chance.apply(request) : null;
  }

  /** The requests that came, without probes. */
  public List<Request> requests() {
    return requests.stream().filter(Request::isS3).toList();
  }

  /** The requests that met a fault. */
  public List<Request> struck() {
    return struck;
  }

  /** How many requests of this method came. */
  public int count(String method) {
    return (int) requests().stream().filter(one -> one.method().equals(method)).count();
  }

  void closedByNode() {
    lastClosed = System.nanoTime();
  }

  /** Whether the node itself has closed a connection since, as servers do now and then. */
  public boolean hasClosedSince(long nanos) {
    return lastClosed - nanos >= 0;
  }

  /** Open connections. */
  public int connections() {
    return links.size();
  }

  /** All further requests pass. */
  public void forgetFaults() {
    faults.clear();
    standing.clear();
    chance = request -> null;
    probeAnswer = null;
    known = request -> null;
  }

  /** Open connections are reset; new ones are welcome. */
  public void resetConnections() {
    links.forEach(Link::reset);
  }

  /** As new; connections are closed. */
  public void renew() {
    forgetFaults();
    pass();
    resetConnections();
    requests.clear();
    struck.clear();
  }

  Socket connect() throws IOException {
    return atOnce(new Socket(target.getAddress(), target.getPort()));
  }

  /** As all real servers do: else a head and its body, sent one by one, may take 40 ms more. */
  static Socket atOnce(Socket socket) throws IOException {
    socket.setTcpNoDelay(true);
    return socket;
  }

  /** A connection to the proxy, as a client makes one. */
  Socket dial() throws IOException {
    return atOnce(new Socket(address.getAddress(), address.getPort()));
  }

  /**
   * Ends connections on which such a request is not taken any more: nobody reads there, so nobody
   * has seen the client give it up.
   */
  public void endStalled(Predicate<Request> requests) {
    links.stream().filter(link -> link.isStalledAt(requests)).forEach(Link::reset);
  }

  void ended(Link link) {
    links.remove(link);
  }

  @Override
  public void close() {
    kill();
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return id();
  }
}
