package io.nodewise.lb.awssdk.nodes;

import java.util.Locale;
import java.util.Optional;

/**
 * The head of a request as it came to a node.
 *
 * @param head everything up to the empty line
 */
public record Request(String head) {

  /** GET, PUT and so on. */
  public String method() {
    return head.substring(0, head.indexOf(' '));
  }

  /** The path with its query. */
  public String target() {
    int from = head.indexOf(' ') + 1;
    return head.substring(from, head.indexOf(' ', from));
  }

  /** A header's first value. */
  public Optional<String> header(String name) {
    String wanted = name.toLowerCase(Locale.ROOT) + ":";
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(wanted))
        .map(line -> line.substring(wanted.length()).trim())
        .findFirst();
  }

  /** Everything but probes. */
  public boolean isS3() {
    return !target().equals("/healthz");
  }

  @Override
  public String toString() {
    return method() + " " + target();
  }
}
