package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import org.jspecify.annotations.Nullable;

/** Any candidate, as likely as its weight says. */
final class RandomChoice implements Picker {
  private final Candidate[] group;

  RandomChoice(Candidate[] group) {
    this.group = group;
  }

  @Override
  public @Nullable Candidate pick(Tried tried, RequestHint hint, long random) {
    return pick(group, tried, random);
  }

  /** Any of these that is open. */
  static @Nullable Candidate pick(Candidate[] group, Tried tried, long random) {
    // Two passes instead of a table of sums: weights change while nodes start slowly.
    double total = 0;
    for (Candidate candidate : group) {
      total += Picker.open(candidate, tried) ? candidate.weight() : 0;
    }
    double mark = Chance.unit(random) * total;
    Candidate last = null;
    for (Candidate candidate : group) {
      if (Picker.open(candidate, tried)) {
        last = candidate;
        mark -= candidate.weight();
        if (mark < 0) {
          return candidate;
        }
      }
    }
    return last;
  }
}
