package io.nodewise.lb.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The reference of keys in the documentation is the table; {@code -Ddocs.write} writes it. */
class ReferenceTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");
  private static final String START = "<!-- The keys, written by ReferenceTest -->\n";
  private static final String END = "<!-- The end of the keys -->\n";

  private static String table() {
    StringBuilder table =
        new StringBuilder("| key | value | default | meaning |\n|---|---|---|---|\n");
    for (Key key : Configuration.keys()) {
      boolean isWord = key.defaultText().indexOf(' ') > 0 || key.defaultText().equals("none");
      String mark = isWord || key.defaultText().equals("required") ? "" : "`";
      table.append("| `").append(key.name()).append("` | ").append(key.takes()).append(" | ");
      table.append(mark).append(key.defaultText()).append(mark);
      table.append(" | ").append(key.description()).append(" |\n");
    }
    return table.toString();
  }

  @Test
  void every_key_with_its_value_and_default() throws Exception {
    String page = Files.readString(PAGE);
    int start = page.indexOf(START) + START.length();
    int end = page.indexOf(END);
    assertThat(end).isGreaterThanOrEqualTo(start);
    if (System.getProperty("docs.write") != null) {
      page = page.substring(0, start) + table() + page.substring(end);
      Files.writeString(PAGE, page);
      end = page.indexOf(END);
    }
    assertThat(page.substring(start, end)).isEqualTo(table());
  }
}
