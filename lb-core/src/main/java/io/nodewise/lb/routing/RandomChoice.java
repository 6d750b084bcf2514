package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import org.jspecify.annotations.Nullable;

/*
 * One is drawn as if all weighed the same, and kept with the chance that its weight is of the
 * greatest; otherwise another is drawn. So mostly one look is enough, however many there are. Where
 * many are closed or light, their weights are summed up after a few draws.
 */
/** Any candidate, as likely as its weight says. */
final class RandomChoice implements Picker {
  private static final int DRAWS = 8;

  /** A chance is counted in these. */
  private static final int PARTS = 1 << 30;

  private final Candidate[] group;
  private volatile double greatest; // at least every weight seen; by whichever thread sees a change

  RandomChoice(Candidate[] group) {
    this.group = group;
  }

  @Override
  public @Nullable Candidate pick(Tried tried, RequestHint hint, long random) {
    long bits = random;
    for (int i = 0; i < DRAWS; i++) {
      Candidate candidate = group[Chance.below(bits, group.length)];
      double weight = candidate.weight();
      double most = greatest;
      if (weight > most) {
        break; // weights have changed
      }
      if (Chance.below(bits << 32, PARTS) < weight / most * PARTS
          && Picker.open(candidate, tried)) {
        return candidate;
      }
      bits = Chance.more(bits);
    }
    double now = greatestWeight();
    if (now != greatest) { // mostly it is the same, and other threads read it
      greatest = now;
    }
    return pick(group, tried, Chance.more(bits));
  }

  private double greatestWeight() {
    double found = 0;
    for (Candidate candidate : group) {
      found = Math.max(found, candidate.weight());
    }
    return found;
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
