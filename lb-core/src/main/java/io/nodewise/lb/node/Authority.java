package io.nodewise.lb.node;

import static io.nodewise.lb.node.SyntaxMessage.fault;
import static io.nodewise.lb.node.SyntaxMessage.shifted;
import static io.nodewise.lb.node.SyntaxMessage.value;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * A scheme, host and port in normal form. Immutable. Reads the text itself, because {@link URI}
 * gives no host for the names containers have ({@code my_host}).
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case, IPv6 canonical and without brackets
 * @param port 1 to 65535, the scheme's default filled in
 */
record Authority(String scheme, String host, int port) {
  private static final int MAX_NAME = 253; // RFC 1035, as text
  private static final int MAX_LABEL = 63;
  private static final int MAX_PORT = 65_535;

  /**
   * A uri cut at its joints.
   *
   * @param scheme {@code http} or {@code https}
   * @param start where the authority starts
   * @param end where it ends, exclusive
   */
  record Parts(String scheme, int start, int end) {}

  /** Reads a whole uri. */
  static Authority ofUri(String text) throws URISyntaxException {
    Parts parts = split(text);
    try {
      return parse(parts.scheme(), text.substring(parts.start(), parts.end()));
    } catch (URISyntaxException e) {
      throw shifted(e, parts.start());
    }
  }

