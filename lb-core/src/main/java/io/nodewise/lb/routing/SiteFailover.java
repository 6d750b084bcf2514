package io.nodewise.lb.routing;

import java.time.Duration;

/**
 * When requests leave a site for the next one, and when they go back. Immutable and thread-safe.
 *
 * <p>A site is first as long as enough of its nodes can be used. Where fewer can, the next site
 * with enough is first, and what is left of the sites before it comes after it; where no site has
 * enough, the one that was first stays so. Nodes that an operator took out don't count.
 */
public final class SiteFailover {
  private static final SiteFailover DEFAULTS = of(0.5, Duration.ofSeconds(10));

  private final double threshold;
  private final Duration failBackAfter;

  private SiteFailover(double threshold, Duration failBackAfter) {
    this.threshold = threshold;
    this.failBackAfter = failBackAfter;
  }

  /** Half of the nodes, and ten seconds. */
  public static SiteFailover defaults() {
    return DEFAULTS;
  }

  /**
   * Other values.
   *
   * @param threshold see {@link #threshold()}
   * @param failBackAfter see {@link #failBackAfter()}
   * @throws IllegalArgumentException if the threshold is not from 0 to 1, or the time is negative
   *     or longer than a day
   */
  public static SiteFailover of(double threshold, Duration failBackAfter) {
    if (!(threshold >= 0 && threshold <= 1)) {
      throw new IllegalArgumentException("site threshold: " + threshold + " (expected: 0 to 1)");
    }
    if (failBackAfter.isNegative() || failBackAfter.compareTo(Duration.ofDays(1)) > 0) {
      throw new IllegalArgumentException(
          "fail back after: " + failBackAfter + " (expected: 0 to PT24H)");
    }
    return new SiteFailover(threshold, failBackAfter);
  }

  /**
   * The share of a site's nodes that must be usable for it to be first; with 0 one node is enough.
   * Default 0.5: a cluster with erasure coding that has lost half of its nodes can't serve, and
   * what is left of another would be overrun.
   */
  public double threshold() {
    return threshold;
  }

  /**
   * For how long a site must have had enough nodes again before it is first again. Default 10 s, so
   * that a site on the edge does not send everybody to and fro.
   */
  public Duration failBackAfter() {
    return failBackAfter;
  }

  @Override
  public String toString() {
    return "SiteFailover[" + threshold + ", back after " + failBackAfter + "]";
  }
}
