package io.nodewise.lb.config;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Node patterns separated by commas or blanks, as {@link NodeSet#parse} reads them; what follows a
 * pattern up to the next comma may say more of its nodes: {@code http://minio{1...2}:9000 zone=a
 * weight=2, http://minio3:9000 probed=off}. Stateless.
 */
final class NodeText {
  /** Primary nodes, which have a tier of their own if they are to. */
  static final ValueType<List<Node>> NODES =
      ValueType.of("[nodes](#nodes-as-text)", text -> read(text, true));

  /** Nodes whose tier follows from where they stand. */
  static final ValueType<List<Node>> PLACED =
      ValueType.of("[nodes](#nodes-as-text)", text -> read(text, false));

  static final ValueType<Map<String, List<Node>>> SITES =
      ValueType.of("`name: ` [nodes](#nodes-as-text)`; name: ` …", NodeText::sites);

  private static final Pattern ATTRIBUTE = Pattern.compile("([a-zA-Z]+)=(.*)");
  private static final Pattern SITE = Pattern.compile("([^:;]+):(?!//)\\s*(.+)", Pattern.DOTALL);

  private NodeText() {}

  private static List<Node> read(String text, boolean withTier) {
    if (text.indexOf('=') < 0) {
      return NodeSet.parse(text).nodes();
    }
    List<Node> nodes = new ArrayList<>();
    for (String entry : Values.list(text, ",")) {
      nodes.addAll(entry(entry, withTier));
    }
    return NodeSet.of(nodes).nodes();
  }

  private static List<Node> entry(String entry, boolean withTier) {
    List<String> patterns = new ArrayList<>();
    List<Consumer<Node.Builder>> attributes = new ArrayList<>();
    for (String word : entry.split("\\s+")) {
      Matcher attribute = ATTRIBUTE.matcher(word);
      if (attribute.matches()) {
        attributes.add(attribute(attribute.group(1), attribute.group(2), withTier));
      } else {
        patterns.add(word);
      }
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : NodeSet.parse(String.join(" ", patterns))) {
      Node.Builder builder = node.toBuilder();
      attributes.forEach(each -> each.accept(builder));
      nodes.add(builder.build());
    }
    return nodes;
  }

  private static Consumer<Node.Builder> attribute(String name, String value, boolean withTier) {
    switch (name) {
      case "id":
        return node -> node.id(value);
      case "zone":
        return node -> node.zone(value);
      case "weight":
        double weight = Values.NUMBER.read(value);
        return node -> node.weight(weight);
      case "probed":
        boolean probed = Values.onOff(value);
        return node -> node.probed(probed);
      case "tier":
        if (withTier) {
          int tier = Values.COUNT.read(value);
          return node -> node.tier(tier);
        }
        break;
      default:
        break;
    }
    String known = withTier ? "id, zone, weight, tier or probed" : "id, zone, weight or probed";
    throw Values.unlike(name + "=" + value, known + " before the =");
  }

  private static Map<String, List<Node>> sites(String text) {
    Map<String, List<Node>> sites = new LinkedHashMap<>();
    for (String part : Values.list(text, ";")) {
      Matcher site = SITE.matcher(part);
      if (!site.matches()) {
        throw Values.unlike(part, "the site's name, a colon, and its nodes");
      }
      String name = site.group(1).strip();
      List<Node> nodes = new ArrayList<>();
      for (Node node : read(site.group(2), false)) {
        nodes.add(node.toBuilder().site(name).build());
      }
      if (sites.putIfAbsent(name, nodes) != null) {
        throw Values.unlike(name, "each site once");
      }
    }
    return sites;
  }
}
