package io.nodewise.lb.cluster;

import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/*
 * A bag in segments of slots. Adding claims a free slot by compare-and-set, beginning at a random
 * one so that threads do not meet; removing clears the slot the adder was given. A segment is added,
 * under the lock, when the present ones seem full; segments are never removed, so a slot number is
 * good for life. Adding and removing take no lock and allocate nothing otherwise.
 */
/** The attempts that have begun and not ended, for the sweeper to walk over. Thread-safe. */
final class RunningAttempts {
  static final int SEGMENT = 256;
  private static final int LOOKS = 8;

  private final IntSupplier chance;
  private volatile AtomicReferenceArray<@Nullable RunningAttempt>[]
      segments; // grown under the lock

  RunningAttempts() {
    this(() -> ThreadLocalRandom.current().nextInt());
  }

  /** Where threads begin to look is the test's choice: at the same slot, for one. */
  RunningAttempts(IntSupplier chance) {
    this.chance = chance;
    this.segments = grown(null);
  }

  /** Adds an attempt; the number is what {@link #remove} takes. */
  int add(RunningAttempt attempt) {
    while (true) {
      AtomicReferenceArray<@Nullable RunningAttempt>[] present = segments;
      int from = chance.getAsInt();
      for (int s = 0; s < present.length; s++) {
        AtomicReferenceArray<@Nullable RunningAttempt> segment = present[s];
        for (int k = 0; k < LOOKS; k++) {
          int slot = (from + k) & (SEGMENT - 1);
          if (segment.get(slot) == null && segment.compareAndSet(slot, null, attempt)) {
            return s * SEGMENT + slot;
          }
        }
      }
      synchronized (this) {
        if (segments == present) {
          segments = grown(present);
        }
      }
    }
  }

  void remove(int number) {
    segments[number / SEGMENT].set(number % SEGMENT, null);
  }

  /** Every attempt that was there all the while, and perhaps some that came or went meanwhile. */
  void forEach(Consumer<RunningAttempt> action) {
    for (AtomicReferenceArray<@Nullable RunningAttempt> segment : segments) {
      for (int i = 0; i < SEGMENT; i++) {
        RunningAttempt attempt = segment.get(i);
        if (attempt != null) {
          action.accept(attempt);
        }
      }
    }
  }

  int size() {
    int[] count = {0};
    forEach(attempt -> count[0]++);
    return count[0];
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static AtomicReferenceArray<@Nullable RunningAttempt>[] grown(
      AtomicReferenceArray<@Nullable RunningAttempt> @Nullable [] present) {
    AtomicReferenceArray[] more =
        present == null
            ? new AtomicReferenceArray[1]
            : Arrays.copyOf((AtomicReferenceArray[]) present, present.length + 1);
    more[more.length - 1] = new AtomicReferenceArray<>(SEGMENT);
    return more;
  }
}
