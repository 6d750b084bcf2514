package io.nodewise.lb.probe;

/**
 * Turns a row of single results into a settled verdict: {@code fall} failures in a row take a node
 * down, {@code rise} successes in a row bring it back, so neither one lost packet nor one lucky
 * answer changes anything. Nothing is settled at first; then one success is enough, because nobody
 * should wait for a second probe at start, and failures still need {@code fall}. Not thread-safe.
 */
public final class RiseFall {

  /** What a result changed. */
  public enum Change {
    /** Nothing. */
    NONE,
    /** The node is up now and was not. */
    ROSE,
    /** The node is down now and was not. */
    FELL
  }

  private enum Settled {
    UNKNOWN,
    UP,
    DOWN
  }

  private int rise;
  private final int fall;
  private Settled settled = Settled.UNKNOWN;
  private int against; // results in a row that contradict what is settled; failures while unknown

  /** Nothing settled yet; both numbers must be at least 1. */
  public RiseFall(int rise, int fall) {
    if (rise < 1) {
      throw new IllegalArgumentException("rise: " + rise + " (expected: >= 1)");
    }
    if (fall < 1) {
      throw new IllegalArgumentException("fall: " + fall + " (expected: >= 1)");
    }
    this.rise = rise;
    this.fall = fall;
  }

  /** From now on so many successes are needed; at least 1. */
  public void rise(int successes) {
    rise = successes;
  }

  /** Counts one result. */
  public Change record(boolean up) {
    if (settled == (up ? Settled.UP : Settled.DOWN)) {
      against = 0;
      return Change.NONE;
    }
    int needed = up ? (settled == Settled.UNKNOWN ? 1 : rise) : fall;
    against++;
    if (against < needed) {
      return Change.NONE;
    }
    settle(up);
    return up ? Change.ROSE : Change.FELL;
  }

  /** Settles the verdict at once, for evidence that needs no counting; forgets the row so far. */
  public void settle(boolean up) {
    settled = up ? Settled.UP : Settled.DOWN;
    against = 0;
  }

  /** Whether the settled verdict is up. */
  public boolean isUp() {
    return settled == Settled.UP;
  }

  /** Whether the settled verdict is down. */
  public boolean isDown() {
    return settled == Settled.DOWN;
  }

  /** Whether nothing is settled yet, or the last results contradict what is. */
  public boolean changing() {
    return settled == Settled.UNKNOWN || against > 0;
  }

  @Override
  public String toString() {
    return settled + (against == 0 ? "" : " (" + against + " against)");
  }
}
