package io.nodewise.lb.health;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Some HTTP statuses. Immutable and thread-safe; may hold what can't be one, for an error later.
 */
final class StatusSet {
  static final String EXPECTED = "one or more of 100 to 599";

  private static final int LOWEST = 100;
  private static final int HIGHEST = 599;

  private final BitSet statuses; // not changed after construction
  private final String text;
  private final boolean valid;

  private StatusSet(BitSet statuses, String text, boolean valid) {
    this.statuses = statuses;
    this.text = text;
    this.valid = valid;
  }

  static StatusSet of(int... statuses) {
    if (statuses.length == 0 || Arrays.stream(statuses).anyMatch(s -> s < LOWEST || s > HIGHEST)) {
      return new StatusSet(new BitSet(), Arrays.toString(statuses), false);
    }
    BitSet set = new BitSet();
    Arrays.stream(statuses).forEach(set::set);
    return new StatusSet(set, ranges(set), true);
  }

  /** Both included. */
  static StatusSet range(int first, int last) {
    BitSet set = new BitSet();
    boolean valid = LOWEST <= first && first <= last && last <= HIGHEST;
    if (valid) {
      set.set(first, last + 1);
    }
    return new StatusSet(set, first + "-" + last, valid);
  }

  boolean contains(int status) {
    return status >= 0 && statuses.get(status);
  }

  boolean isValid() {
    return valid;
  }

  private static String ranges(BitSet set) {
    StringBuilder out = new StringBuilder();
    for (int first = set.nextSetBit(0); first >= 0; ) {
      int end = set.nextClearBit(first);
      out.append(out.isEmpty() ? "" : ",").append(first);
      if (end - first > 1) {
        out.append('-').append(end - 1);
      }
      first = set.nextSetBit(end);
    }
    return out.toString();
  }

  /** As in {@code 200,429} or {@code 100-499}. */
  @Override
  public String toString() {
    return text;
  }
}
