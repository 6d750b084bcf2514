package io.nodewise.lb.health;

import java.time.Duration;

/**
 * When the outcomes of real requests put a node out, and for how long. Immutable and thread-safe.
 *
 * <p>Hard evidence (connection refused, black hole, hung) takes a node out at once and needs no
 * setting. What is set here is for soft evidence: requests that failed, or were slow, on a node
 * which can be reached. Such nodes are put out only up to {@link #maxEjectedFraction()} of the set,
 * and come back by themselves.
 */
public final class OutlierDetection {
  private final int consecutiveFaults;
  private final double failureFraction;
  private final int minimumVolume;
  private final int window;
  private final Duration baseEjection;
  private final Duration maxEjection;
  private final double maxEjectedFraction;
  private final double slowFactor;
  private final Duration slowMargin;
  private final Duration maxPause;
  private final double panicThreshold;

  private OutlierDetection(Builder builder) {
    consecutiveFaults = atLeastOne("consecutive faults", builder.consecutiveFaults);
    failureFraction = fraction("failure fraction", builder.failureFraction);
    minimumVolume = atLeastOne("minimum volume", builder.minimumVolume);
    window = atLeastOne("window", builder.window);
    if (minimumVolume > window) {
      throw new IllegalArgumentException(
          "minimum volume: " + minimumVolume + " (expected: <= window " + window + ")");
    }
    baseEjection = Bounds.positive("base ejection", builder.baseEjection);
    maxEjection = Bounds.positive("max ejection", builder.maxEjection);
    if (maxEjection.compareTo(baseEjection) < 0) {
      throw new IllegalArgumentException(
          "max ejection: " + maxEjection + " (expected: >= base ejection " + baseEjection + ")");
    }
    maxEjectedFraction = fraction("max ejected fraction", builder.maxEjectedFraction);
    slowFactor = builder.slowFactor;
    Bounds.check(
        slowFactor == 0 || (slowFactor > 1 && slowFactor <= 1000),
        "slow factor",
        slowFactor,
        "> 1 and <= 1000, or 0 for never");
    slowMargin = Bounds.positive("slow margin", builder.slowMargin);
    Bounds.check(!builder.maxPause.isNegative(), "max pause", builder.maxPause, ">= 0");
    maxPause = Bounds.atMostADay("max pause", builder.maxPause);
    panicThreshold = builder.panicThreshold;
    Bounds.check(
        panicThreshold >= 0 && panicThreshold <= 1, "panic threshold", panicThreshold, "0 to 1");
  }

