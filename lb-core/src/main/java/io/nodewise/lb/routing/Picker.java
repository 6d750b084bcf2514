package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import org.jspecify.annotations.Nullable;

/**
 * Chooses one of a group of nodes for one attempt. Thread-safe; takes no lock, reads no clock and,
 * on the common path, allocates nothing.
 */
@FunctionalInterface
public interface Picker {

  /**
   * A candidate of the group that is {@linkplain #open open}, or null if there is none.
   *
   * @param random sixty-four uniform bits, all the chance a picker gets
   */
  @Nullable Candidate pick(Tried tried, RequestHint hint, long random);

  /** Whether a picker may take the candidate: it has weight and room, and was not tried. */
  static boolean open(Candidate candidate, Tried tried) {
    return candidate.weight() > 0 && !candidate.isFull() && !tried.contains(candidate);
  }
}
