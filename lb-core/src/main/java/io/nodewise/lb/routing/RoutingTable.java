package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may be given a request just now, best group first, for reads and for writes: the first tier,
 * then each further one, then, in panic, the nodes that were put out on soft evidence. Immutable;
 * made anew by the registry on every transition, read by every pick through one volatile reference.
 */
public final class RoutingTable {
  private final Candidate[][] reads;
  private final Candidate[][] writes;

  /** A table of these groups for any request, best first; empty ones are left out. */
  public RoutingTable(List<? extends List<? extends Candidate>> groups) {
    this(groups, groups);
  }

  /** A table of these groups, best first; empty ones are left out. */
  public RoutingTable(
      List<? extends List<? extends Candidate>> forReads,
      List<? extends List<? extends Candidate>> forWrites) {
    this.reads = groups(forReads);
    this.writes = forWrites.equals(forReads) ? reads : groups(forWrites);
  }

  private static Candidate[][] groups(List<? extends List<? extends Candidate>> groups) {
    return groups.stream()
        .filter(group -> !group.isEmpty())
        .map(group -> group.toArray(new Candidate[0]))
        .toArray(Candidate[][]::new);
  }

  private Candidate[][] groups(RequestHint hint) {
    return hint.isRead() ? reads : writes;
  }

  /**
   * The picker's choice from the best group that has one; where all that is left is at its limit,
   * the least busy of those, because a limit spreads load and never refuses it. Null if every node
   * of the table was tried.
   */
  public @Nullable Candidate pick(Picker picker, Tried tried, RequestHint hint, Randomness random) {
    Candidate[][] groups = groups(hint);
    for (Candidate[] group : groups) {
      Candidate picked = picker.pick(group, tried, hint, random);
      if (picked != null) {
        return picked;
      }
    }
    return leastBusyFull(groups, tried, random);
  }

  private static @Nullable Candidate leastBusyFull(
      Candidate[][] groups, Tried tried, Randomness random) {
    for (Candidate[] group : groups) {
      Candidate best = null;
      int from = random.nextInt(group.length); // many clients are not to meet on the first node
      for (int k = 0; k < group.length; k++) {
        Candidate candidate = group[from + k < group.length ? from + k : from + k - group.length];
        if (candidate.weight() > 0
            && !tried.contains(candidate)
            && (best == null || candidate.inFlight() < best.inFlight())) {
          best = candidate;
        }
      }
      if (best != null) {
        return best;
      }
    }
    return null;
  }

  /** Whether a node is left for such a request that is not in {@code tried}. */
  public boolean hasUntried(Tried tried, RequestHint hint) {
    for (Candidate[] group : groups(hint)) {
      for (Candidate candidate : group) {
        if (candidate.weight() > 0 && !tried.contains(candidate)) {
          return true;
        }
      }
    }
    return false;
  }
}
