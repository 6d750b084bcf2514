package io.nodewise.lb.discovery;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A name server on loopback, over UDP and TCP, that answers as it is told to: with sets that
 * change, late or never, with errors, truncated. Thread-safe.
 */
public final class TestNameServer implements AutoCloseable {

  /** What is wrong with it. */
  public enum Trouble {
    /** Nothing. */
    NONE,
    /** It takes questions and says nothing. */
    SILENT,
    /** It says SERVFAIL. */
    SERVFAIL,
    /** It says REFUSED. */
    REFUSED,
    /** It says NXDOMAIN. */
    NXDOMAIN,
    /** It knows the name, and has no records. */
    NOTHING,
    /** It is from before EDNS. */
    NO_EDNS,
    /** Its answers are for somebody else first, then for us. */
    FORGED_FIRST,
    /** It says what can't be read. */
    GARBAGE,
    /** It says where an alias leads, and not what is there. */
    ALIAS_ONLY,
    /** What fits into no datagram is cut, and over TCP it hangs up. */
    TCP_BROKEN
  }

  private final DatagramSocket udp;
  private final ServerSocket tcp;
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, List<Record>> zone = new ConcurrentHashMap<>();
  private final Map<Integer, Trouble> troubles = new ConcurrentHashMap<>(); // by type; 0: all
  private final AtomicInteger overUdp = new AtomicInteger();
  private final AtomicInteger overTcp = new AtomicInteger();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private volatile boolean truncates;

  /** Answers from now on. */
  public TestNameServer() throws IOException {
    InetAddress loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    DatagramSocket datagrams = null;
    ServerSocket streams = null;
    for (int i = 0; i < 20 && streams == null; i++) {
      datagrams = new DatagramSocket(new InetSocketAddress(loopback, 0));
      try {
        streams = new ServerSocket(datagrams.getLocalPort(), 50, loopback);
      } catch (IOException taken) {
        datagrams.close(); // somebody has that port for TCP
      }
    }
    if (streams == null) {
      throw new IOException("no port that is free for both");
    }
    udp = datagrams;
    tcp = streams;
    start("name-server-udp", this::serveUdp);
    start("name-server-tcp", this::serveTcp);
  }