  /** Checks everything around the authority, which is not looked into. */
  static Parts split(String text) throws URISyntaxException {
    if (text.indexOf('@') >= 0) { // first of all, so that no other message shows a password
      throw fault(
          text, userInfoStart(text), "user info (expected: none; credentials go to the client)");
    }
    if (text.isBlank()) {
      throw fault(text, 0, "empty (expected: http://host:port or https://host:port)");
    }
    int colon = text.indexOf("://");
    if (colon <= 0) {
      throw noScheme(text);
    }
    String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw fault(text, 0, "unsupported scheme: " + value(scheme) + " (expected: http or https)");
    }
    int start = colon + 3;
    int end = start;
    while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    checkNothingAfter(text, end);
    return new Parts(scheme, start, end);
  }

  private static URISyntaxException noScheme(String text) {
    int colon = text.indexOf(':');
    if (colon > 0 && text.substring(0, colon).toLowerCase(Locale.ROOT).matches("https?")) {
      return fault(
          text, colon + 1, "no // after " + text.substring(0, colon + 1) + " (expected: ://)");
    }
    return fault(text, 0, "no scheme: " + value(text) + " (expected: http:// or https:// first)");
  }

  private static void checkNothingAfter(String text, int end) throws URISyntaxException {
    int rest = text.startsWith("/", end) ? end + 1 : end;
    if (rest == text.length()) {
      return;
    }
    String what;
    if (text.charAt(rest) == '?') {
      what = "query";
    } else if (text.charAt(rest) == '#') {
      what = "fragment";
    } else {
      rest = end;
      what = "path";
    }
    throw fault(
        text, rest, what + ": " + value(text.substring(rest)) + " (expected: none after the port)");
  }

  /** Where user info starts in a text that has an @: after the scheme, or at the beginning. */
  static int userInfoStart(String text) {
    int colon = text.indexOf("://");
    return colon >= 0 && colon < text.lastIndexOf('@') ? colon + 3 : 0;
  }

  /** Reads {@code host}, {@code host:port}, {@code [ipv6]} or {@code [ipv6]:port}. */
  static Authority parse(String scheme, String text) throws URISyntaxException {
    int hostEnd;
    String host;
    if (text.startsWith("[")) {
      hostEnd = text.indexOf(']') + 1;
      if (hostEnd == 0) {
        throw fault(text, 0, "unclosed bracket: " + value(text) + " (expected: [IPv6 address])");
      }
      host = bracketed(text.substring(1, hostEnd - 1));
      if (hostEnd < text.length() && text.charAt(hostEnd) != ':') {
        throw fault(
            text,
            hostEnd,
            "text after the bracket: " + value(text.substring(hostEnd)) + " (expected: :port)");
      }
    } else {
      int colon = text.indexOf(':');
      int second = colon < 0 ? -1 : text.indexOf(':', colon + 1);
      if (second >= 0) {
        throw fault(text, second, "second colon (expected: host:port; IPv6 in brackets: [::1])");
      }
      hostEnd = colon < 0 ? text.length() : colon;
      host = name(text.substring(0, hostEnd));
    }
    int port = hostEnd == text.length() ? defaultPort(scheme) : port(text, hostEnd + 1);
    return new Authority(scheme, host, port);
  }

  private static String bracketed(String text) throws URISyntaxException {
    try {
      return IpLiteral.canonicalIpv6(text);
    } catch (URISyntaxException e) {
      throw shifted(e, 1);
    }
  }

  private static String name(String text) throws URISyntaxException {
    if (text.isEmpty()) {
      throw fault(text, 0, "no host (expected: scheme://host:port)");
    }
    if (text.length() > MAX_NAME) {
      throw fault(
          text, 0, "host of " + text.length() + " characters (expected: at most " + MAX_NAME + ")");
    }
    boolean numeric = true;
    int label = 0;
    for (int i = 0; i <= text.length(); i++) {
      char c = i < text.length() ? text.charAt(i) : '.';
      if (c == '.') {
        boolean root = i == text.length() && i == label && i > 0; // "host." is a full name
        if (!root) {
          checkLabel(text, label, i);
        }
        label = i + 1;
      } else if (!isNameCharacter(c)) {
        throw badCharacter(text, i);
      } else {
        numeric &= c >= '0' && c <= '9';
      }
    }
    if (numeric && !IpLiteral.isIpv4(text)) {
      throw fault(
          text,
          0,
          "not an IPv4 address: "
              + value(text)
              + " (expected: four numbers 0 to 255, no leading zeros)");
    }
    return text.toLowerCase(Locale.ROOT);
  }

  private static void checkLabel(String text, int start, int end) throws URISyntaxException {
    if (end == start) {
      throw fault(text, start, "empty part in host: " + value(text) + " (expected: a.b.c)");
    }
    if (end - start > MAX_LABEL) {
      throw fault(
          text,
          start,
          "part of " + (end - start) + " characters (expected: at most " + MAX_LABEL + ")");
    }
    if (text.charAt(start) == '-') {
      throw fault(text, start, "hyphen (expected: a letter or digit first)");
    }
  }

  private static URISyntaxException badCharacter(String text, int index) {
    int c = text.codePointAt(index);
    if (c == '{' || c == '}') {
      return fault(text, index, "ellipses (expected: one node; NodeSet.parse reads many)");
    }
    boolean visible = c > ' ' && c < 127;
    String shown = visible ? "'" + (char) c + "'" : String.format(Locale.ROOT, "U+%04X", c);
    String expected =
        c < 128 ? "letters, digits, - _ ." : "ASCII; international names in their xn-- form";
    return fault(text, index, "character in host: " + shown + " (expected: " + expected + ")");
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_';
  }

  private static int port(String text, int start) throws URISyntaxException {
    if (start == text.length()) {
      throw fault(text, start, "no port after the colon (expected: 1 to " + MAX_PORT + ")");
    }
    int port = 0;
    boolean digits = text.length() - start <= 5;
    for (int i = start; digits && i < text.length(); i++) {
      char c = text.charAt(i);
      digits = c >= '0' && c <= '9';
      port = port * 10 + (c - '0');
    }
    if (!digits || port < 1 || port > MAX_PORT) {
      throw fault(
          text,
          start,
          "port: " + value(text.substring(start)) + " (expected: 1 to " + MAX_PORT + ")");
    }
    return port;
  }

  private static int defaultPort(String scheme) {
    return scheme.equals("https") ? 443 : 80;
  }

  /** As in a {@code Host} header: IPv6 in brackets, no port where it is the scheme's default. */
  String text() {
    String written = host.indexOf(':') < 0 ? host : "[" + host + "]";
    return port == defaultPort(scheme) ? written : written + ":" + port;
  }

  /** The uri without a path. */
  URI uri() {
    return URI.create(scheme + "://" + text());
  }
}
