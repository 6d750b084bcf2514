package io.nodewise.lb.awssdk.nodes;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/*
 * Two threads, one each way. The one from the client reads HTTP just well enough to tell where a
 * request ends and the next one begins (Content-Length only, which is all that the SDK sends); the
 * one from the node counts the bytes that come once the request has gone through whole, which leaves
 * an interim 100 out.
 */
/** One connection of a client to a node, through a {@link FaultProxy}. */
final class Link {
  private final FaultProxy proxy;
  private final Socket client;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile Socket node;

  private volatile Exchange exchange; // by the thread from the client

  // Of the thread from the client.
  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private long bodyLeft;
  private long requested;

  /** A request and its answer. */
  private static final class Exchange {
    final Request request;
    final Fault fault; // or null
    final Reply reply; // of the thread from the node; null without a fault
    volatile boolean requestSent; // by the thread from the client

    Exchange(Request request, Fault fault) {
      this.request = request;
      this.fault = fault;
      this.reply = fault == null ? null : new Reply(fault, request);
    }

    boolean isAnsweredInstead() {
      return fault != null && fault.kind() == Fault.Kind.ANSWER_INSTEAD;
    }
  }

  Link(FaultProxy proxy, Socket client) {
    this.proxy = proxy;
    this.client = client;
  }

  void start() {
    run("to", this::fromClient);
  }

  private void run(String name, Pump pump) {
    Thread thread =
        new Thread(
            () -> {
              try {
                pump.run();
              } catch (IOException | InterruptedException e) {
                reset();
              }
            },
            "link-" + name + "-" + client.getPort());
    thread.setDaemon(true);
    thread.start();
  }

  private interface Pump {
    void run() throws IOException, InterruptedException;
  }

  // From the client.

  private void fromClient() throws IOException, InterruptedException {
    if (!proxy.awaitAlive()) {
      reset();
      return;
    }
    FaultProxy.atOnce(client);
    node = proxy.connect();
    run("from", this::fromNode);
    InputStream in = client.getInputStream();
    OutputStream out = node.getOutputStream();
    byte[] buffer = new byte[16 * 1024];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (!proxy.awaitAlive()) {
        reset();
        return;
      }
      for (int used = 0; used < n; ) {
        used += bodyLeft > 0 ? body(buffer, used, n, out) : head(buffer[used], out);
      }
    }
    close(false);
  }

  private int head(byte one, OutputStream out) throws IOException, InterruptedException {
    head.write(one);
    if (one != '\n') {
      return 1;
    }
    String text = head.toString(StandardCharsets.ISO_8859_1);
    if (text.endsWith("\r\n\r\n")) {
      Request request = new Request(text.substring(0, text.length() - 4));
      String instead = proxy.answerInstead(request);
      if (instead != null) {
        answer(instead);
        close(false);
        return 1;
      }
      Answer known = proxy.known(request);
      if (known != null) {
        proxy.begin(request);
        head.reset();
        answer(known);
        return 1;
      }
      bodyLeft = request.header("Content-Length").map(Long::parseLong).orElse(0L);
      requested = 0;
      Exchange next = new Exchange(request, proxy.begin(request));
      next.requestSent = bodyLeft == 0;
      exchange = next;
      forward(head.toByteArray(), 0, head.size(), out);
      head.reset();
    }
    return 1;
  }

  private int body(byte[] buffer, int from, int to, OutputStream out)
      throws IOException, InterruptedException {
    int n = (int) Math.min(bodyLeft, to - from);
    bodyLeft -= n;
    exchange.requestSent = bodyLeft == 0; // before the last byte goes: the answer may be fast
    forward(buffer, from, n, out);
    return n;
  }

  private void answer(String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void answer(Answer known) throws IOException, InterruptedException {
    answer(known.head());
    try (InputStream body = known.body()) {
      byte[] block = new byte[16 * 1024];
      for (int n = body.read(block); n >= 0; n = body.read(block)) {
        if (!proxy.awaitAlive()) {
          throw new IOException("dead");
        }
        client.getOutputStream().write(block, 0, n);
      }
    }
  }

  private void forward(byte[] bytes, int from, int count, OutputStream out)
      throws IOException, InterruptedException {
    if (exchange.isAnsweredInstead()) {
      swallow();
      return;
    }
    Fault now = exchange.fault;
    if (now != null && now.onRequest() && requested + count >= now.after()) {
      out.write(bytes, from, (int) (now.after() - requested));
      out.flush();
      if (now.kind() == Fault.Kind.STALL_REQUEST) {
        awaitEnd();
      }
      throw new IOException("reset");
    }
    requested += count;
    out.write(bytes, from, count);
    out.flush();
  }

  /** What came of the request goes nowhere; once it is whole it is answered. */
  private void swallow() throws IOException {
    Exchange now = exchange;
    if (now.requestSent) {
      answer(now.fault.answerTo(now.request));
      close(false);
    } else if (requested++ == 0 && now.request.header("Expect").isPresent()) {
      answer("HTTP/1.1 100 Continue\r\n\r\n");
    }
  }

  // From the node.

  private void fromNode() throws IOException, InterruptedException {
    InputStream in = node.getInputStream();
    OutputStream out = client.getOutputStream();
    byte[] buffer = new byte[16 * 1024];
    for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
      if (!proxy.awaitAlive()) {
        reset();
        return;
      }
      Exchange now = exchange;
      if (now == null || now.fault == null || !now.requestSent) {
        out.write(buffer, 0, n);
        out.flush();
        continue;
      }
      switch (now.reply.pass(buffer, n, out)) {
        case GO_ON -> {}
        case STALL -> {
          awaitEnd();
          return;
        }
        case CLOSE -> {
          close(false);
          return;
        }
        case RESET -> {
          reset();
          return;
        }
      }
    }
    Exchange last = exchange;
    if (last != null && last.request.isS3()) {
      proxy.closedByNode(); // and not the one connection of a probe
    }
    close(false);
  }

  // The end.

  /** Until the other thread sees a connection end, or a test is over. */
  private void awaitEnd() throws InterruptedException {
    ended.await();
  }

  /** Ends both connections as if all were well. */
  void close() {
    close(false);
  }

  /** Whether it takes no more of such a request. */
  boolean isStalledAt(Predicate<Request> requests) {
    Exchange now = exchange;
    return now != null
        && now.fault != null
        && now.fault.kind() == Fault.Kind.STALL_REQUEST
        && requests.test(now.request);
  }

  /** Ends both connections at once, with a reset. */
  void reset() {
    close(true);
  }

  private void close(boolean reset) {
    if (over.compareAndSet(false, true)) {
      ended.countDown();
      proxy.ended(this);
      close(client, reset);
    }
    Socket upstream = node;
    if (upstream != null) {
      close(upstream, reset);
    }
  }

  private static void close(Socket socket, boolean reset) {
    try {
      if (reset) {
        socket.setSoLinger(true, 0);
      }
      socket.close();
    } catch (IOException ignored) {
      // It is closed all the same.
    }
  }
}
