package io.nodewise.lb.health;

/** The question that a product is asked. Immutable and thread-safe. */
interface ProductProbe extends Probe {

  /**
   * Whether the answer is one that the product is known to give here, well or not; any other may
   * come from somebody else, or from a product that does not have this path.
   */
  boolean explains(ProbeAnswer answer);
}
