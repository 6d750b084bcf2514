package io.nodewise.lb.awssdk.nodes;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The head of a request as it came to a node.
 *
 * @param head everything up to the empty line
 */
public record Request(String head) {
  /** What S3Proxy and Swift are asked by the presets of theirs. */
  private static final Set<String> PROBES = Set.of("/healthz", "/healthcheck");

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
    return !PROBES.contains(target());
  }

  @Override
  public String toString() {
    return method() + " " + target();
  }
}
