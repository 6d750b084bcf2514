package io.nodewise.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodeTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          http://minio1:9000,            http://minio1:9000,           minio1,          9000
          HTTP://Minio1:9000/,           http://minio1:9000,           minio1,          9000
          http://minio1:80,              http://minio1,                minio1,            80
          https://minio1:443,            https://minio1,               minio1,           443
          http://minio1:443,             http://minio1:443,            minio1,           443
          https://minio1:80,             https://minio1:80,            minio1,            80
          http://minio1:09000,           http://minio1:9000,           minio1,          9000
          https://s3.Example.com,        https://s3.example.com,       s3.example.com,   443
          http://s3.example.com.:9000,   http://s3.example.com.:9000,  s3.example.com., 9000
          http://minio_1:9000,           http://minio_1:9000,          minio_1,         9000
          http://_a-:9000,               http://_a-:9000,              _a-,             9000
          http://minio.1:9000,           http://minio.1:9000,          minio.1,         9000
          http://xn--mnchen-3ya:9000,    http://xn--mnchen-3ya:9000,   xn--mnchen-3ya,  9000
          http://10.0.0.1:65535,         http://10.0.0.1:65535,        10.0.0.1,       65535
          http://[::1]:9000,             http://[::1]:9000,            ::1,             9000
          http://[2001:DB8:0:0::A]:80/,  http://[2001:db8::a],         2001:db8::a,       80
          http://[::FFFF:10.0.0.1]:1,    http://[::ffff:10.0.0.1]:1,   ::ffff:10.0.0.1,    1
          """)
  void normalisesAddresses(String text, String uri, String host, int port) {
    Node node = Node.of(text);

    assertThat(node.uri()).hasToString(uri);
    assertThat(node.host()).isEqualTo(host);
    assertThat(node.port()).isEqualTo(port);
    assertThat(node.scheme()).isEqualTo(uri.substring(0, uri.indexOf(':')));
    assertThat(node.isSecure()).isEqualTo(uri.startsWith("https:"));
    assertThat(node.authority()).isEqualTo(uri.substring(uri.indexOf("://") + 3));
    assertThat(node.id()).isEqualTo(node.authority());
    assertThat(node.uri().getAuthority()).isEqualTo(node.authority());
    assertThat(Node.of(uri)).as("normal form is stable").isEqualTo(node);
    assertThat(Node.of(URI.create(uri))).isEqualTo(node).hasSameHashCodeAs(node);
  }

  static final List<List<String>> MALFORMED =
      List.of(
          List.of("", 1 + ": empty (expected: http://host:port or https://host:port)"),
          List.of("minio1", "1: no scheme: minio1 (expected: http:// or https:// first)"),
          List.of("minio1:9000", "1: no scheme: minio1:9000 (expected: http:// or https:// first)"),
          List.of("//minio1", "1: no scheme: //minio1 (expected: http:// or https:// first)"),
          List.of("://minio1", "1: no scheme: ://minio1 (expected: http:// or https:// first)"),
          List.of("http:minio1", "6: no // after http: (expected: ://)"),
          List.of("s3://bucket", "1: unsupported scheme: s3 (expected: http or https)"),
          List.of("http://", "8: no host (expected: scheme://host:port)"),
          List.of("http:///", "8: no host (expected: scheme://host:port)"),
          List.of("http://:9000", "8: no host (expected: scheme://host:port)"),
          List.of("http://a:", "10: no port after the colon (expected: 1 to 65535)"),
          List.of("http://a:0", "10: port: 0 (expected: 1 to 65535)"),
          List.of("http://a:65536", "10: port: 65536 (expected: 1 to 65535)"),
          List.of("http://a:000080", "10: port: 000080 (expected: 1 to 65535)"),
          List.of("http://a:-1", "10: port: -1 (expected: 1 to 65535)"),
          List.of("http://a:+1", "10: port: +1 (expected: 1 to 65535)"),
          List.of("http://a:٣", "10: port: ٣ (expected: 1 to 65535)"),
          List.of("http://a:9000/b", "14: path: /b (expected: none after the port)"),
          List.of("http://a//", "9: path: // (expected: none after the port)"),
          List.of("http://a?", "9: query: ? (expected: none after the port)"),
          List.of("http://a/#f", "10: fragment: #f (expected: none after the port)"),
          List.of("http://a..b", "10: empty part in host: a..b (expected: a.b.c)"),
          List.of("http://.", "8: empty part in host: . (expected: a.b.c)"),
          List.of("http://a.-b", "10: hyphen (expected: a letter or digit first)"),
          List.of("http://a b", "9: character in host: U+0020 (expected: letters, digits, - _ .)"),
          List.of("http://a%20", "9: character in host: '%' (expected: letters, digits, - _ .)"),
          List.of(
              "http://mü",
              "9: character in host: U+00FC (expected: ASCII; international names in their xn--"
                  + " form)"),
          List.of("http://m{1...4}", "9: ellipses (expected: one node; NodeSet.parse reads many)"),
          List.of(
              "http://1.2.3",
              "8: not an IPv4 address: 1.2.3 (expected: four numbers 0 to 255, no leading zeros)"),
          List.of(
              "http://1.2.3.04",
              "8: not an IPv4 address: 1.2.3.04 (expected: four numbers 0 to 255, no leading"
                  + " zeros)"),
          List.of("http://::1", "9: second colon (expected: host:port; IPv6 in brackets: [::1])"),
          List.of("http://[::1", "8: unclosed bracket: [::1 (expected: [IPv6 address])"),
          List.of("http://[::1]9", "13: text after the bracket: 9 (expected: :port)"),
          List.of(
              "http://[fe80::1%eth0]",
              "16: not an IPv6 address: fe80::1%eth0 (expected: no scope such as %eth0)"),
          List.of(
              "http://[1:2]",
              "9: not an IPv6 address: 1:2 (expected: up to 8 groups of hex digits and one ::,"
                  + " such as 2001:db8::1)"));

  @ParameterizedTest
  @FieldSource("MALFORMED")
  void pointsAtWhatIsWrong(List<String> textAndReason) {
    String text = textAndReason.get(0);
    String reason = textAndReason.get(1);
    int column = Integer.parseInt(reason.substring(0, reason.indexOf(':')));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Node.of(text))
        .withMessage(
            "node uri: "
                + text
                + "\n"
                + " ".repeat("node uri: ".length() + column - 1)
                + "^ column "
                + reason);
  }

  @Test
  void limitsNamesAsDnsDoes() {
    String label = "a".repeat(63);
    String name = String.join(".", label, label, label, "a".repeat(61));

    assertThat(Node.of("http://" + name).host()).isEqualTo(name);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Node.of("http://" + name + "a"))
        .withMessageEndingWith("^ column 8: host of 254 characters (expected: at most 253)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Node.of("http://b." + label + "a"))
        .withMessageEndingWith("^ column 10: part of 64 characters (expected: at most 63)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://key:secret@minio1:9000",
        "key:secret@minio1:9000",
        "http://key:se/secret@minio1",
        "http://minio1:9000?sig=secret",
        "http://minio1:9000/b?secret#f",
        "ftp://key:secret@minio1"
      })
  void errorsShowNoSecret(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Node.of(text))
        .withMessageContaining("***")
        .withMessageContaining("minio1")
        .withMessageNotContaining("secret")
        .withNoCause();
  }

  @Test
  void hasDefaults() {
    Node node = Node.of("http://minio1:9000");

    assertThat(node.zone()).isEmpty();
    assertThat(node.weight()).isEqualTo(1);
    assertThat(node.tier()).isZero();
    assertThat(node).hasToString("minio1:9000");
  }

  @Test
  void keepsWhatItWasGiven() {
    Node node = Node.builder("http://minio1:9000").id("left").zone("a").weight(0.5).tier(1).build();

    assertThat(node.id()).isEqualTo("left");
    assertThat(node.authority()).isEqualTo("minio1:9000");
    assertThat(node.zone()).contains("a");
    assertThat(node.weight()).isEqualTo(0.5);
    assertThat(node.tier()).isEqualTo(1);
    assertThat(node).hasToString("left (zone a, weight 0.5, tier 1)");
    assertThat(node.toBuilder().build()).isEqualTo(node).hasSameHashCodeAs(node);
  }

  static final List<UnaryOperator<Node.Builder>> CHANGES =
      List.of(
          builder -> builder.id("other"),
          builder -> builder.zone("a"),
          builder -> builder.weight(0),
          builder -> builder.tier(1));

  @ParameterizedTest
  @FieldSource("CHANGES")
  void isEqualOnlyInEveryField(UnaryOperator<Node.Builder> change) {
    Node node = Node.of("http://minio1:9000");
    Node changed = change.apply(node.toBuilder()).build();

    assertThat(changed).isNotEqualTo(node).isEqualTo(changed.toBuilder().build());
    assertThat(node).isEqualTo(Node.of("http://MINIO1:9000")).isNotEqualTo("minio1:9000");
    assertThat(node).isNotEqualTo(Node.builder("http://b").id("minio1:9000").build());
    assertThat(Node.of("https://a:1")).isNotEqualTo(Node.of("http://a:1"));
  }

  @Test
  void drainedIsDrainedWhateverTheSign() {
    Node node = Node.builder("http://minio1").weight(-0.0).build();

    assertThat(node).isEqualTo(Node.builder("http://minio1").weight(0).build());
    assertThat(node).hasToString("minio1 (weight 0.0)");
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertRefused(b -> b.id(" "), "node id: ' ' (expected: visible characters)");
    assertRefused(b -> b.id("a\nb"), "node id: 'a b' (expected: visible characters)");
    assertRefused(b -> b.zone(""), "node zone: '' (expected: visible characters)");
    assertRefused(b -> b.weight(-1), "node weight: -1.0 (expected: >= 0 and finite)");
    assertRefused(b -> b.weight(Double.NaN), "node weight: NaN (expected: >= 0 and finite)");
    assertRefused(
        b -> b.weight(Double.POSITIVE_INFINITY),
        "node weight: Infinity (expected: >= 0 and finite)");
    assertRefused(b -> b.tier(-1), "node tier: -1 (expected: >= 0)");
  }

  private static void assertRefused(UnaryOperator<Node.Builder> setting, String message) {
    Node.Builder builder = setting.apply(Node.builder("http://minio1"));
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }
}
