package io.nodewise.examples.demo;

import io.nodewise.examples.view.Ink;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * One thing that was done to the cluster.
 *
 * @param inFlight calls under way on that node when it began, as the client counts them
 * @param endNanos when the node served again; none while it does not
 */
record Fault(Kind kind, String node, int inFlight, long startNanos, OptionalLong endNanos) {
  /** The end, or now while it lasts. */
  long endOrNow() {
    return endNanos.orElseGet(System::nanoTime);
  }

  Fault ended() {
    return new Fault(kind, node, inFlight, startNanos, OptionalLong.of(System.nanoTime()));
  }

  /** What is done to a node. */
  enum Kind {
    /** The process is killed and later started again. */
    KILL(Ink.RED),
    /** The process stands still with its connections open, and later goes on. */
    HANG(Ink.MAGENTA),
    /** One step of a rolling restart: a graceful stop, and a start at once. */
    ROLLING_RESTART(Ink.CYAN);

    private final Ink ink;

    Kind(Ink ink) {
      this.ink = ink;
    }

    Ink ink() {
      return ink;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}
