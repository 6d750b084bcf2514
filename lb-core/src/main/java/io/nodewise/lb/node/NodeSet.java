package io.nodewise.lb.node;

import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a cluster: at least one, each once, all http or all https. Immutable and
 * thread-safe. The order is kept for display; two sets are equal when they have the same nodes.
 *
 * <p>Empty is only {@link #none}, what a cluster has whose source of nodes has not found any yet.
 */
public final class NodeSet implements Iterable<Node> {
  private static final int MAX_SPELLED_OUT = 8;

  private final List<Node> nodes;
  private final Map<String, Node> byId = new LinkedHashMap<>();
  private final Map<String, Node> byAuthority = new HashMap<>();

  private final String scheme;

  private NodeSet(String scheme) {
    this.nodes = List.of();
    this.scheme = scheme;
  }

  private NodeSet(Collection<Node> members) {
    this.nodes = List.copyOf(members);
    if (nodes.isEmpty()) {
      throw new IllegalArgumentException("node set: no nodes (expected: at least one)");
    }
    this.scheme = nodes.get(0).scheme();
    for (Node node : nodes) {
      checkScheme(node);
      checkNew(node, byId.putIfAbsent(node.id(), node));
      checkNew(node, byAuthority.putIfAbsent(node.authority(), node));
    }
    for (Node node : nodes) {
      checkUnambiguous(node, byAuthority.get(node.id()));
    }
  }

  /**
   * Reads addresses with ellipses.
   *
   * <ul>
   *   <li>{@code http://minio{1...4}:9000}: four nodes; {@code {01...16}} keeps the zeros, {@code
   *       {a...f}} counts letters.
   *   <li>{@code http://dc{1...2}-minio{1...4}:900{0...1}}: ellipses anywhere in host and port, and
   *       all combinations, the leftmost changing slowest.
   *   <li>{@code http://[2001:db8::{1...4}]:9000}: IPv6 in brackets; numbers count in decimal.
   *   <li>{@code "http://a:9000, http://b:9000"}: several patterns in one argument, between them
   *       commas, white space or both; or one argument each.
   * </ul>
   *
   * <p>Each node is as {@link Node#of(String)} makes it.
   *
   * @param patterns one or more patterns, 10,000 nodes at most in all
   * @throws IllegalArgumentException when there is no pattern, one can't be read (for the reasons
   *     that {@link Node#of(String)} has, or for its ellipses), a node comes twice, http and https
   *     are mixed, or there are too many nodes; the message shows the argument and points at the
   *     column
   */
  public static NodeSet parse(String... patterns) {
    if (patterns.length == 0) {
      throw new IllegalArgumentException(
          "node patterns: none (expected: at least one, such as http://minio{1...4}:9000)");
    }
    return new NodeSet(NodePatterns.parse(patterns));
  }

  /**
   * The set of these nodes, in this order.
   *
   * @throws IllegalArgumentException when there is none, http and https are mixed, or two nodes
   *     have the same address or id, or the id of one is the address of another
   */
  public static NodeSet of(Collection<Node> nodes) {
    return new NodeSet(nodes);
  }

  /**
   * The set of these nodes, in this order.
   *
   * @throws IllegalArgumentException as {@link #of(Collection)}
   */
  public static NodeSet of(Node... nodes) {
    return new NodeSet(Arrays.asList(nodes));
  }

  /**
   * No nodes yet: the members of a load balancer whose source has not found any.
   *
   * @param scheme that of the nodes to come
   * @throws IllegalArgumentException if it is neither http nor https
   */
  public static NodeSet none(String scheme) {
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw new IllegalArgumentException("scheme: " + scheme + " (expected: http or https)");
    }
    return new NodeSet(scheme);
  }

  private void checkScheme(Node node) {
    Node first = nodes.get(0);
    if (!node.scheme().equals(first.scheme())) {
      throw new IllegalArgumentException(
          "node set: mixed schemes: "
              + node.uri()
              + " (expected: "
              + first.scheme()
              + " as in "
              + first.uri()
              + ")");
    }
  }

  private static void checkNew(Node node, @Nullable Node before) {
    if (before != null) {
      throw new IllegalArgumentException(
          "node set: duplicate node: "
              + named(node)
              + " (expected: once; already there: "
              + named(before)
              + ")");
    }
  }

  private static void checkUnambiguous(Node node, @Nullable Node atThatAddress) {
    if (atThatAddress != null && !atThatAddress.equals(node)) {
      throw new IllegalArgumentException(
          "node set: ambiguous id: "
              + named(node)
              + " (expected: not the address of "
              + named(atThatAddress)
              + ")");
    }
  }

  private static String named(Node node) {
    return node.id().equals(node.authority()) ? node.id() : node.id() + " at " + node.authority();
  }

  /** The nodes in the order given; can't be changed. */
  public List<Node> nodes() {
    return nodes;
  }

  /** How many nodes; 0 only of {@link #none}. */
  public int size() {
    return nodes.size();
  }

  /** The scheme all nodes have, {@code http} or {@code https}. */
  public String scheme() {
    return scheme;
  }

  /**
   * The node with this id or, when none has it, at this address: {@code minio2:9000}, {@code
   * MINIO2:9000} and {@code http://minio2:9000/} find the same node. Empty for anything else,
   * malformed addresses included.
   */
  public Optional<Node> find(String id) {
    Node node = byId.get(Objects.requireNonNull(id, "id"));
    return node != null ? Optional.of(node) : findAddress(id);
  }

  private Optional<Node> findAddress(String text) {
    try {
      Authority address = Authority.ofUri(text.contains("://") ? text : scheme() + "://" + text);
      return address.scheme().equals(scheme())
          ? Optional.ofNullable(byAuthority.get(address.text()))
          : Optional.empty();
    } catch (URISyntaxException e) {
      return Optional.empty(); // no node has such an address
    }
  }

  /** Over {@link #nodes()}; can't remove. */
  @Override
  public Iterator<Node> iterator() {
    return nodes.iterator();
  }

  /** Whether both have the same nodes, in whatever order. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof NodeSet that && byId.equals(that.byId);
  }

  @Override
  public int hashCode() {
    return byId.hashCode();
  }

  /** The nodes in a row; of more than 8 nodes {@code minio1:9000 … minio16:9000 (16 nodes)}. */
  @Override
  public String toString() {
    if (nodes.isEmpty()) {
      return "none";
    }
    if (nodes.size() > MAX_SPELLED_OUT) {
      return nodes.get(0) + " … " + nodes.get(nodes.size() - 1) + " (" + nodes.size() + " nodes)";
    }
    return nodes.stream().map(Node::toString).collect(Collectors.joining(", "));
  }
}
