package io.nodewise.lb.simulation;

/**
 * What a node is made of.
 *
 * @param slots requests it serves at a time; the others wait in the order in which they came
 * @param queue requests that may wait; further ones are answered 503 SlowDown at once
 * @param bandwidth bytes a second for all bodies together, shared equally
 * @param stream bytes a second one body gets at most
 * @param overheadMillis median of the time from the start of a service to the first byte
 * @param spread standard deviation of that time's logarithm
 */
record Hardware(
    int slots, int queue, double bandwidth, double stream, double overheadMillis, double spread) {

  /** Sixteen slots behind a network of 20 Gbit/s; 200 MB/s for one download. */
  static final Hardware USUAL = new Hardware(16, 256, 2.5e9, 200e6, 4, 0.6);

  Hardware withQueue(int length) {
    return new Hardware(slots, length, bandwidth, stream, overheadMillis, spread);
  }

  /** The mean time to first byte of a node at rest, in seconds. */
  double meanOverhead() {
    return overheadMillis / 1000 * Math.exp(spread * spread / 2);
  }

  /** Requests a second one node can serve, whichever of slots and bandwidth ends first. */
  double capacity(Sizes sizes) {
    double bySlots = slots / (meanOverhead() + sizes.mean() / stream);
    return Math.min(bySlots, bandwidth / sizes.mean());
  }
}
