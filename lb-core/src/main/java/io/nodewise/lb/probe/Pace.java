package io.nodewise.lb.probe;

/** How soon a node is to be probed again. */
public enum Pace {
  /** It is well and nobody doubts it: after the interval, or not at all in optimistic mode. */
  STEADY,
  /** It is changing: after the fast interval. */
  FAST,
  /**
   * It is out, and so are all others: after the fast interval, longer in a large set, so that the
   * clients of a cluster that comes back do not all ask all of it every second.
   */
  OUTAGE,
  /**
   * It is out and others are well: after gaps that begin with the fast interval and double up to
   * the down interval. They begin anew once the pace was another one in between.
   */
  BACK_OFF
}
