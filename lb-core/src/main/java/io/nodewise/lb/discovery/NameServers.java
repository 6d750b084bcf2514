package io.nodewise.lb.discovery;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;

/*
 * One server after the other, twice; each try has a quarter of the time, all of them together no more
 * than all of it. UDP with EDNS; without EDNS where a server does not know it; over TCP what is
 * truncated. What comes over UDP and does not belong to the question is not listened to.
 *
 * dnsjava's own way over the wire keeps a selector and its thread for the life of the JVM. This one
 * blocks the thread that asks, which is there for it, and ends with its interruption.
 */
/** Sends questions to name servers. For one look; one thread. */
final class NameServers implements Resolver {
  private static final int ROUNDS = 2;

  /** What passes every network whole (DNS flag day 2020). */
  private static final int UDP_SIZE = 1232;

  private final List<InetSocketAddress> servers;
  private final Duration timeout;
  private final long deadline;
  private long leastTtl = Long.MAX_VALUE; // seconds
  private int answered; // which server did last; asked first, so one that is silent is met once

  NameServers(List<InetSocketAddress> servers, Duration timeout) {
    this.servers = List.copyOf(servers);
    this.timeout = timeout;
    this.deadline = System.nanoTime() + timeout.toNanos();
  }

  /** The least of all records that answered; no time at all, if there was none. */
  Duration leastTtl() {
    return Duration.ofSeconds(leastTtl == Long.MAX_VALUE ? 0 : leastTtl);
  }

  @Override
  public CompletionStage<Message> sendAsync(Message query, Executor executor) {
    try {
      return CompletableFuture.completedFuture(send(query));
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public Message send(Message query) throws IOException {
    IOException failure = new IOException("there is no name server");
    Message refusal = null;
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < servers.size(); i++) {
        int at = (answered + i) % servers.size();
        InetSocketAddress server = servers.get(at);
        try {
          Message answer = ask(server, query);
          if (isFinal(answer.getRcode())) {
            note(answer);
            answered = at;
            return answer;
          }
          refusal = answer;
        } catch (IOException e) {
          if (Thread.currentThread().isInterrupted()) {
            throw e;
          }
          failure = new IOException(name(server) + ": " + said(e), e);
        }
      }
    }
    if (refusal != null) {
      return refusal; // what it says is told by who looks at it
    }
    throw failure;
  }

  private static boolean isFinal(int code) {
    return code == Rcode.NOERROR || code == Rcode.NXDOMAIN;
  }

  private static String name(InetSocketAddress server) {
    return "name server " + Network.inUri(server.getAddress()) + ":" + server.getPort();
  }

  private static String said(IOException e) {
    return e instanceof SocketTimeoutException ? "no answer" : String.valueOf(e.getMessage());
  }

  private void note(Message answer) {
    for (Record each : answer.getSection(Section.ANSWER)) {
      leastTtl = Math.min(leastTtl, each.getTTL());
    }
  }

  private Message ask(InetSocketAddress server, Message query) throws IOException {
    Message extended = query.clone();
    extended.addRecord(new OPTRecord(UDP_SIZE, 0, 0), Section.ADDITIONAL);
    Message answer = overUdp(server, extended);
    if (answer.getRcode() == Rcode.FORMERR || answer.getRcode() == Rcode.NOTIMP) {
      answer = overUdp(server, query); // one from before EDNS
    }
    return answer.getHeader().getFlag(Flags.TC) ? overTcp(server, query) : answer;
  }

  private Message overUdp(InetSocketAddress server, Message query) throws IOException {
    long end = endOfTry();
    byte[] sent = query.toWire();
    try (DatagramChannel channel = DatagramChannel.open()) { // interruptible, as a socket is not
      channel.connect(server);
      DatagramSocket socket = channel.socket();
      socket.send(new DatagramPacket(sent, sent.length));
      byte[] buffer = new byte[65_535];
      while (true) {
        socket.setSoTimeout(left(end));
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        Message answer = read(Arrays.copyOf(buffer, packet.getLength()), query);
        if (answer != null) {
          return answer;
        }
      }
    }
  }

  private Message overTcp(InetSocketAddress server, Message query) throws IOException {
    long end = endOfTry();
    byte[] sent = query.toWire();
    try (SocketChannel channel = SocketChannel.open()) {
      Socket socket = channel.socket();
      socket.connect(server, left(end));
      ByteBuffer framed = ByteBuffer.allocate(2 + sent.length);
      framed.putShort((short) sent.length).put(sent);
      socket.getOutputStream().write(framed.array());
      int length = ByteBuffer.wrap(read(socket, 2, end)).getShort() & 0xffff;
      Message answer = read(read(socket, length, end), query);
      if (answer == null) {
        throw new IOException("an answer to another question");
      }
      return answer;
    }
  }

  private static byte[] read(Socket socket, int length, long end) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] bytes = new byte[length];
    int have = 0;
    while (have < length) {
      socket.setSoTimeout(left(end));
      int more = in.read(bytes, have, length - have);
      if (more < 0) {
        throw new EOFException("closed in the middle of an answer");
      }
      have += more;
    }
    return bytes;
  }

  /** The message; null if it does not answer this question. */
  private static @Nullable Message read(byte[] bytes, Message query) throws IOException {
    if (bytes.length < 12
        || ByteBuffer.wrap(bytes).getShort() != (short) query.getHeader().getID()) {
      return null;
    }
    Message answer = new Message(bytes);
    Record question = answer.getQuestion();
    boolean isAnswer =
        answer.getHeader().getFlag(Flags.QR)
            && (question == null
                ? !isFinal(answer.getRcode())
                : question.getName().equals(query.getQuestion().getName())
                    && question.getType() == query.getQuestion().getType()
                    && question.getDClass() == query.getQuestion().getDClass());
    return isAnswer ? answer : null;
  }

  private long endOfTry() throws IOException {
    long now = System.nanoTime();
    long left = deadline - now;
    if (left <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    return now + Math.min(left, timeout.toNanos() / 4);
  }

  private static int left(long end) throws IOException {
    long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
    if (millis <= 0) {
      throw new SocketTimeoutException("no answer in time");
    }
    return (int) millis;
  }

  @Override
  public String toString() {
    return "name servers " + servers;
  }

  // Settings of a resolver that nobody sets: it is made as it is to be.

  @Override
  public void setPort(int port) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setTCP(boolean flag) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setIgnoreTruncation(boolean flag) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setTSIGKey(TSIG key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setTimeout(Duration time) {
    throw new UnsupportedOperationException();
  }
}
