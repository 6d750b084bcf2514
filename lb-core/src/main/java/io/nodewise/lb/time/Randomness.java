package io.nodewise.lb.time;

import java.util.concurrent.ThreadLocalRandom;

/** Where chance comes from: 64 uniform bits a call. Implementations are thread-safe. */
@FunctionalInterface
public interface Randomness {

  /** Sixty-four uniform bits. */
  long next();

  /** A uniform number of [0, 1). */
  default double nextUnit() {
    return (next() >>> 11) * 0x1.0p-53;
  }

  /** A uniform number of [0, bound); {@code bound} must be positive. */
  default int nextInt(int bound) {
    return (int) (((next() >>> 32) * bound) >>> 32);
  }

  /** The calling thread's own generator: no sharing, no lock. */
  static Randomness threadLocal() {
    return () -> ThreadLocalRandom.current().nextLong();
  }
}
