package io.nodewise.lb.simulation;

import java.util.stream.IntStream;

/**
 * What came of one run.
 *
 * @param events that happened in virtual time
 * @param seconds it took to compute
 */
record Result(Scenario scenario, Setting setting, Observations seen, long events, double seconds) {

  /** A node that is left has less than this part of a fair share. */
  private static final double LEFT = 0.1;

  /** A node that is back has more than this part of a fair share. */
  private static final double BACK = 0.5;

  /** Arrivals vary. */
  private static final double NEARLY = 0.95;

  double fair() {
    return 1.0 / setting.nodes();
  }

  double p50() {
    return seen.smallMillis(50);
  }

  double p99() {
    return seen.smallMillis(99);
  }

  /** The same while the trouble is new. */
  double p99Early() {
    return seen.earlyMillis(99);
  }

  double p999() {
    return seen.smallMillis(99.9);
  }

  double goodput() {
    return seen.goodput(scenario.from(), scenario.until());
  }

  double amplification() {
    return seen.amplification(scenario.from(), scenario.until());
  }

  long requests() {
    return seen.requests(0, scenario.end());
  }

  long failed() {
    return seen.failed(0, scenario.end());
  }

  /** The part of all attempts that was on the bad node during its trouble. */
  double badShare() {
    return seen.share(Scenario.BAD, scenario.from(), scenario.until());
  }

  /** The same until it was found out. */
  double badShareBefore() {
    return seen.share(Scenario.BAD, scenario.from(), scenario.from() + Math.max(0.1, detect()));
  }

  /** The same from then on, a second later. */
  double badShareAfter() {
    return seen.share(Scenario.BAD, scenario.from() + detect() + 1, scenario.until());
  }

  /**
   * Seconds until the bad node had less than a tenth of a fair share, and so for a second; infinite
   * if never.
   */
  double detect() {
    for (double at = scenario.from(); at <= scenario.until() - 1; at += 0.1) {
      if (seen.share(Scenario.BAD, at, at + 1) < LEFT * fair()) {
        return at - scenario.from();
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** Seconds until the node had half of a fair share again, and so for a second. */
  double recover() {
    for (double at = scenario.until(); at <= scenario.end() - 1; at += 0.1) {
      if (seen.share(Scenario.BAD, at, at + 1) > BACK * fair()) {
        return at - scenario.until();
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** Seconds from the end of the trouble until as much ends well in a second as comes, nearly. */
  double goodputBack() {
    for (double at = scenario.until(); at <= scenario.end() - 1; at += 0.1) {
      if (seen.goodput(at, at + 1) >= NEARLY * seen.requests(at, at + 1)) {
        return at - scenario.until();
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  /** Seconds from the end of the trouble until no request fails any more. */
  double lastFailure() {
    double last = 0;
    for (double at = scenario.until(); at < scenario.end(); at += 0.1) {
      last = seen.failed(at, at + 0.1) > 0 ? at + 0.1 - scenario.until() : last;
    }
    return last;
  }

  /** The mean load of a node, from when to when, relative to that of all. */
  double relativeLoad(int node, double fromSeconds, double untilSeconds) {
    double all =
        IntStream.range(0, setting.nodes())
            .mapToDouble(other -> seen.load(other, fromSeconds, untilSeconds))
            .average()
            .orElse(1);
    return seen.load(node, fromSeconds, untilSeconds) / all;
  }

  /** The mean load of the most loaded node relative to that of all; without the bad one. */
  double unevenness() {
    double[] loads =
        IntStream.range(scenario.hasBadNode() ? 1 : 0, setting.nodes())
            .mapToDouble(node -> seen.load(node, scenario.from(), scenario.until()))
            .toArray();
    double mean = IntStream.range(0, loads.length).mapToDouble(i -> loads[i]).average().orElse(1);
    double max = IntStream.range(0, loads.length).mapToDouble(i -> loads[i]).max().orElse(1);
    return max / mean;
  }

  int falseEjections() {
    return seen.falseEjections();
  }
}
