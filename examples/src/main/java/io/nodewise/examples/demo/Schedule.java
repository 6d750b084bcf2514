package io.nodewise.examples.demo;

import java.time.Duration;

/**
 * When which fault happens: the plan scaled to the length of the run. Times are from its start.
 *
 * <pre>
 * 0 %   5 %           15 %          38 %                 60 %                          92 %  100 %
 * |warm-|uploads, calm|kill.restart-|hang......continue--|restart.restart.restart.....-|-----|
 * </pre>
 */
record Schedule(int seconds, int nodes) {
  /** How long nothing is measured: the first calls of all these JVMs are their slowest. */
  Duration warmUp() {
    return clamp(part(0.05), 2_000, 5_000);
  }

  Duration kill() {
    return max(part(0.15), warmUp().plusSeconds(1));
  }

  /** How long the killed node is left dead. */
  Duration deadFor() {
    return clamp(part(0.06), 1_500, 5_000);
  }

  Duration hang() {
    return part(0.38);
  }

  /** Long enough that the detection of a hung node is not mistaken for the node's return. */
  Duration hangFor() {
    return clamp(part(0.14), 4_500, 10_000);
  }

  Duration restart(int index) {
    return part(0.60 + 0.32 * index / nodes);
  }

  Duration end() {
    return part(1);
  }

  private Duration part(double fraction) {
    return Duration.ofMillis(Math.round(fraction * seconds * 1000));
  }

  private static Duration max(Duration a, Duration b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  private static Duration clamp(Duration duration, long minMillis, long maxMillis) {
    return Duration.ofMillis(Math.max(minMillis, Math.min(duration.toMillis(), maxMillis)));
  }
}
