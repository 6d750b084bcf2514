package io.nodewise.lb.discovery;

import io.nodewise.lb.node.Node;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * What a {@link NodeSource} found. Immutable.
 *
 * @param nodes the nodes, in any order
 * @param validFor for how long that holds, so after which time the source is asked again; from 10
 *     ms to 1 day
 */
public record Found(List<Node> nodes, Duration validFor) {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofDays(1);

  /** What most name servers say of addresses that may change. */
  private static final Duration USUAL = Duration.ofSeconds(30);

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if {@code validFor} is out of its range
   */
  public Found {
    nodes = List.copyOf(nodes);
    if (validFor.compareTo(SHORTEST) < 0 || validFor.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "found nodes valid for: "
              + validFor
              + " (expected: "
              + SHORTEST
              + " to "
              + LONGEST
              + ")");
    }
  }

  /** These nodes, for half a minute. */
  public static Found of(Collection<Node> nodes) {
    return of(nodes, USUAL);
  }

  /**
   * These nodes for so long.
   *
   * @throws IllegalArgumentException if {@code validFor} is out of its range
   */
  public static Found of(Collection<Node> nodes, Duration validFor) {
    return new Found(List.copyOf(nodes), validFor);
  }
}