  /** The defaults. */
  public static OutlierDetection defaults() {
    return builder().build();
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Node faults in a row that put a node out. Default 5, as in Envoy and Finagle. */
  public int consecutiveFaults() {
    return consecutiveFaults;
  }

  /** Share of faults in the window that puts a node out. Default 0.5. */
  public double failureFraction() {
    return failureFraction;
  }

  /** Outcomes that the share of faults must rest on. Default 20. */
  public int minimumVolume() {
    return minimumVolume;
  }

  /** Outcomes the circuit breaker of a node looks back on. Default 40. */
  public int window() {
    return window;
  }

  /** How long the first ejection lasts; each further one doubles it. Default 5 s, jittered. */
  public Duration baseEjection() {
    return baseEjection;
  }

  /** How long an ejection lasts at most. Default 300 s. */
  public Duration maxEjection() {
    return maxEjection;
  }

  /**
   * Share of the set that soft evidence may put out at a time; one node always may be, unless it is
   * the only one. Default 0.3: beyond that the set is more likely overloaded than sick.
   */
  public double maxEjectedFraction() {
    return maxEjectedFraction;
  }

  /**
   * How many times slower than the others a node must be to be put out: the median of its times to
   * first byte against the median of theirs, in three looks in a row. 0 never puts a slow node out.
   * Default 5: least loaded leaves a slow node alone long before; this is for a policy that does
   * not, and for the few requests it still gets.
   */
  public double slowFactor() {
    return slowFactor;
  }

  /** By how much it must be slower, too. Default 100 ms: less is not felt. */
  public Duration slowMargin() {
    return slowMargin;
  }

  /**
   * For how long a node is asked last at most because of a {@code Retry-After}, whatever it says;
   * zero ignores it. Default 30 s: some servers say two minutes for a moment's trouble.
   */
  public Duration maxPause() {
    return maxPause;
  }

  /**
   * Share of the nodes left in by operators below which verdicts are doubted and nodes that are out
   * on soft evidence are used too, behind the others. 0 never doubts. Default 0.5, as in Envoy.
   */
  public double panicThreshold() {
    return panicThreshold;
  }

  private static int atLeastOne(String what, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: >= 1)");
    }
    return value;
  }

  private static double fraction(String what, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(what + ": " + value + " (expected: > 0 and <= 1)");
    }
    return value;
  }

  @Override
  public String toString() {
    return "OutlierDetection[consecutiveFaults="
        + consecutiveFaults
        + ", failureFraction="
        + failureFraction
        + " of >= "
        + minimumVolume
        + ", ejection="
        + baseEjection
        + ".."
        + maxEjection
        + ", maxEjectedFraction="
        + maxEjectedFraction
        + ", slow="
        + slowFactor
        + " times and "
        + slowMargin
        + ", maxPause="
        + maxPause
        + ", panicThreshold="
        + panicThreshold
        + "]";
  }

  /** Makes {@link OutlierDetection}; not thread-safe. Values are checked in {@link #build()}. */
  public static final class Builder {
    private int consecutiveFaults = 5;
    private double failureFraction = 0.5;
    private int minimumVolume = 20;
    private int window = 40;
    private Duration baseEjection = Duration.ofSeconds(5);
    private Duration maxEjection = Duration.ofSeconds(300);
    private double maxEjectedFraction = 0.3;
    private double slowFactor = 5;
    private Duration slowMargin = Duration.ofMillis(100);
    private Duration maxPause = Duration.ofSeconds(30);
    private double panicThreshold = 0.5;

    private Builder() {}

    /** See {@link OutlierDetection#consecutiveFaults()}. */
    public Builder consecutiveFaults(int value) {
      consecutiveFaults = value;
      return this;
    }

    /** See {@link OutlierDetection#failureFraction()}. */
    public Builder failureFraction(double value) {
      failureFraction = value;
      return this;
    }

    /** See {@link OutlierDetection#minimumVolume()}. */
    public Builder minimumVolume(int value) {
      minimumVolume = value;
      return this;
    }

    /** See {@link OutlierDetection#window()}. */
    public Builder window(int value) {
      window = value;
      return this;
    }

    /** See {@link OutlierDetection#baseEjection()}. */
    public Builder baseEjection(Duration value) {
      baseEjection = value;
      return this;
    }

    /** See {@link OutlierDetection#maxEjection()}. */
    public Builder maxEjection(Duration value) {
      maxEjection = value;
      return this;
    }

    /** See {@link OutlierDetection#maxEjectedFraction()}. */
    public Builder maxEjectedFraction(double value) {
      maxEjectedFraction = value;
      return this;
    }

    /** See {@link OutlierDetection#slowFactor()}. */
    public Builder slowFactor(double value) {
      slowFactor = value;
      return this;
    }

    /** See {@link OutlierDetection#slowMargin()}. */
    public Builder slowMargin(Duration value) {
      slowMargin = value;
      return this;
    }

    /** See {@link OutlierDetection#maxPause()}. */
    public Builder maxPause(Duration value) {
      maxPause = value;
      return this;
    }

    /** See {@link OutlierDetection#panicThreshold()}. */
    public Builder panicThreshold(double value) {
      panicThreshold = value;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public OutlierDetection build() {
      return new OutlierDetection(this);
    }
  }
}
