package io.nodewise.lb.routing;

import io.nodewise.lb.node.RequestHint;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/*
 * Static stride scheduling, as gRPC's weighted round robin does it. A number is taken for every look
 * at a candidate. Number s looks at candidate s mod n in round s div n; a candidate of the greatest
 * weight is taken in every round, one of half of it in every second. Where in its cycle a candidate
 * begins differs from one to the next, so that light ones do not all have their turn in the same
 * round. Nothing is locked, sorted or kept per node, and weights may change at any time.
 */
/** Each candidate in turn, in proportion to its weight, whatever its load. */
final class RoundRobin implements Balancer {
  /** Weights are scaled to this; a lighter one than a 65535th of the heaviest counts as that. */
  private static final long FULL = 65_535;

  /** How often the greatest weight is looked for anew, in picks; a power of two. */
  private static final int LOOKS_AGAIN = 1024;

  private final AtomicLong turn; // every picking thread takes numbers

  /** Begins somewhere, so that many clients don't go round in step. */
  RoundRobin(long random) {
    turn = new AtomicLong(random >>> 32);
  }

  @Override
  public Picker over(Candidate[] group) {
    return new Turns(group);
  }

  private final class Turns implements Picker {
    private final Candidate[] group;
    private volatile double greatest; // by whichever thread looks for it

    Turns(Candidate[] group) {
      this.group = group;
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
      // Enough for a candidate of the greatest weight to come up twice, whatever others do.
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
      return nextOpen(tried, (int) Long.remainderUnsigned(turn.get(), n));
    }

    private boolean isItsTurn(Candidate candidate, int index, long round) {
      double weight = candidate.weight();
      double most = greatest;
      if (weight >= most) {
        return true;
      }
      long scaled = Math.max(1, (long) (weight / most * FULL));
      long phase = Long.remainderUnsigned(scaled * round + index * (FULL / 2), FULL);
      return phase >= FULL - scaled;
    }

    private @Nullable Candidate nextOpen(Tried tried, int from) {
      int n = group.length;
      for (int k = 0; k < n; k++) {
        Candidate candidate = group[from + k < n ? from + k : from + k - n];
        if (Picker.open(candidate, tried)) {
          return candidate;
        }
      }
      return null;
    }
  }
}
