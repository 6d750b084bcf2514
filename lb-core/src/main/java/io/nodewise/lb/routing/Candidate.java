package io.nodewise.lb.routing;

import io.nodewise.lb.node.Node;

/**
 * A node as a picker sees it: its load at this moment. Thread-safe; every reading may be a little
 * old and no two need be of the same moment.
 */
public interface Candidate {

  /** The node itself. */
  Node node();

  /** A hash of its id, the same in every process and for ever. */
  long hash();

  /**
   * Attempts that have begun and not ended, without the parked ones, whose answers wait for callers
   * who read slowly or not at all.
   */
  int inFlight();

  /**
   * Attempts in flight plus the decaying penalty for recent failures, the latter in attempts: a
   * node that just failed looks busy, so one that fails fast does not draw the traffic.
   */
  double load();

  /** The part of the load that is for recent failures, in attempts; 0 where there were none. */
  double penalty();

  /** Configured weight, lowered while the node starts slowly; 0 takes nothing. */
  double weight();

  /**
   * Recent time to first byte of reads in nanoseconds, smoothed; 0 where nothing is known. What is
   * not refreshed is forgotten, so that a node once slow is asked again.
   */
  long latency();

  /** Whether the node has all the attempts it may have at once. */
  boolean isFull();
}
