package io.nodewise.lb.discovery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** A range of addresses, such as {@code 10.0.0.0/8} or {@code fd00::/8}. Immutable. */
final class Network {
  private static final String EXPECTED = " (expected: such as 10.0.0.0/8 or fd00::/8)";

  private final String text;
  private final byte[] address;
  private final int bits;

  private Network(String text, byte[] address, int bits) {
    this.text = text;
    this.address = address;
    this.bits = bits;
  }

  /**
   * Reads one; an address alone is a range of one.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Network parse(String text) {
    int slash = text.indexOf('/');
    String written = slash < 0 ? text : text.substring(0, slash);
    byte[] address = literal(written, text);
    int most = address.length * 8;
    int bits = slash < 0 ? most : bits(text.substring(slash + 1), text);
    if (bits > most) {
      throw new IllegalArgumentException(
          "network: " + text + " (expected: a prefix of at most " + most + " bits)");
    }
    return new Network(text, address, bits);
  }

  /** Never asks a name server: what is no literal is refused before it comes to that. */
  private static byte[] literal(String written, String text) {
    boolean isLiteral =
        (written.indexOf(':') >= 0 && written.matches("[0-9a-fA-F:.]+"))
            || written.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    try {
      if (isLiteral) {
        return InetAddress.getByName(written).getAddress();
      }
    } catch (UnknownHostException e) {
      // said below
    }
    throw new IllegalArgumentException("network: " + text + EXPECTED);
  }

  private static int bits(String written, String text) {
    if (!written.matches("\\d{1,3}")) {
      throw new IllegalArgumentException("network: " + text + EXPECTED);
    }
    return Integer.parseInt(written);
  }

  /** Whether its addresses are IPv4. */
  boolean isV4() {
    return address.length == 4;
  }

  /** Whether it has this address. */
  boolean contains(InetAddress other) {
    byte[] bytes = other.getAddress();
    if (bytes.length != address.length) {
      return false;
    }
    for (int i = 0; i < bits; i++) {
      int mask = 0x80 >> (i & 7);
      if ((bytes[i >> 3] & mask) != (address[i >> 3] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** As in a URI: IPv6 in brackets. */
  static String inUri(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    String plain = scope < 0 ? text : text.substring(0, scope);
    return address instanceof Inet4Address ? plain : "[" + plain + "]";
  }

  @Override
  public String toString() {
    return text;
  }
}
