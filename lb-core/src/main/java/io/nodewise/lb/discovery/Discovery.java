package io.nodewise.lb.discovery;

import java.time.Duration;

/**
 * How a {@link NodeSource} is asked, and what is made of its answers. Immutable and thread-safe.
 *
 * <p><b>When.</b> As long as an answer holds nobody asks, then once, a little later in each
 * process. After a failure it is asked again soon, and less and less often. Then, and when nothing
 * is found, the members stay what they are.
 *
 * <p><b>What.</b> Nodes that are new in an answer are members at once. A node that is missing is
 * removed when a second answer, {@link #confirmAfter()} later, is missing it too; where more than
 * half of the members are missing at once, it takes a third. So a list that was cut short, a name
 * server that is behind the others, or one that has just started, takes nobody out. A node that
 * comes back within ten minutes of its removal must be missing in twice as many answers the next
 * time, up to sixteen: who asks a server that hands out some of the addresses in turn, so comes to
 * know them all.
 */
public final class Discovery {
  private static final Duration LEAST = Duration.ofMillis(10);
  private static final Duration MOST = Duration.ofHours(1);
  private static final Duration LONGEST_START = Duration.ofMinutes(10);

  private static final Discovery DEFAULTS = builder().build();

  private final Duration firstAnswer;
  private final Duration confirmAfter;
  private final Duration retryAfter;
  private final Duration longestRetry;
  private final double jitter;

  private Discovery(Builder builder) {
    firstAnswer = within("first answer", builder.firstAnswer, Duration.ZERO, LONGEST_START);
    confirmAfter = within("confirm after", builder.confirmAfter, LEAST, MOST);
    retryAfter = within("retry after", builder.retryAfter, LEAST, MOST);
    longestRetry = within("longest retry", builder.longestRetry, retryAfter, MOST);
    jitter = builder.jitter;
    if (!(jitter >= 0 && jitter <= 0.5)) {
      throw new IllegalArgumentException("discovery jitter: " + jitter + " (expected: 0 to 0.5)");
    }
  }

  private static Duration within(String what, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "discovery " + what + ": " + value + " (expected: " + least + " to " + most + ")");
    }
    return value;
  }

  /** What a load balancer does unless told otherwise. */
  public static Discovery defaults() {
    return DEFAULTS;
  }

  /** A builder that starts from {@link #defaults()}. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * How long {@code build()} waits for the first answer, up to 10 minutes; zero: not at all.
   * Default 5 s: a name server that answers does so in milliseconds, one that is down has been
   * given up for another by then.
   */
  public Duration firstAnswer() {
    return firstAnswer;
  }

  /**
   * How soon an answer that is missing nodes is asked for again, from 10 ms to an hour; sooner, if
   * it does not hold for so long. Default 2 s: longer than files are half-written or name servers
   * start, and a node that is really gone is out by its probes meanwhile.
   */
  public Duration confirmAfter() {
    return confirmAfter;
  }

  /**
   * How soon a source is asked again after a failure, from 10 ms to an hour; then after twice that,
   * and so on. Half of each pause is chance. Default 1 s.
   */
  public Duration retryAfter() {
    return retryAfter;
  }

  /**
   * The longest of these pauses, up to an hour; none is longer than the last good answer was to
   * hold. Default 30 s.
   */
  public Duration longestRetry() {
    return longestRetry;
  }

  /**
   * By what part of its time an answer is asked for later, by chance, so that processes which
   * started together don't ask together; 0 to 0.5. Default 0.1.
   */
  public double jitter() {
    return jitter;
  }

  @Override
  public String toString() {
    return "Discovery[firstAnswer="
        + firstAnswer
        + ", confirmAfter="
        + confirmAfter
        + ", retryAfter="
        + retryAfter
        + ", longestRetry="
        + longestRetry
        + ", jitter="
        + jitter
        + "]";
  }

  /** Makes a {@link Discovery}; not thread-safe. Values are checked in {@link #build()}. */
  public static final class Builder {
    private Duration firstAnswer = Duration.ofSeconds(5);
    private Duration confirmAfter = Duration.ofSeconds(2);
    private Duration retryAfter = Duration.ofSeconds(1);
    private Duration longestRetry = Duration.ofSeconds(30);
    private double jitter = 0.1;

    private Builder() {}

    /** See {@link Discovery#firstAnswer()}. */
    public Builder firstAnswer(Duration value) {
      firstAnswer = value;
      return this;
    }

    /** See {@link Discovery#confirmAfter()}. */
    public Builder confirmAfter(Duration value) {
      confirmAfter = value;
      return this;
    }

    /** See {@link Discovery#retryAfter()}. */
    public Builder retryAfter(Duration value) {
      retryAfter = value;
      return this;
    }

    /** See {@link Discovery#longestRetry()}. */
    public Builder longestRetry(Duration value) {
      longestRetry = value;
      return this;
    }

    /** See {@link Discovery#jitter()}. */
    public Builder jitter(double value) {
      jitter = value;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public Discovery build() {
      return new Discovery(this);
    }
  }
}
