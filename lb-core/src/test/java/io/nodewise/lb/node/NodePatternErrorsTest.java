package io.nodewise.lb.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What users see when a pattern is wrong; the texts are part of the product. */
class NodePatternErrorsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://m{4...1}:9000    | 14 | range runs backwards: {4...1} (expected: first <= last)
          http://m{d...a}         | 14 | range runs backwards: {d...a} (expected: first <= last)
          http://m{1...4:9000     | 9  | unclosed brace: {1...4:9000 (expected: {first...last}, \
          no comma or space in it)
          http://m{1, 2}          | 9  | unclosed brace: {1 (expected: {first...last}, no comma or \
          space in it)
          http://m1}              | 10 | } without { (expected: {first...last})
          http://m}{1...2}        | 9  | } without { (expected: {first...last})
          http://m{1...{2...3}}   | 14 | brace in a brace (expected: {first...last})
          http://m{}:9000         | 9  | empty range: {} (expected: {first...last})
          http://m{...4}          | 10 | range without its first: {...4} (expected: {first...last})
          http://m{1...}          | 14 | range without its last: {1...} (expected: {first...last})
          http://m{...}           | 10 | range without its first: {...} (expected: {first...last})
          http://m{1..4}:9000     | 11 | not a range: {1..4} (expected: three dots: {1...4})
          http://m{1…4}:9000      | 11 | not a range: {1…4} (expected: three dots: {1...4})
          http://m{1-4}:9000      | 11 | not a range: {1-4} (expected: three dots: {1...4})
          http://m{1}             | 9  | not a range: {1} (expected: {first...last}, such as \
          {1...4})
          http://m{1.4}           | 9  | not a range: {1.4} (expected: {first...last}, such as \
          {1...4})
          http://m{1....4}        | 14 | range value: .4 (expected: a number)
          http://m{x1...x4}       | 10 | range value: x1 (expected: a number or one letter)
          http://m{-1...4}        | 10 | range value: -1 (expected: a number or one letter)
          http://m{1...x}         | 14 | range value: x (expected: a number)
          http://m{a...4}         | 14 | range value: 4 (expected: one letter)
          http://m{a...F}         | 14 | range value: F (expected: a letter of the same case as a)
          http://m{ä...ö}         | 10 | range value: ä (expected: a number or one letter)
          http://m{1...1111111111111111111} | 14 | range value: 1111111111111111111 (expected: a \
          number)
          http://m{1...10001}     | 9  | too many nodes: {1...10001} (expected: at most 10000 \
          in all)
          http://m{1...101}{0...99} | 18 | too many nodes: {0...99} (expected: at most 10000 in \
          all)
          m{1...4}:9000           | 1  | no scheme: m{1...4}:9000 (expected: http:// or https:// \
          first)
          http{1...2}://m         | 1  | unsupported scheme: http{1...2} (expected: http or https)
          s3://m{1...4}           | 1  | unsupported scheme: s3 (expected: http or https)
          http://m{1...4}/data    | 16 | path: /data (expected: none after the port)
          http://m/{1...4}        | 9  | path: /{1...4} (expected: none after the port)
          http://m{1...4}:9000/#x | 22 | fragment: #x (expected: none after the port)
          http://m{1...4}:        | 17 | no port after the colon (expected: 1 to 65535)
          http://m{1...4}:x       | 17 | port: x (expected: 1 to 65535)
          http://m:{0...4}        | 10 | port: 0 (expected: 1 to 65535)
          http://m:6553{5...6}    | 10 | port: 65536 (expected: 1 to 65535)
          http://m{1...4}é:9000   | 16 | character in host: U+00E9 (expected: ASCII; international \
          names in their xn-- form)
          http://m{8...12}*       | 17 | character in host: '*' (expected: letters, digits, - _ .)
          http://10.0.0.{255...256} | 8 | not an IPv4 address: 10.0.0.256 (expected: four numbers \
          0 to 255, no leading zeros)
          http://[::{1...2}:z]    | 19 | not an IPv6 address: ::1:z (expected: up to 8 groups of \
          hex digits and one ::, such as 2001:db8::1)
          http://[::{9999...10000}] | 11 | not an IPv6 address: ::10000 (expected: up to 8 groups \
          of hex digits and one ::, such as 2001:db8::1)
          http://[::{1...2}       | 8  | unclosed bracket: [::1 (expected: [IPv6 address])
          http://a,               | 9  | no pattern after the comma (expected: http://host:port or \
          https://host:port)
          http://a,,http://b      | 10 | no pattern before the comma (expected: http://host:port \
          or https://host:port)
          ,http://b               | 1  | no pattern before the comma (expected: http://host:port \
          or https://host:port)
          http://a, b:9000        | 11 | no scheme: b:9000 (expected: http:// or https:// first)
          http://a:1 https://b:1  | 12 | mixed schemes: https (expected: http as in http://a:1 in \
          argument 1, column 1)
          http://a{1...2} http://A2:80 | 17 | duplicate node: a2 (expected: once; already from \
          http://a{1...2} in argument 1, column 1)
          http://a{1...11}{1...11} | 1 | duplicate node: a111 (expected: once; already from \
          http://a{1...11}{1...11} in argument 1, column 1)
          http://[::1] http://[0::1] | 14 | duplicate node: [::1] (expected: once; already from \
          http://[::1] in argument 1, column 1)
          """)
  void pointsAtTheColumn(String argument, int column, String reason) {
    assertMessage(argument, argument, column, reason, argument);
  }

  private static void assertMessage(
      String argument, String shown, int column, String reason, String... arguments) {
    String label = "node pattern: ";
    assertThatIllegalArgumentException()
        .as(argument)
        .isThrownBy(() -> NodeSet.parse(arguments))
        .withMessage(
            label
                + shown
                + "\n"
                + " ".repeat(label.length() + column - 1)
                + "^ column "
                + column
                + ": "
                + reason)
        .withNoCause();
  }

  @Test
  void tellsWhichArgumentsHaveTheSameNode() {
    assertMessage(
        "second argument",
        "http://minio2:9000",
        1,
        "duplicate node: minio2:9000 (expected: once; already from http://minio{1...4}:9000 in"
            + " argument 2, column 12)",
        "http://x",
        "http://y , http://minio{1...4}:9000",
        "http://minio2:9000");
  }

  @Test
  void wantsAPattern() {
    assertThatIllegalArgumentException()
        .isThrownBy(NodeSet::parse)
        .withMessage(
            "node patterns: none (expected: at least one, such as http://minio{1...4}:9000)");
    String reason = "no pattern (expected: http://host:port or https://host:port)";
    assertMessage("empty", "", 1, reason, "");
    assertMessage("blank", "   ", 1, reason, " \t\n");
    assertMessage("no-break space", " ", 1, reason, "\u00a0");
    assertMessage("second is empty", "", 1, reason, "http://a", "");
  }

  @Test
  void keepsTheCaretBelowLineBreaksAndControlCharacters() {
    String reason = "no scheme: b (expected: http:// or https:// first)";
    assertMessage("lines", "http://a,  b", 12, reason, "http://a,\n\tb");
    assertMessage(
        "control character",
        "http://a�b",
        9,
        "character in host: U+0007 (expected: letters, digits, - _ .)",
        "http://a\u0007b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://a http://key:secret@b:1 | http://a http://***@b:1       | 17
          http://{1...2:secret@b         | http://***@b                  | 8
          key:secret@b{1...2}            | ***@b{1...2}                  | 1
          ftp://a http://key:secret@b:1  | ftp://a http://***@b:1        | 1
          http://a:1?sig=secret http://b | http://a:1?*** http://b       | 11
          """)
  void showsNoSecret(String argument, String shown, int column) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeSet.parse(argument))
        .withMessageStartingWith("node pattern: " + shown + "\n")
        .withMessageContaining(" ".repeat(14 + column - 1) + "^ column " + column + ": ")
        .withMessageNotContaining("secret")
        .withNoCause();
  }

  @Test
  void showsTheSurroundingsOfAFaultInALongArgument() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      many.append("http://node").append(i).append(":9000 ");
    }
    int fault = many.length();
    many.append("node:9000 ").append("x".repeat(1000));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> NodeSet.parse(many.toString()))
        .satisfies(
            e -> {
              String[] lines = e.getMessage().split("\n");
              assertThat(lines).hasSize(2);
              assertThat(lines[0]).startsWith("node pattern: …").endsWith("…").hasSizeLessThan(180);
              int caret = lines[1].indexOf('^');
              assertThat(lines[0].substring(caret)).startsWith("node:9000 xxx");
              assertThat(lines[1].substring(caret)).startsWith("^ column " + (fault + 1) + ": ");
            });
  }
}
