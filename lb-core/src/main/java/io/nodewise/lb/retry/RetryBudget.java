package io.nodewise.lb.retry;

import java.time.Duration;

/**
 * How many requests may be sent again because the nodes asked for less (503 SlowDown, 429). Where
 * all nodes are overloaded, every such retry is load that makes it worse; a budget keeps them to a
 * small part of what is sent. Immutable and thread-safe.
 *
 * <p>One budget for each load balancer, whatever the number of its clients: it fills with a {@link
 * #share()} of all attempts and with some {@link #perSecond()}, so that a client of few requests
 * can retry too, and what is not spent fades with {@link #fade()}. A retry takes one; where there
 * is none left, the answer is the caller's.
 *
 * <p>Not charged are: moves away from a node that can't be reached; and moves and retries of a
 * request that still has an untried node which has not failed or asked for less lately, as one sick
 * or overloaded node among others is no trouble of the cluster. Where all that are left have failed
 * lately, the budget pays for going on at once; where it has nothing left for that, whoever retries
 * decides alone.
 */
public final class RetryBudget {
  /** A thousand retries a second for every client of a cluster are no limit any more. */
  private static final double MOST_PER_SECOND = 1000;

  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofHours(1);

  private static final RetryBudget DEFAULTS = builder().build();
  private static final RetryBudget UNLIMITED = new RetryBudget();

  private final double share;
  private final double perSecond;
  private final Duration fade;
  private final boolean limited;

  private RetryBudget(Builder builder) {
    share = within("retry budget share", builder.share, 1);
    perSecond = within("retry budget per second", builder.perSecond, MOST_PER_SECOND);
    fade = builder.fade;
    if (fade.compareTo(SHORTEST) < 0 || fade.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "retry budget fade: " + fade + " (expected: " + SHORTEST + " to " + LONGEST + ")");
    }
    limited = true;
  }

  private RetryBudget() {
    share = 1;
    perSecond = MOST_PER_SECOND;
    fade = LONGEST;
    limited = false;
  }

  private static double within(String what, double value, double most) {
    if (!(value >= 0 && value <= most)) {
      throw new IllegalArgumentException(
          what + ": " + value + " (expected: 0 to " + (long) most + ")");
    }
    return value;
  }

  /** The defaults: one in twenty attempts, and one a second. */
  public static RetryBudget defaults() {
    return DEFAULTS;
  }

  /** No budget: whoever retries decides alone, such as the SDK's own token bucket. */
  public static RetryBudget unlimited() {
    return UNLIMITED;
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * What part of all attempts may be retries of overload, from 0 to 1. Default 0.05: enough for a
   * hiccup, and an overloaded cluster gets a twentieth more than it would without retries.
   */
  public double share() {
    return share;
  }

  /** So many a second besides, from 0 to 1000. Default 1: few for a cluster of many clients. */
  public double perSecond() {
    return perSecond;
  }

  /**
   * In what time an unspent budget falls to 1/e, from a second to an hour. Default 10 s: what is
   * saved up is what ten seconds bring in, and a calm hour pays for no storm.
   */
  public Duration fade() {
    return fade;
  }

  /** Whether there is a budget at all. */
  public boolean isLimited() {
    return limited;
  }

  @Override
  public String toString() {
    return limited
        ? "RetryBudget[share=" + share + ", perSecond=" + perSecond + ", fade=" + fade + "]"
        : "RetryBudget[unlimited]";
  }

  /** Makes a {@link RetryBudget}; not thread-safe. Values are checked in {@link #build()}. */
  public static final class Builder {
    private double share = 0.05;
    private double perSecond = 1;
    private Duration fade = Duration.ofSeconds(10);

    private Builder() {}

    /** See {@link RetryBudget#share()}. */
    public Builder share(double value) {
      share = value;
      return this;
    }

    /** See {@link RetryBudget#perSecond()}. */
    public Builder perSecond(double value) {
      perSecond = value;
      return this;
    }

    /** See {@link RetryBudget#fade()}. */
    public Builder fade(Duration value) {
      fade = value;
      return this;
    }

    /**
     * The budget.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RetryBudget build() {
      return new RetryBudget(this);
    }
  }
}
