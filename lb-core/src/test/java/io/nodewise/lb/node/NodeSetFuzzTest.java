package io.nodewise.lb.node;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is written: nodes or a message, and soon. */
class NodeSetFuzzTest {
  private static final int STRINGS = 100_000;
  private static final long MAX_MILLIS_EACH = 5_000; // 10,000 nodes: some 30 ms, warm; CI stalls

  private static final List<String> FRAGMENTS =
      List.of(
          "http://",
          "https://",
          "HTTP://",
          "ftp://",
          "http:",
          "//",
          "/",
          ":",
          "::",
          "?",
          "#",
          "@",
          "minio",
          "a",
          "B",
          "m_1",
          "-",
          "_",
          ".",
          "..",
          "...",
          "{1...4}",
          "{01...12}",
          "{a...c}",
          "{4...1}",
          "{1...500}",
          "{1..4}",
          "{",
          "}",
          "{}",
          "{1",
          "1}",
          "[",
          "]",
          "[::1]",
          "[2001:db8::{1...4}]",
          "1.2.3.4",
          "0",
          "1",
          "255",
          "9000",
          ":9000",
          ":80",
          ":443",
          ":65536",
          ",",
          " ",
          "\t",
          "\n",
          "\u00a0",
          "\u0000",
          "ü",
          "…",
          "٣",
          "\ud83d",
          "\ud83d\ude00",
          "%20",
          "\\",
          "http://a:1",
          "http://b{1...2}:9000",
          "99999999999999999999");

  @Test
  @Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void givesNodesOrAMessage() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    int sets = 0;
    int refused = 0;
    for (int i = 0; i < STRINGS; i++) {
      String text = randomText(random);
      String as = "seed " + seed + ", string " + i + ": '" + text + "'";
      long start = System.nanoTime();
      try {
        NodeSet nodes = NodeSet.parse(text);
        assertSound(nodes, as);
        sets++;
      } catch (IllegalArgumentException e) {
        assertHelpful(e, text, as);
        refused++;
      } catch (RuntimeException | StackOverflowError e) {
        fail(as, e);
      }
      long millis = NANOSECONDS.toMillis(System.nanoTime() - start);
      assertThat(millis).as(as).isLessThan(MAX_MILLIS_EACH);
    }
    assertThat(sets).as("seed " + seed + ": strings that are patterns").isGreaterThan(STRINGS / 50);
    assertThat(refused).as("seed " + seed + ": others").isGreaterThan(STRINGS / 10);
  }

  /** Half of them begin well, or hardly any would reach the far end of the parser. */
  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder(random.nextBoolean() ? "http://m" : "");
    int fragments = random.nextInt(7);
    for (int i = 0; i < fragments; i++) {
      text.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
    }
    return text.toString();
  }

  private static void assertSound(NodeSet nodes, String as) {
    assertThat(nodes.size()).as(as).isBetween(1, 10_000);
    Node last = nodes.nodes().get(nodes.size() - 1);
    assertThat(Node.of(last.uri())).as(as).isEqualTo(last);
    assertThat(nodes.find(last.id())).as(as).containsSame(last);
    assertThat(nodes.find(last.uri().toString())).as(as).containsSame(last);
  }

  private static void assertHelpful(IllegalArgumentException e, String text, String as) {
    String[] lines = String.valueOf(e.getMessage()).split("\n", -1);
    assertThat(lines).as(as).hasSize(2);
    assertThat(lines[1]).as(as).matches(" *\\^ column \\d+: \\S.*\\(expected: \\S.*\\)");
    int caret = lines[1].indexOf('^');
    int column = Integer.parseInt(lines[1].substring(caret + 9, lines[1].indexOf(':', caret)));
    assertThat(column).as(as).isBetween(1, text.length() + 1);
    if (text.length() <= SyntaxMessage.SHOWN) {
      assertThat(caret).as(as).isEqualTo("node pattern: ".length() + column - 1);
      // Nothing is masked before the column, and what can't be shown is replaced one by one.
      assertThat(ascii(lines[0].substring(0, caret)))
          .as(as)
          .isEqualTo(ascii("node pattern: " + text.substring(0, column - 1)));
    }
  }

  private static String ascii(String text) {
    StringBuilder ascii = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      ascii.append(c > ' ' && c < 127 ? c : '_');
    }
    return ascii.toString();
  }
}
