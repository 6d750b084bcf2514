package io.nodewise.lb.routing;

import java.time.Duration;

/**
 * How many attempts may be in flight at once, and what becomes of those that find no place: they
 * wait, first come, first served, but not for long and not too many of them. Immutable and
 * thread-safe. By default there are no limits, and nobody waits.
 *
 * <p>Apart from that a node that holds more than its {@linkplain #spillsAt share} of what is in
 * flight is passed over while another one holds less, so that one which is stuck does not take all
 * the connections of a pool. That refuses nothing and lets nobody wait.
 *
 * <p>An attempt is in flight until the last byte of its answer is read, but while it is parked,
 * because its caller reads slowly or not at all, it does not count here.
 */
public final class InFlightLimits {
  /** More than the nodes known can use each; so many in a pool cost nothing while unused. */
  private static final int CONNECTIONS_PER_NODE = 50;

  /** A process may have 1024 files open by default. */
  private static final int MOST_CONNECTIONS = 1000;

  /**
   * How few attempts are never too many for one node, of however many there are: where a thousand
   * share a thousand connections, two in flight are no sign of a node that is stuck.
   */
  private static final int LEAST_SHARE = 16;

  private static final int BY_POOL = Integer.MIN_VALUE;

  private static final InFlightLimits NONE = builder().build();

  private final int perNode;
  private final int total;
  private final int spillsAt; // BY_POOL: by the number of nodes
  private final int waiting;
  private final Duration maxWait;

  private InFlightLimits(Builder builder) {
    perNode = atLeast(0, "in flight per node", builder.perNode);
    total = atLeast(0, "in flight in total", builder.total);
    spillsAt = builder.spillsAt == BY_POOL ? BY_POOL : atLeast(0, "spills at", builder.spillsAt);
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

  /**
   * Attempts in flight on one node from which on others of its group are taken instead, as long as
   * one of them holds fewer; {@link Integer#MAX_VALUE}: never, as with a limit {@linkplain
   * #perNode() per node}. Default: twice a node's part of the {@linkplain #connections connections}
   * of a pool, half of them all at most, and not less than 16. So of four nodes with 200
   * connections one holds 100 before others are preferred, and the other 100 are theirs. Not by the
   * policies {@link BalancingPolicy#sticky} and {@link BalancingPolicy#pinUntilError}.
   */
  public int spillsAt(int nodes) {
    if (perNode > 0) {
      return Integer.MAX_VALUE;
    }
    if (spillsAt != BY_POOL) {
      return spillsAt == 0 ? Integer.MAX_VALUE : spillsAt;
    }
    int pool = connections(nodes);
    return Math.max(LEAST_SHARE, Math.min(pool / 2, 2 * pool / Math.max(1, nodes)));
  }

  /**
   * For how many connections the pools that adapters make have room, for so many nodes: 50 for
   * each, 1000 at most.
   */
  public static int connections(int nodes) {
    int counted =
        Math.max(1, Math.min(MOST_CONNECTIONS, nodes)); // more nodes than that need no more
    return Math.min(MOST_CONNECTIONS, CONNECTIONS_PER_NODE * counted);
  }

  /** Attempts that may wait for a place; further ones are refused at once. Default 1000. */
  public int waiting() {
    return waiting;
  }

  /** How long one may wait before it is refused. Default 1 s. */
  public Duration maxWait() {
    return maxWait;
  }

  /** Whether nobody ever has to wait for a place. */
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
    private int spillsAt = BY_POOL;
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

    /** See {@link InFlightLimits#spillsAt}; 0: never. */
    public Builder spillsAt(int value) {
      spillsAt = value;
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
