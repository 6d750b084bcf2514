package io.nodewise.lb.retry;

import java.time.Duration;

/**
 * Whether a download whose node fails under it goes on at another node, from the byte it had come
 * to. Immutable and thread-safe.
 *
 * <p>Only what is known to be the same object is joined: the rest is asked for on the condition
 * that the entity tag is still the one the download began with. If it is not, the reader gets an
 * exception that says so.
 */
public final class DownloadResume {
  private static final int MOST = 10_000;
  private static final Duration LONGEST = Duration.ofDays(1);

  private static final DownloadResume DEFAULTS = builder().build();
  private static final DownloadResume OFF = new DownloadResume();

  private final int most;
  private final Duration within;

  private DownloadResume(Builder builder) {
    most = builder.most;
    within = builder.within;
    if (most < 1 || most > MOST) {
      throw new IllegalArgumentException(
          "download resumes: " + most + " (expected: 1 to " + MOST + ", or DownloadResume.off())");
    }
    if (within.isNegative() || within.isZero() || within.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "download resume within: " + within + " (expected: > 0 and <= " + LONGEST + ")");
    }
  }

  private DownloadResume() {
    most = 0;
    within = Duration.ZERO;
  }

  /** The defaults: up to a hundred times, within thirty seconds each. */
  public static DownloadResume defaults() {
    return DEFAULTS;
  }

  /** A download that breaks off has failed, as with the SDK alone. */
  public static DownloadResume off() {
    return OFF;
  }

  /** A builder that starts from the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * How often nodes may be asked for the rest of one download, in all, from 1 to 10,000; 0 if it is
   * switched off. Nodes that can't be reached don't count. Default 100: more than one lives to see,
   * and an end for a server that cuts every answer.
   */
  public int most() {
    return most;
  }

  /**
   * For how long after a break, without a byte since then, nodes are asked, up to a day; the last
   * answer may come later. Default 30 s, as long as a read may wait for bytes: a cluster that
   * restarts as a whole is waited for.
   */
  public Duration within() {
    return within;
  }

  /** Whether downloads go on at all. */
  public boolean isOn() {
    return most > 0;
  }

  @Override
  public String toString() {
    return isOn()
        ? "DownloadResume[most=" + most + ", within=" + within + "]"
        : "DownloadResume[off]";
  }

  /** Makes a {@link DownloadResume}; not thread-safe. Values are checked in {@link #build()}. */
  public static final class Builder {
    private int most = 100;
    private Duration within = Duration.ofSeconds(30);

    private Builder() {}

    /** See {@link DownloadResume#most()}. */
    public Builder most(int value) {
      most = value;
      return this;
    }

    /** See {@link DownloadResume#within()}. */
    public Builder within(Duration value) {
      within = value;
      return this;
    }

    /**
     * The settings.
     *
     * @throws IllegalArgumentException if a value is out of its range
     */
    public DownloadResume build() {
      return new DownloadResume(this);
    }
  }
}
