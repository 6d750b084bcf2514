package io.nodewise.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeSetTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://minio1:9000             | minio1:9000
          http://minio{1...4}:9000       | minio1:9000 minio2:9000 minio3:9000 minio4:9000
          http://minio{01...03}          | minio01 minio02 minio03
          http://minio{8...11}           | minio8 minio9 minio10 minio11
          http://minio{08...11}          | minio08 minio09 minio10 minio11
          http://minio{1...003}          | minio001 minio002 minio003
          http://minio{0...1}            | minio0 minio1
          http://minio{7...7}            | minio7
          http://minio{a...c}            | minioa miniob minioc
          http://minio{A...C}            | minioa miniob minioc
          http://{a...b}{1...2}:1        | a1:1 a2:1 b1:1 b2:1
          http://d{1...2}.m{x...y}:{1...2} | d1.mx:1 d1.mx:2 d1.my:1 d1.my:2 d2.mx:1 d2.mx:2 \
          d2.my:1 d2.my:2
          http://minio:900{0...2}        | minio:9000 minio:9001 minio:9002
          http://minio:{79...81}         | minio:79 minio minio:81
          http://minio_{1...2}:9000      | minio_1:9000 minio_2:9000
          http://10.0.0.{9...11}/        | 10.0.0.9 10.0.0.10 10.0.0.11
          http://[2001:DB8::{1...3}]:9000 | [2001:db8::1]:9000 [2001:db8::2]:9000 [2001:db8::3]:9000
          http://[2001:db8:{a...b}::1]   | [2001:db8:a::1] [2001:db8:b::1]
          http://a,http://b              | a b
          http://a , http://b            | a b
          http://a http://b{1...2},http://c | a b1 b2 c
          HTTPS://a:443/ https://b:80    | a b:80
          """)
  void expandsPatterns(String pattern, String ids) {
    NodeSet nodes = NodeSet.parse(pattern);

    assertThat(nodes.nodes().stream().map(Node::id).collect(Collectors.joining(" ")))
        .isEqualTo(ids);
    assertThat(nodes).containsExactlyElementsOf(nodes.nodes()).hasSize(nodes.size());
    String[] uris = nodes.nodes().stream().map(n -> n.uri().toString()).toArray(String[]::new);
    assertThat(NodeSet.parse(uris).nodes()).as("normal form").isEqualTo(nodes.nodes());
  }

  @Test
  void takesWhatAFileOrAnEnvironmentVariableHolds() {
    NodeSet nodes =
        NodeSet.parse("\n  http://a:1,\n\thttp://b:1 \u00a0 http://c:1\r\n", "http://d:1");

    assertThat(nodes).hasToString("a:1, b:1, c:1, d:1").hasSize(4);
  }

  @Test
  void takesTenThousandNodesAndNoMore() {
    assertThat(NodeSet.parse("http://m{0...99}-{0...99}:9000").size()).isEqualTo(10_000);
    assertThat(NodeSet.parse("http://a{1...5000}", "http://b{1...5000}").size()).isEqualTo(10_000);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeSet.parse("http://a{1...5000}", "http://b http://c{1...5000}"))
        .withMessageEndingWith(
            "^ column 10: too many nodes (expected: at most 10000 in all patterns)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"minio2:9000", "MINIO2:9000", "http://minio2:9000", "HTTP://Minio2:9000/"})
  void findsNodesByAddress(String text) {
    NodeSet nodes = NodeSet.parse("http://minio{1...4}:9000");

    assertThat(nodes.find(text)).containsSame(nodes.nodes().get(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "minio5:9000",
        "minio2",
        "minio2:80",
        "https://minio2:9000",
        "http://minio2:9000/x",
        "",
        " ",
        "://",
        "http://",
        "k:s@minio2:9000",
        "minio{2...2}:9000",
        "[::1"
      })
  void findsNothingElse(String text) {
    assertThat(NodeSet.parse("http://minio{1...4}:9000").find(text)).isEmpty();
  }

  @Test
  void findsIdsAndDefaultPortsAndIpv6() {
    Node left = Node.builder("http://a:80").id("left").build();
    NodeSet nodes = NodeSet.of(left, Node.of("http://[::1]:9000"));

    assertThat(Stream.of("left", "a", "A", "a:80", "http://a/").map(nodes::find))
        .allSatisfy(found -> assertThat(found).containsSame(left));
    assertThat(nodes.find("LEFT")).as("ids are taken literally").isEmpty();
    assertThat(nodes.find("[0:0::1]:9000")).isPresent();
    assertThatNullPointerException().isThrownBy(() -> nodes.find(null));
  }

  @Test
  void isEqualWithTheSameNodesInWhateverOrder() {
    NodeSet nodes = NodeSet.parse("http://a{1...2}:9000");

    assertThat(nodes)
        .isEqualTo(NodeSet.parse("http://A2:9000", "http://a1:9000/"))
        .hasSameHashCodeAs(NodeSet.parse("http://A2:9000", "http://a1:9000/"))
        .isNotEqualTo(NodeSet.parse("http://a1:9000"))
        .isNotEqualTo(NodeSet.parse("https://a{1...2}:9000"))
        .isNotEqualTo(nodes.nodes());
    assertThat(NodeSet.of(nodes.nodes()).nodes()).isEqualTo(nodes.nodes());
    assertThat(nodes.scheme()).isEqualTo("http");
  }

  @Test
  void printsOneShortLine() {
    assertThat(NodeSet.parse("http://m{1...8}")).hasToString("m1, m2, m3, m4, m5, m6, m7, m8");
    assertThat(NodeSet.parse("http://m{1...16}:9000")).hasToString("m1:9000 … m16:9000 (16 nodes)");
    assertThat(NodeSet.of(Node.builder("http://a").weight(2).build()))
        .hasToString("a (weight 2.0)");
  }

  @Test
  void cannotBeChanged() {
    NodeSet nodes = NodeSet.parse("http://a{1...2}");

    assertThatThrownBy(() -> nodes.nodes().clear())
        .isInstanceOf(UnsupportedOperationException.class);
    assertThatThrownBy(() -> removeFirst(nodes)).isInstanceOf(UnsupportedOperationException.class);
  }

  private static void removeFirst(NodeSet nodes) {
    var iterator = nodes.iterator();
    iterator.next();
    iterator.remove();
  }

  @Test
  void refusesNodesThatMakeNoCluster() {
    Node a = Node.of("http://a:9000");
    Node named = Node.builder("http://a:9000").id("x").build();

    assertRefused(List.of(), "node set: no nodes (expected: at least one)");
    assertRefused(
        List.of(a, Node.of("http://A:9000")),
        "node set: duplicate node: a:9000 (expected: once; already there: a:9000)");
    assertRefused(
        List.of(a, named),
        "node set: duplicate node: x at a:9000 (expected: once; already there: a:9000)");
    assertRefused(
        List.of(named, Node.builder("http://b:9000").id("x").build()),
        "node set: duplicate node: x at b:9000 (expected: once; already there: x at a:9000)");
    assertRefused(
        List.of(Node.builder("http://b:9000").id("a:9000").build(), named),
        "node set: ambiguous id: a:9000 at b:9000 (expected: not the address of x at a:9000)");
    assertRefused(
        List.of(a, Node.of("https://b:9000")),
        "node set: mixed schemes: https://b:9000 (expected: http as in http://a:9000)");
    assertThatNullPointerException().isThrownBy(() -> NodeSet.of(a, null));
  }

  private static void assertRefused(List<Node> nodes, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeSet.of(nodes))
        .withMessage(message)
        .withNoCause();
  }
}
