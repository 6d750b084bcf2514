package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import java.util.ArrayList;
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

  /** Nodes as good as each other, and who chooses among them. */
  private record Group(Candidate[] candidates, Picker picker) {}

  private static final Picker NOBODY = (tried, hint, random) -> null;

  private final Group[][] reads;
  private final Group[][] writes;

  // Of the best group of the best level, which mostly has a choice: four loads less for each pick.
  private final Picker bestForReads;
  private final Picker bestForWrites;

  private final int spillsAt; // attempts in flight on one node of the best group

  private RoutingTable(Group[][] reads, Group[][] writes, int spillsAt) {
    this.reads = reads;
    this.writes = writes;
    this.spillsAt = spillsAt;
    this.bestForReads = best(reads);
    this.bestForWrites = best(writes);
  }

  private static Picker best(Group[][] levels) {
    return levels.length == 0 ? NOBODY : levels[0][0].picker();
  }

  /** A table of these groups for any request, all of one level; empty ones are left out. */
  public static RoutingTable of(
      List<? extends List<? extends Candidate>> groups, Balancer balancer) {
    return of(List.of(groups), List.of(groups), balancer);
  }

  /** A table of these levels of groups, in which a node may hold any number of attempts. */
  public static RoutingTable of(
      List<? extends List<? extends List<? extends Candidate>>> forReads,
      List<? extends List<? extends List<? extends Candidate>>> forWrites,
      Balancer balancer) {
    return of(forReads, forWrites, balancer, Integer.MAX_VALUE);
  }

  /**
   * A table of these levels of groups; empty groups are left out.
   *
   * @param spillsAt how many attempts a node of the best group holds when those of its group that
   *     hold fewer are taken instead
   */
  public static RoutingTable of(
      List<? extends List<? extends List<? extends Candidate>>> forReads,
      List<? extends List<? extends List<? extends Candidate>>> forWrites,
      Balancer balancer,
      int spillsAt) {
    List<List<List<Candidate>>> readers = withoutEmpty(forReads);
    List<List<List<Candidate>>> writers = withoutEmpty(forWrites);
    Group[][] reads = levels(readers, balancer);
    // Mostly the same: then they take turns together, and half the work is enough.
    return new RoutingTable(
        reads, writers.equals(readers) ? reads : levels(writers, balancer), spillsAt);
  }

  private static List<List<List<Candidate>>> withoutEmpty(
      List<? extends List<? extends List<? extends Candidate>>> levels) {
    List<List<List<Candidate>>> kept = new ArrayList<>(levels.size());
    for (List<? extends List<? extends Candidate>> level : levels) {
      List<List<Candidate>> groups = new ArrayList<>(level.size());
      for (List<? extends Candidate> group : level) {
        if (!group.isEmpty()) {
          groups.add(List.copyOf(group));
        }
      }
      if (!groups.isEmpty()) {
        kept.add(groups);
      }
    }
    return kept;
  }

  private static Group[][] levels(List<List<List<Candidate>>> levels, Balancer balancer) {
    return levels.stream()
        .map(level -> level.stream().map(group -> group(group, balancer)).toArray(Group[]::new))
        .toArray(Group[][]::new);
  }

  private static Group group(List<Candidate> group, Balancer balancer) {
    Candidate[] candidates = group.toArray(new Candidate[0]);
    return new Group(candidates, balancer.over(candidates));
  }

  private Group[][] levels(RequestHint hint) {
    return hint.isRead() ? reads : writes;
  }

  /**
   * The choice from the best group that has one; where all that is left of a level is at its limit,
   * the least busy of those. Null if every node of the table was tried.
   */
  public @Nullable Candidate pick(Tried tried, RequestHint hint, long random) {
    Picker best = hint.isRead() ? bestForReads : bestForWrites;
    Candidate picked = best.pick(tried, hint, random);
    if (picked == null) {
      return pickBeyond(best, tried, hint, random);
    }
    return picked.inFlight() < spillsAt ? picked : spilled(picked, tried, hint);
  }

  /**
   * One of the best group that holds less than its share, the least busy one for its weight; the
   * one that was picked, if all of them hold as much. So a node that is stuck does not take all the
   * connections there are, and one that is left alone may have them all.
   */
  private Candidate spilled(Candidate picked, Tried tried, RequestHint hint) {
    Candidate best = picked;
    double least = Double.MAX_VALUE;
    for (Candidate candidate : levels(hint)[0][0].candidates()) {
      if (candidate.inFlight() < spillsAt && Picker.open(candidate, tried)) {
        double load = candidate.load() / candidate.weight();
        if (load < least) {
          least = load;
          best = candidate;
        }
      }
    }
    return best;
  }

  /** As {@link #pick}, but only from the best group of all, and none that is at its limit. */
  public @Nullable Candidate pickOfBest(Tried tried, RequestHint hint, long random) {
    return (hint.isRead() ? bestForReads : bestForWrites).pick(tried, hint, random);
  }

  /** The best one had none. */
  private @Nullable Candidate pickBeyond(Picker best, Tried tried, RequestHint hint, long random) {
    for (Group[] level : levels(hint)) {
      for (Group group : level) {
        Picker picker = group.picker();
        Candidate picked = picker == best ? null : picker.pick(tried, hint, random);
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

  private static @Nullable Candidate leastBusyFull(Group[] level, Tried tried, long random) {
    for (Group group : level) {
      Candidate[] candidates = group.candidates();
      Candidate best = null;
      int least = Integer.MAX_VALUE;
      int equal = 0;
      long bits = random;
      for (Candidate candidate : candidates) {
        if (candidate.weight() > 0 && !tried.contains(candidate)) {
          int inFlight = candidate.inFlight();
          equal = inFlight < least ? 1 : inFlight == least ? equal + 1 : equal;
          if (inFlight < least || (inFlight == least && Chance.below(bits, equal) == 0)) {
            least = inFlight;
            best = candidate; // any of the equal ones: many clients are not to meet on one
          }
          bits = Chance.more(bits);
        }
      }
      if (best != null) {
        return best;
      }
    }
    return null;
  }

  /**
   * Whether a node of the best level is left for such a request that is not in {@code tried} and
   * has not failed or asked for less lately.
   */
  public boolean hasUntriedAtEase(Tried tried, RequestHint hint) {
    Group[][] levels = levels(hint);
    for (Group group : levels.length == 0 ? new Group[0] : levels[0]) {
      for (Candidate candidate : group.candidates()) {
        if (candidate.penalty() == 0 && Picker.open(candidate, tried)) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether a node is left for such a request that is not in {@code tried}. */
  public boolean hasUntried(Tried tried, RequestHint hint) {
    for (Group[] level : levels(hint)) {
      for (Group group : level) {
        for (Candidate candidate : group.candidates()) {
          if (candidate.weight() > 0 && !tried.contains(candidate)) {
            return true;
          }
        }
      }
    }
    return false;
  }
}