  private void start(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  /** Where it is: {@code 127.0.0.1:port}. */
  public String address() {
    return "127.0.0.1:" + udp.getLocalPort();
  }

  /** From now on the name has these addresses, of either kind, and no others. */
  public void addresses(String name, long ttl, String... addresses) {
    try {
      Name owner = Name.fromString(name + ".");
      List<Record> v4 = new ArrayList<>();
      List<Record> v6 = new ArrayList<>();
      for (String text : addresses) {
        InetAddress address = InetAddress.getByName(text);
        if (address.getAddress().length == 4) {
          v4.add(new ARecord(owner, DClass.IN, ttl, address));
        } else {
          v6.add(new AAAARecord(owner, DClass.IN, ttl, address));
        }
      }
      zone.put(key(owner, Type.A), v4);
      zone.put(key(owner, Type.AAAA), v6);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** An alias. */
  public void alias(String name, long ttl, String target) {
    try {
      Name owner = Name.fromString(name + ".");
      Record alias = new CNAMERecord(owner, DClass.IN, ttl, Name.fromString(target + "."));
      zone.put(key(owner, Type.CNAME), List.of(alias));
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** Services, each as {@code priority weight port target}. */
  public void services(String name, long ttl, String... entries) {
    try {
      Name owner = Name.fromString(name + ".");
      List<Record> records = new ArrayList<>();
      for (String entry : entries) {
        String[] parts = entry.split(" ");
        Name target = Name.fromString(parts[3].equals(".") ? "." : parts[3] + ".");
        records.add(
            new SRVRecord(
                owner,
                DClass.IN,
                ttl,
                Integer.parseInt(parts[0]),
                Integer.parseInt(parts[1]),
                Integer.parseInt(parts[2]),
                target));
      }
      zone.put(key(owner, Type.SRV), records);
    } catch (IOException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** What is wrong from now on. */
  public void trouble(Trouble trouble) {
    troubles.clear();
    troubles.put(0, trouble);
  }

  /** What is wrong from now on with questions of that type. */
  public void trouble(int type, Trouble trouble) {
    troubles.put(type, trouble);
  }

  /** Whether every answer over UDP is cut, however short. */
  public void truncates(boolean all) {
    truncates = all;
  }

  /** Questions so far over UDP. */
  public int overUdp() {
    return overUdp.get();
  }

  /** Questions so far over TCP. */
  public int overTcp() {
    return overTcp.get();
  }

  /** What was asked so far: {@code name TYPE}. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  private static String key(Name name, int type) {
    return name.toString().toLowerCase(Locale.ROOT) + " " + Type.string(type);
  }

  private void serveUdp() {
    byte[] buffer = new byte[65_535];
    while (!udp.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        udp.receive(packet);
        overUdp.incrementAndGet();
        Message query = new Message(Arrays.copyOf(buffer, packet.getLength()));
        if (troubleOf(query) == Trouble.FORGED_FIRST) {
          Message forged = answer(query);
          forged.getHeader().setID((query.getHeader().getID() + 1) & 0xffff);
          send(packet, forged.toWire());
        }
        byte[] answer = wire(query, true);
        if (answer != null) {
          send(packet, answer);
        }
      } catch (IOException e) {
        // closed, or a question that can't be read
      }
    }
  }

  private void send(DatagramPacket to, byte[] bytes) throws IOException {
    udp.send(new DatagramPacket(bytes, bytes.length, to.getSocketAddress()));
  }

  private void serveTcp() {
    while (!tcp.isClosed()) {
      try (Socket socket = tcp.accept()) {
        overTcp.incrementAndGet();
        socket.setSoTimeout(5_000);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        Message query = new Message(in.readNBytes(in.readUnsignedShort()));
        byte[] answer = wire(query, false);
        if (answer != null && troubleOf(query) != Trouble.TCP_BROKEN) {
          DataOutputStream out = new DataOutputStream(socket.getOutputStream());
          out.writeShort(answer.length);
          out.write(answer);
          out.flush();
        }
      } catch (IOException e) {
        // closed, or a client that went away
      }
    }
  }

  private Trouble troubleOf(Message query) {
    Trouble ofAll = troubles.getOrDefault(0, Trouble.NONE);
    return troubles.getOrDefault(query.getQuestion().getType(), ofAll);
  }

  private byte[] wire(Message query, boolean isUdp) throws IOException {
    if (isUdp) {
      Record question = query.getQuestion();
      asked.add(question.getName().toString(true) + " " + Type.string(question.getType()));
    }
    switch (troubleOf(query)) {
      case SILENT:
        return null;
      case GARBAGE:
        byte[] garbage = new byte[40];
        Arrays.fill(garbage, (byte) 0xc0);
        garbage[0] = (byte) (query.getHeader().getID() >> 8);
        garbage[1] = (byte) query.getHeader().getID();
        return garbage;
      default:
        Message answer = answer(query);
        int most = query.getOPT() == null ? 512 : query.getOPT().getPayloadSize();
        if (isUdp && truncates) {
          answer.removeAllRecords(Section.ANSWER);
          answer.getHeader().setFlag(Flags.TC);
        }
        return isUdp ? answer.toWire(most) : answer.toWire();
    }
  }

  private Message answer(Message query) throws IOException {
    Message answer = new Message(query.getHeader().getID());
    Header header = answer.getHeader();
    header.setFlag(Flags.QR);
    header.setFlag(Flags.RA);
    answer.addRecord(query.getQuestion(), Section.QUESTION);
    switch (troubleOf(query)) {
      case SERVFAIL -> header.setRcode(Rcode.SERVFAIL);
      case REFUSED -> header.setRcode(Rcode.REFUSED);
      case NXDOMAIN -> header.setRcode(Rcode.NXDOMAIN);
      case NOTHING -> header.setRcode(Rcode.NOERROR);
      case NO_EDNS -> {
        if (query.getOPT() != null) {
          header.setRcode(Rcode.FORMERR);
        } else {
          fill(answer, query.getQuestion());
        }
      }
      default -> fill(answer, query.getQuestion());
    }
    return answer;
  }

  private void fill(Message answer, Record question) {
    Name name = question.getName();
    for (int i = 0; i < 20; i++) {
      List<Record> alias = zone.get(key(name, Type.CNAME));
      if (alias != null) {
        answer.addRecord(alias.get(0), Section.ANSWER);
        name = ((CNAMERecord) alias.get(0)).getTarget();
        if (troubles.get(0) == Trouble.ALIAS_ONLY) {
          return;
        }
        continue;
      }
      List<Record> records = zone.get(key(name, question.getType()));
      if (records == null) {
        String prefix = name.toString().toLowerCase(Locale.ROOT) + " ";
        boolean isKnown = zone.keySet().stream().anyMatch(key -> key.startsWith(prefix));
        answer.getHeader().setRcode(isKnown ? Rcode.NOERROR : Rcode.NXDOMAIN);
      } else {
        records.forEach(record -> answer.addRecord(record, Section.ANSWER));
      }
      return;
    }
  }

  @Override
  public void close() {
    udp.close();
    try {
      tcp.close();
      for (Thread thread : threads) {
        thread.join(5_000);
      }
    } catch (IOException e) {
      // closed all the same
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
