package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may be given a request just now, for reads and for writes: levels, best first, of groups,
 * best first. A request goes to a later group of a level when those before it are tried or full,
 * and to a later level only when all of the level before it has been tried: a limit spreads load
 * and is no reason to leave a site, say, or to ask nodes that are out on soft evidence. Immutable;
 * made anew by the registry on every transition, read by every pick through one volatile reference.
 */
public final class RoutingTable {
  private final Candidate[][][] reads;
  private final Candidate[][][] writes;

  /** A table of these groups for any request, all of one level; empty ones are left out. */
  public RoutingTable(List<? extends List<? extends Candidate>> groups) {
    this(List.of(groups), List.of(groups));
  }

  /** A table of these levels of groups; empty groups are left out. */
  public RoutingTable(
      List<? extends List<? extends List<? extends Candidate>>> forReads,
      List<? extends List<? extends List<? extends Candidate>>> forWrites) {
    this.reads = levels(forReads);
    this.writes = forWrites.equals(forReads) ? reads : levels(forWrites);
  }

  private static Candidate[][][] levels(
      List<? extends List<? extends List<? extends Candidate>>> levels) {
    return levels.stream()
        .map(RoutingTable::groups)
        .filter(groups -> groups.length > 0)
        .toArray(Candidate[][][]::new);
  }

  private static Candidate[][] groups(List<? extends List<? extends Candidate>> groups) {
    return groups.stream()
        .filter(group -> !group.isEmpty())
        .map(group -> group.toArray(new Candidate[0]))
        .toArray(Candidate[][]::new);
  }

  private Candidate[][][] levels(RequestHint hint) {
    return hint.isRead() ? reads : writes;
  }

  /**
   * The picker's choice from the best group that has one; where all that is left of a level is at
   * its limit, the least busy of those. Null if every node of the table was tried.
   */
  public @Nullable Candidate pick(Picker picker, Tried tried, RequestHint hint, Randomness random) {
    for (Candidate[][] level : levels(hint)) {
      for (Candidate[] group : level) {
        Candidate picked = picker.pick(group, tried, hint, random);
        if (picked != null) {
          return picked;
        }
      }
      Candidate full = leastBusyFull(level, tried, random);
      if (full != null) {
        return full;
      }
    }
    return null;
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
    for (Candidate[][] level : levels(hint)) {
      for (Candidate[] group : level) {
        for (Candidate candidate : group) {
          if (candidate.weight() > 0 && !tried.contains(candidate)) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
