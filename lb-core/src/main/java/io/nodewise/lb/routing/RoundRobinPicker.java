package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Each candidate in turn, whatever its load. */
final class RoundRobinPicker implements Picker {
  private final AtomicInteger turn = new AtomicInteger(); // every picking thread takes a number

  @Override
  public @Nullable Candidate pick(
      Candidate[] candidates, Tried tried, RequestHint hint, Randomness random) {
    int n = candidates.length;
    if (n == 0) {
      return null;
    }
    int index = Integer.remainderUnsigned(turn.getAndIncrement(), n);
    for (int k = 0; k < n; k++) {
      Candidate candidate = candidates[index];
      if (Picker.open(candidate, tried)) {
        return candidate;
      }
      index = index + 1 == n ? 0 : index + 1;
    }
    return null;
  }

  @Override
  public String toString() {
    return "roundRobin";
  }
}
