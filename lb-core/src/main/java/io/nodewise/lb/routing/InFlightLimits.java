package io.nodewise.lb.routing;

import java.time.Duration;

/**
 * How many attempts may be in flight at once, and what becomes of those that find no place: they
 * wait, first come, first served, but not for long and not too many of them. Immutable and
 * thread-safe. By default there are no limits and nothing is counted.
 *
 * <p>An attempt is in flight until the last byte of its answer is read, so a parked download holds
 * its place.
 */
public final class InFlightLimits {
  private static final InFlightLimits NONE = builder().build();

  private final int perNode;
  private final int total;
  private final int waiting;
  private final Duration maxWait;

  private InFlightLimits(Builder builder) {
    perNode = atLeast(0, "in flight per node", builder.perNode);
    total = atLeast(0, "in flight in total", builder.total);
    waiting = atLeast(0, "waiting", builder.waiting);
    maxWait = builder.maxWait;
    if (maxWait.isNegative() || maxWait.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException("max wait: " + maxWait + " (expected: 0 to PT24H)");
    }
  }

  private static int atLeast(int least, String what, int value) {
    if (value < least) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: >= " + least + ")");
    }
    return value;
  }

  /** No limits. */
  public static InFlightLimits none() {
    return NONE;
  }

  /** A builder that starts without limits. */
  public static Builder builder() {
    return new Builder();
  }

  /** Attempts in flight on one node; a node that has as many is passed over. 0: no limit. */
  public int perNode() {
    return perNode;
  }

  /** Attempts in flight on all nodes together. 0: no limit. */
  public int total() {
    return total;
  }

  /** Attempts that may wait for a place; further ones are refused at once. Default 1000. */
  public int waiting() {
    return waiting;
  }

  /** How long one may wait before it is refused. Default 1 s. */
  public Duration maxWait() {
    return maxWait;
  }

  /** Whether there is any limit. */
  public boolean isNone() {
    return perNode == 0 && total == 0;
  }

  @Override
  public String toString() {
    return isNone()
        ? "InFlightLimits[none]"
        : "InFlightLimits[perNode="
            + perNode
            + ", total="
            + total
            + ", waiting="
            + waiting
            + " for "
            + maxWait
            + "]";
  }

  /** Makes {@link InFlightLimits}; not thread-safe. Values are checked in {@link #build()}. */
  public static final class Builder {
    private int perNode;
    private int total;
    private int waiting = 1000;
    private Duration maxWait = Duration.ofSeconds(1);

    private Builder() {}

    /** See {@link InFlightLimits#perNode()}. */
    public Builder perNode(int value) {
      perNode = value;
      return this;
    }

    /** See {@link InFlightLimits#total()}. */
    public Builder total(int value) {
      total = value;
      return this;
    }

    /** See {@link InFlightLimits#waiting()}. */
    public Builder waiting(int value) {
      waiting = value;
      return this;
    }

    /** See {@link InFlightLimits#maxWait()}. */
    public Builder maxWait(Duration value) {
      maxWait = value;
      return this;
    }

    /**
     * The limits.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public InFlightLimits build() {
      return new InFlightLimits(this);
    }
  }
}
