package io.nodewise.lb.routing;

import io.nodewise.lb.node.StableHash;

/** Makes more of sixty-four random bits. Pure functions. */
final class Chance {
  static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Chance() {}

  /** Other bits, as good as new. */
  static long more(long bits) {
    return StableHash.mix(bits + GOLDEN);
  }

  /** A number below the bound, from the upper half of the bits. */
  static int below(long bits, int bound) {
    return (int) (((bits >>> 32) * bound) >>> 32);
  }

  /** A number of [0, 1). */
  static double unit(long bits) {
    return (bits >>> 11) * 0x1.0p-53;
  }
}
