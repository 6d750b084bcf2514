package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import org.jspecify.annotations.Nullable;

/**
 * The mechanism of a {@link BalancingPolicy}. Thread-safe; takes no lock, reads no clock and, on
 * the common path, allocates nothing.
 */
@FunctionalInterface
public interface Picker {

  /**
   * One of {@code candidates} that is neither tried nor full nor of weight 0, or null if there is
   * none. The array must not be changed or kept.
   */
  @Nullable Candidate pick(
      Candidate[] candidates, Tried tried, RequestHint hint, Randomness random);

  /** Whether a picker may take the candidate. */
  static boolean open(Candidate candidate, Tried tried) {
    return candidate.weight() > 0 && !candidate.isFull() && !tried.contains(candidate);
  }
}
