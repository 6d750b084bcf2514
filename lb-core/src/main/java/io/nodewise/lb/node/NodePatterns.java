package io.nodewise.lb.node;

import static io.nodewise.lb.node.SyntaxMessage.fault;
import static io.nodewise.lb.node.SyntaxMessage.isSeparator;
import static io.nodewise.lb.node.SyntaxMessage.shifted;
import static io.nodewise.lb.node.SyntaxMessage.value;

import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the arguments of {@link NodeSet#parse}: cuts them into patterns, expands those, and refuses
 * what makes no cluster while it still knows the column. One use, one thread.
 */
final class NodePatterns {
  private static final String EXPECTED = "(expected: http://host:port or https://host:port)";

  /** Where a node comes from. */
  private record Origin(String pattern, int argument, int column) {
    @Override
    public String toString() {
      return value(pattern) + " in argument " + argument + ", column " + column;
    }
  }

  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Origin> origins = new HashMap<>();

  private NodePatterns() {}

  /** The nodes in the order in which they are written. */
  static List<Node> parse(String... arguments) {
    NodePatterns patterns = new NodePatterns();
    for (int i = 0; i < arguments.length; i++) {
      patterns.readArgument(arguments[i], i + 1);
    }
    return patterns.nodes;
  }

  private void readArgument(String argument, int number) {
    try {
      int comma = -1;
      boolean patternDue = true; // at the start and after a comma
      int i = 0;
      while (i < argument.length()) {
        char c = argument.charAt(i);
        if (c == ',' && patternDue) {
          throw fault(argument, i, "no pattern before the comma " + EXPECTED);
        } else if (c == ',') {
          comma = i;
          patternDue = true;
        }
        int end = i;
        while (end < argument.length() && !isSeparator(argument.charAt(end))) {
          end++;
        }
        if (end > i) {
          readPattern(argument, new Origin(argument.substring(i, end), number, i + 1));
          patternDue = false;
        }
        i = Math.max(end, i + 1);
      }
      if (comma >= 0 && patternDue) {
        throw fault(argument, comma, "no pattern after the comma " + EXPECTED);
      } else if (patternDue) {
        throw fault(argument, 0, "no pattern " + EXPECTED);
      }
    } catch (URISyntaxException e) {
      throw SyntaxMessage.at("node pattern", argument, e);
    }
  }

  private void readPattern(String argument, Origin origin) throws URISyntaxException {
    String pattern = origin.pattern();
    int offset = origin.column() - 1;
    Authority.Parts parts;
    Ellipses ellipses;
    try {
      parts = Authority.split(pattern);
    } catch (URISyntaxException e) {
      throw shifted(e, offset);
    }
    int start = offset + parts.start();
    try {
      ellipses = Ellipses.parse(pattern.substring(parts.start(), parts.end()));
    } catch (URISyntaxException e) {
      throw shifted(e, start);
    }
    if (!nodes.isEmpty() && !nodes.get(0).scheme().equals(parts.scheme())) {
      String expected = nodes.get(0).scheme() + " as in " + origins.get(nodes.get(0).authority());
      throw fault(
          argument, offset, "mixed schemes: " + parts.scheme() + " (expected: " + expected + ")");
    }
    if (nodes.size() + ellipses.size() > Ellipses.MAX_NODES) {
      String expected = " (expected: at most " + Ellipses.MAX_NODES + " in all patterns)";
      throw fault(argument, offset, "too many nodes" + expected);
    }
    for (int i = 0; i < ellipses.size(); i++) {
      Authority authority;
      try {
        authority = Authority.parse(parts.scheme(), ellipses.text(i));
      } catch (URISyntaxException e) {
        throw shifted(e, start + ellipses.index(i, e.getIndex()) - e.getIndex());
      }
      add(argument, authority, origin);
    }
  }

  private void add(String argument, Authority authority, Origin origin) throws URISyntaxException {
    Node node = Node.of(authority);
    Origin first = origins.putIfAbsent(node.authority(), origin);
    if (first != null) {
      throw fault(
          argument,
          origin.column() - 1,
          "duplicate node: " + node.authority() + " (expected: once; already from " + first + ")");
    }
    nodes.add(node);
  }
}
