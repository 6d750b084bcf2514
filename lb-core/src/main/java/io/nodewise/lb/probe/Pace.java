package io.nodewise.lb.probe;

/** How soon a node is to be probed again. */
public enum Pace {
  /** It is well and nobody doubts it: after the interval, or not at all in optimistic mode. */
  STEADY,
  /** It is changing, or no node at all can be used: after the fast interval. */
  FAST,
  /**
   * It is out and others are well: after gaps that begin with the fast interval and double up to
   * the down interval. They begin anew once the pace was another one in between.
   */
  BACK_OFF
}
