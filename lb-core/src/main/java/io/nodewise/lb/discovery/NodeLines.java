package io.nodewise.lb.discovery;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the lines of a node file; what is wrong is told with the name of the file and the number of
 * the line. One use, one thread.
 */
final class NodeLines {
  private static final int MOST_NODES = 10_000;

  private final String name;
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Integer> lines = new HashMap<>(); // by authority
  private int number;

  private NodeLines(String name) {
    this.name = name;
  }

  /**
   * The nodes in the order in which they are written; none, if there is nothing but comments.
   *
   * @throws IllegalArgumentException if a line can't be read
   */
  static List<Node> parse(String name, String text) {
    NodeLines lines = new NodeLines(name);
    String content = text.startsWith("\uFEFF") ? text.substring(1) : text; // as Windows writes it
    content.lines().forEach(lines::read);
    return lines.nodes;
  }

  private void read(String line) {
    number++;
    int comment = line.indexOf('#');
    String content = comment < 0 ? line : line.substring(0, comment);
    StringBuilder patterns = new StringBuilder();
    Map<String, String> settings = new HashMap<>();
    for (String word : content.trim().split("\\s+")) {
      int equals = word.indexOf('=');
      if (equals > 0 && !word.contains("://")) {
        String key = word.substring(0, equals);
        if (settings.put(key, word.substring(equals + 1)) != null) {
          throw wrong(key + "= twice (expected: once)");
        }
      } else if (!word.isEmpty()) {
        patterns.append(patterns.length() == 0 ? "" : " ").append(word);
      }
    }
    if (patterns.length() == 0 && settings.isEmpty()) {
      return;
    }
    try {
      for (Node node : NodeSet.parse(patterns.toString())) {
        add(with(settings, node));
      }
    } catch (IllegalArgumentException e) {
      throw e instanceof BadLine ? e : wrong(String.valueOf(e.getMessage()));
    }
  }

  private Node with(Map<String, String> settings, Node node) {
    Node.Builder builder = node.toBuilder();
    settings.forEach(
        (key, value) -> {
          switch (key) {
            case "weight" -> builder.weight(number(key, value));
            case "zone" -> builder.zone(value);
            case "tier" -> builder.tier(whole(key, value));
            case "probed" -> builder.probed(truth(key, value));
            default ->
                throw wrong("unknown: " + key + "= (expected: weight=, zone=, tier= or probed=)");
          }
        });
    return builder.build();
  }

  private double number(String key, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw wrong(key + "=" + value + " (expected: a number)");
    }
  }

  private int whole(String key, String value) {
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw wrong(key + "=" + value + " (expected: a whole number)");
    }
  }

  private boolean truth(String key, String value) {
    if (!value.equals("true") && !value.equals("false")) {
      throw wrong(key + "=" + value + " (expected: true or false)");
    }
    return value.equals("true");
  }

  private void add(Node node) {
    Integer before = lines.putIfAbsent(node.authority(), number);
    if (before != null) {
      throw wrong("duplicate node: " + node.authority() + " (already in line " + before + ")");
    }
    if (!nodes.isEmpty() && !nodes.get(0).scheme().equals(node.scheme())) {
      throw wrong("mixed schemes: " + node.uri() + " (expected: as in " + nodes.get(0).uri() + ")");
    }
    if (nodes.size() == MOST_NODES) {
      throw wrong("too many nodes (expected: at most " + MOST_NODES + ")");
    }
    nodes.add(node);
  }

  private BadLine wrong(String reason) {
    return new BadLine(name + ", line " + number + ": " + reason);
  }

  private static final class BadLine extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    BadLine(String message) {
      super(message);
    }
  }
}
