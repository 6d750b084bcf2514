package io.nodewise.lb.node;

import static io.nodewise.lb.node.SyntaxMessage.fault;
import static io.nodewise.lb.node.SyntaxMessage.value;

import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Addresses written as numbers. Stateless; never asks a name server, which {@code InetAddress} does
 * for some malformed literals.
 */
final class IpLiteral {
  private static final int GROUPS = 8;

  private IpLiteral() {}

  /** Whether it is a dotted quad: four numbers from 0 to 255 without leading zeros. */
  static boolean isIpv4(String text) {
    int numbers = 0;
    int start = 0;
    while (start <= text.length()) {
      int dot = text.indexOf('.', start);
      int end = dot < 0 ? text.length() : dot;
      if (++numbers > 4 || !isByte(text, start, end)) {
        return false;
      }
      start = end + 1;
    }
    return numbers == 4;
  }

  private static boolean isByte(String text, int start, int end) {
    int digits = end - start;
    if (digits < 1 || digits > 3 || (digits > 1 && text.charAt(start) == '0')) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return Integer.parseInt(text, start, end, 10) <= 255;
  }

  /** The canonical form (RFC 5952: lower case, the longest run of zeros as ::), no brackets. */
  static String canonicalIpv6(String text) throws URISyntaxException {
    int[] groups = new int[GROUPS];
    int count = 0;
    int gap = text.startsWith("::") ? 0 : -1; // groups before the ::
    int i = gap == 0 ? 2 : 0;
    while (i < text.length()) {
      int end = endOfHex(text, i);
      if (end < text.length() && text.charAt(end) == '.') {
        count = ipv4Tail(text, i, groups, count);
        break;
      }
      if (end == i || end - i > 4 || count == GROUPS) {
        throw bad(text, i);
      }
      groups[count++] = Integer.parseInt(text, i, end, 16);
      i = end;
      if (i == text.length()) {
        break;
      }
      if (text.charAt(i) != ':' || i + 1 == text.length()) {
        throw bad(text, i);
      }
      i++;
      if (text.charAt(i) == ':') {
        if (gap >= 0) {
          throw bad(text, i);
        }
        gap = count;
        i++;
      }
    }
    if (gap < 0 ? count != GROUPS : count >= GROUPS) {
      throw bad(text, 0);
    }
    return compressed(spread(groups, count, gap));
  }

  private static URISyntaxException bad(String text, int index) {
    String expected =
        text.indexOf('%') >= 0
            ? " (expected: no scope such as %eth0)"
            : " (expected: up to 8 groups of hex digits and one ::, such as 2001:db8::1)";
    return fault(text, index, "not an IPv6 address: " + value(text) + expected);
  }

  private static int endOfHex(String text, int start) {
    int end = start;
    while (end < text.length() && isHex(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static boolean isHex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  }

  private static int ipv4Tail(String text, int start, int[] groups, int count)
      throws URISyntaxException {
    String tail = text.substring(start);
    if (count > GROUPS - 2 || !isIpv4(tail)) {
      throw bad(text, start);
    }
    int bits = 0;
    for (int from = 0; from <= tail.length(); ) {
      int dot = tail.indexOf('.', from);
      int end = dot < 0 ? tail.length() : dot;
      bits = bits << 8 | Integer.parseInt(tail, from, end, 10);
      from = end + 1;
    }
    groups[count] = bits >>> 16;
    groups[count + 1] = bits & 0xffff;
    return count + 2;
  }

  private static int[] spread(int[] groups, int count, int gap) {
    if (gap < 0) {
      return groups;
    }
    int[] all = new int[GROUPS];
    System.arraycopy(groups, 0, all, 0, gap);
    System.arraycopy(groups, gap, all, GROUPS - (count - gap), count - gap);
    return all;
  }

  private static String compressed(int[] groups) {
    int start = -1;
    int length = 1; // one zero group alone is written out
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    boolean mapped = start == 0 && length == 5 && groups[5] == 0xffff;
    int hexGroups = mapped ? 6 : GROUPS;
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < hexGroups; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
      } else {
        text.append(Integer.toHexString(groups[i]));
        text.append(i + 1 < hexGroups && i + 1 != start ? ":" : "");
      }
    }
    return mapped ? text + ":" + quad(groups[6], groups[7]) : text.toString();
  }

  private static String quad(int high, int low) {
    return String.format(Locale.ROOT, "%d.%d.%d.%d", high >> 8, high & 0xff, low >> 8, low & 0xff);
  }
}
