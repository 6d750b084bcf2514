package io.nodewise.lb.simulation;

/**
 * How large objects are: small ones of 32 KiB, some of 8 MiB, a few of 1 GiB.
 *
 * @param medium share of objects of 8 MiB
 * @param large share of objects of 1 GiB
 */
record Sizes(double medium, double large) {
  static final int SMALL_BYTES = 32 << 10;
  private static final int MEDIUM_BYTES = 8 << 20;
  private static final int LARGE_BYTES = 1 << 30;

  /** Nine in a hundred are of 8 MiB, one in two hundred of 1 GiB. */
  static final Sizes USUAL = new Sizes(0.09, 0.005);

  /** Small objects only. */
  static final Sizes SMALL = new Sizes(0, 0);

  /** Bytes, on average. */
  double mean() {
    return (1 - medium - large) * SMALL_BYTES + medium * MEDIUM_BYTES + large * LARGE_BYTES;
  }

  /** The size of one object, drawn by a uniform number of [0, 1). */
  int draw(double uniform) {
    if (uniform < large) {
      return LARGE_BYTES;
    }
    return uniform < large + medium ? MEDIUM_BYTES : SMALL_BYTES;
  }
}
