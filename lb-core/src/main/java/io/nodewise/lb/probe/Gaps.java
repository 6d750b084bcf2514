package io.nodewise.lb.probe;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.time.Randomness;
import java.time.Duration;

/**
 * How long it is from the end of one probe to the start of the next, by the settings and by chance;
 * the same for all nodes of a set. Tasks thread only.
 */
final class Gaps {
  /** So that waiting for readiness is short, and thousands of clients started together spread. */
  static final Duration FIRST_WITHIN = Duration.ofSeconds(1);

  /**
   * Intervals between two questions to a site. What a cluster can do changes more rarely than how a
   * node is, and answering costs it more: it has to ask all its disks.
   */
  private static final double INTERVALS_PER_SITE = 2;

  private final HealthCheck check;
  private final Randomness random;
  private double stretch = 1;

  Gaps(HealthCheck check, Randomness random) {
    this.check = check;
    this.random = random;
  }

  /** From now on so many nodes share what one client may ask in an interval. */
  void shareAmong(int nodes) {
    stretch = Math.max(1, (double) nodes / check.subset());
  }

  /** Until the first probe of a node. */
  Duration first() {
    Duration within =
        FIRST_WITHIN.compareTo(check.interval()) < 0 ? FIRST_WITHIN : check.interval();
    return times(within, stretch * random.nextUnit());
  }

  /** After a probe that told nothing, of a node nothing is known about: all may be such nodes. */
  Duration unknown() {
    return jittered(check.fastInterval(), stretch);
  }

  /**
   * After a probe that told something.
   *
   * @param backedOff the gaps at {@link Pace#BACK_OFF} just before, in a row
   */
  Duration after(Pace pace, int backedOff) {
    return switch (pace) {
      case STEADY -> jittered(check.interval(), stretch);
      case OUTAGE -> jittered(check.fastInterval(), stretch);
      case FAST, BACK_OFF -> inDoubt(pace, backedOff, stretch);
    };
  }

  /** Until the first question to a site. */
  Duration firstOfSite() {
    return times(check.interval(), INTERVALS_PER_SITE * random.nextUnit());
  }

  /** After a question to a site; as {@link #after}. */
  Duration ofSite(Pace pace, int backedOff) {
    return pace == Pace.STEADY
        ? jittered(check.interval(), INTERVALS_PER_SITE)
        : inDoubt(pace, backedOff, 1);
  }

  /** Nobody is to ask a node that is down more often than one that is up. */
  private Duration inDoubt(Pace pace, int backedOff, double longer) {
    double factor = pace == Pace.FAST ? 1 : Math.scalb(1.0, backedOff);
    Duration longest =
        pace == Pace.FAST ? check.fastInterval() : times(check.downInterval(), longer);
    Duration grown = times(check.fastInterval(), factor); // saturates
    return jittered(grown.compareTo(longest) < 0 ? grown : longest, 1);
  }

  private Duration jittered(Duration gap, double factor) {
    double spread = check.jitter() * (2 * random.nextUnit() - 1);
    return times(gap, factor * (1 + spread));
  }

  private static Duration times(Duration gap, double factor) {
    return Duration.ofNanos((long) (gap.toNanos() * factor));
  }
}
