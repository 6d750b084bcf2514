package io.nodewise.lb.retry;

import java.time.Duration;

/**
 * Whether a read that waits longer than nearly all do is sent to a second node as well, and how
 * often. The first answer counts, the other attempt is given up. That takes the stalls of single
 * nodes (a collection of garbage, a disk that spins up) out of the slowest requests, for a few more
 * requests. Off unless asked for. Immutable and thread-safe.
 *
 * <p>How long a read waits is learnt: what all but a {@link #share()} of the recent reads of the
 * whole set took to their first byte. A budget of its own bounds the requests this adds, whatever
 * happens: the same share of all attempts. Nothing is hedged in panic, nor where no other node is
 * left that is at least as good: eligible, not paused, not starting slowly, no fault lately, a
 * place free.
 *
 * <p>Only what reads can be hedged, and only what the adapter says: for S3 the GET and the HEAD of
 * an object.
 */
public final class Hedging {
  /** From there on half of the reads were sent twice: that is no longer about the slowest ones. */
  private static final double MOST = 0.5;

  /** One in a thousand: what is rarer is not worth a timer for each read. */
  private static final double LEAST = 0.001;

  private static final Duration SHORTEST = Duration.ofMillis(1);
  private static final Duration LONGEST = Duration.ofMinutes(1);
  private static final int MOST_SAMPLES = 100_000;
  private static final int MOST_BURST = 1000;

  private static final Hedging DEFAULTS = builder().build();
  private static final Hedging OFF = new Hedging();

  private final boolean on;
  private final double share;
  private final Duration leastDelay;
  private final int leastSamples;
  private final int burst;

  private Hedging(Builder builder) {
    on = true;
    share = builder.share;
    if (!(share >= LEAST && share <= MOST)) {
      throw new IllegalArgumentException(
          "hedging share: " + share + " (expected: " + LEAST + " to " + MOST + ")");
    }
    leastDelay = builder.leastDelay;
    if (leastDelay.compareTo(SHORTEST) < 0 || leastDelay.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "hedging least delay: "
              + leastDelay
              + " (expected: "
              + SHORTEST
              + " to "
              + LONGEST
              + ")");
    }
    leastSamples = within("hedging least samples", builder.leastSamples, MOST_SAMPLES);
    burst = within("hedging burst", builder.burst, MOST_BURST);
  }

  private Hedging() {
    on = false;
    share = 0;
    leastDelay = LONGEST;
    leastSamples = MOST_SAMPLES;
    burst = 0;
  }

  private static int within(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: 1 to " + most + ")");
    }
    return value;
  }

  /** On, for one in fifty reads. */
  public static Hedging defaults() {
    return DEFAULTS;
  }

  /** Nothing is sent twice at once: what a load balancer does unless told otherwise. */
  public static Hedging off() {
    return OFF;
  }

  /** A builder that starts from {@link #defaults()}. */
  public static Builder builder() {
    return new Builder();
  }

  /** Whether anything is hedged at all. */
  public boolean isOn() {
    return on;
  }

  /**
   * What part of the reads waits long enough to be sent a second time, and at the same time the
   * most requests this may add to all there are; from 0.001 to 0.5. Default 0.02: the nodes don't
   * feel it, and stalls that hit fewer than one read in fifty are out of the way.
   */
  public double share() {
    return share;
  }

  /**
   * No read is sent a second time sooner, from a millisecond to a minute. Default 5 ms: what is
   * faster than that nobody feels, and timers and pauses of the client itself are most of what is
   * seen.
   */
  public Duration leastDelay() {
    return leastDelay;
  }

  /**
   * So many recent reads must be known, from 1 to 100,000, or nothing is hedged. Default 100, of
   * which the slowest fiftieth is two. For a small share it takes at least so many that one of them
   * is in it. What is known halves every thirty seconds.
   */
  public int leastSamples() {
    return leastSamples;
  }

  /**
   * So much of the budget can be saved up, in requests, from 1 to 1000; or what one second brings
   * in, if that is more. Default 10: a node that stalls has that many reads at once, and no calm
   * hour pays for a storm.
   */
  public int burst() {
    return burst;
  }

  @Override
  public String toString() {
    return on
        ? "Hedging[share="
            + share
            + ", leastDelay="
            + leastDelay
            + ", leastSamples="
            + leastSamples
            + ", burst="
            + burst
            + "]"
        : "Hedging[off]";
  }

  /** Makes a {@link Hedging}; not thread-safe. Values are checked in {@link #build()}. */
  public static final class Builder {
    private double share = 0.02;
    private Duration leastDelay = Duration.ofMillis(5);
    private int leastSamples = 100;
    private int burst = 10;

    private Builder() {}

    /** See {@link Hedging#share()}. */
    public Builder share(double value) {
      share = value;
      return this;
    }

    /** See {@link Hedging#leastDelay()}. */
    public Builder leastDelay(Duration value) {
      leastDelay = value;
      return this;
    }

    /** See {@link Hedging#leastSamples()}. */
    public Builder leastSamples(int value) {
      leastSamples = value;
      return this;
    }

    /** See {@link Hedging#burst()}. */
    public Builder burst(int value) {
      burst = value;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Hedging build() {
      return new Hedging(this);
    }
  }
}
