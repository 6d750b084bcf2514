package io.nodewise.lb.routing;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nodewise.lb.node.RequestHint;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/*
 * Static stride scheduling, as gRPC's weighted round robin does it. A number is taken for every look
 * at a candidate. Number s looks at candidate s mod n in round s div n; a candidate of the greatest
 * weight is taken in every round, one of half of it in every second. Where in its cycle a candidate
 * begins differs from one to the next by the golden ratio, so that light ones have their turns
 * evenly over the rounds, however many they are. Nothing is locked, sorted or kept per node, and
 * weights may change at any time.
 *
 * Every group counts for itself. With one counter for all, groups that are asked in turn would each
 * see the same few remainders, and never get to some of their candidates. A group that is in the
 * next table too goes on where it was.
 */
/** Each candidate in turn, in proportion to its weight, whatever its load. */
final class RoundRobin implements Picker {

  /** Remembers whose turn it is, over tables. */
  static final class Turns implements Balancer {
    /** Groups of the last few tables; one that is back after many others begins anew. */
    private static final int GROUPS = 32;

    @GuardedBy("this")
    private final Map<List<Candidate>, AtomicLong> byGroup =
        new LinkedHashMap<>(GROUPS, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<List<Candidate>, AtomicLong> eldest) {
            return size() > GROUPS;
          }
        };

    @Override
    public synchronized Picker over(Candidate[] group) {
      AtomicLong turn = byGroup.computeIfAbsent(List.of(group), added -> new AtomicLong(NOT_BEGUN));
      return new RoundRobin(group, turn);
    }
  }

  /** Weights are scaled to this, of which the lower half of a long is a remainder. */
  private static final long FULL = 1L << 32;

  /** A weight below a 65536th of the greatest counts as that, so that a turn comes at all. */
  private static final long LEAST = FULL >>> 16;

  /** The golden ratio's fraction of {@link #FULL}: multiples of it are spread evenly. */
  private static final long APART = 0x9E3779B9L;

  /** How often the greatest weight is looked for anew, in picks; a power of two. */
  private static final int LOOKS_AGAIN = 1024;

  private static final long NOT_BEGUN = -1;

  private final Candidate[] group;
  private final AtomicLong turn; // every picking thread takes numbers
  private volatile double greatest; // by whichever thread looks for it

  /** Of a group that was in no table before. */
  RoundRobin(Candidate[] group) {
    this(group, new AtomicLong(NOT_BEGUN));
  }

  private RoundRobin(Candidate[] group, AtomicLong turn) {
    this.group = group;
    this.turn = turn;
    this.greatest = greatestWeight();
  }

  private double greatestWeight() {
    double found = 0;
    for (Candidate candidate : group) {
      found = Math.max(found, candidate.weight());
    }
    return found;
  }

  @Override
  public @Nullable Candidate pick(Tried tried, RequestHint hint, long random) {
    int n = group.length;
    if (turn.get() == NOT_BEGUN) {
      // Begins somewhere, so that many clients don't go round in step.
      turn.compareAndSet(NOT_BEGUN, random >>> 32);
    }
    // Enough for one of the greatest weight, unless they are closed or no longer so heavy. Then
    // chance has to do: the next one in order would stand in for all of them, for as long.
    for (int looks = 0; looks < 2 * n; looks++) {
      long number = turn.getAndIncrement();
      if ((number & (LOOKS_AGAIN - 1)) == 0) {
        greatest = greatestWeight();
      }
      int index = (int) Long.remainderUnsigned(number, n);
      Candidate candidate = group[index];
      if (isItsTurn(candidate, index, Long.divideUnsigned(number, n))
          && Picker.open(candidate, tried)) {
        return candidate;
      }
    }
    return RandomChoice.pick(group, tried, random);
  }

  private boolean isItsTurn(Candidate candidate, int index, long round) {
    double weight = candidate.weight();
    double most = greatest;
    if (weight >= most) {
      return true;
    }
    long scaled = Math.max(LEAST, (long) (weight / most * FULL));
    long phase = (scaled * round + index * APART) & (FULL - 1);
    return phase >= FULL - scaled;
  }
}
