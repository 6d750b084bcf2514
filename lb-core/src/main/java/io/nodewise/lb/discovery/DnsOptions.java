package io.nodewise.lb.discovery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the builders of DNS sources have in common. Not thread-safe. */
final class DnsOptions {
  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration MOST = Duration.ofDays(1);
  private static final int PORT = 53;

  final List<Network> networks = new ArrayList<>();
  final List<InetSocketAddress> servers = new ArrayList<>();
  Duration leastTtl = Duration.ofSeconds(1);
  Duration mostTtl = Duration.ofMinutes(5);
  Duration timeout = Duration.ofSeconds(4);

  void networks(String... ranges) {
    for (String range : ranges) {
      networks.add(Network.parse(range.trim()));
    }
  }

  void servers(String... addresses) {
    for (String address : addresses) {
      servers.add(server(address.trim()));
    }
  }

  /** {@code 10.0.0.53}, {@code 10.0.0.53:5353}, {@code [fd00::53]:53}, {@code fd00::53}. */
  private static InetSocketAddress server(String text) {
    String host = text;
    int port = PORT;
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[");
    if (bracketed ? text.indexOf("]:") > 0 : colon > 0 && text.indexOf(':') == colon) {
      host = text.substring(0, colon);
      port = port(text.substring(colon + 1));
    }
    if (bracketed && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    }
    boolean isLiteral =
        host.matches("\\d{1,3}(\\.\\d{1,3}){3}")
            || (host.indexOf(':') >= 0 && host.matches("[0-9a-fA-F:.]+"));
    try {
      if (isLiteral && port > 0) {
        return new InetSocketAddress(InetAddress.getByName(host), port);
      }
    } catch (UnknownHostException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "name server: " + text + " (expected: an address, and perhaps a port: 10.0.0.53:53)");
  }

  private static int port(String text) {
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    return port > 65_535 ? 0 : port;
  }

  void check() {
    within("dns least ttl", leastTtl, LEAST, MOST);
    within("dns most ttl", mostTtl, leastTtl, MOST);
    within("dns timeout", timeout, LEAST, Duration.ofMinutes(5));
  }

  static Duration within(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: " + least + " to " + most + ")");
    }
    return value;
  }
}
