package io.nodewise.lb.config;

import io.nodewise.lb.routing.SiteFailover;
import java.time.Duration;

/** {@link SiteFailover} while its keys are read; it has no builder. Not thread-safe. */
final class SiteFailoverText {
  private double threshold = SiteFailover.defaults().threshold();
  private Duration failBackAfter = SiteFailover.defaults().failBackAfter();

  void threshold(double value) {
    threshold = value;
  }

  void failBackAfter(Duration value) {
    failBackAfter = value;
  }

  SiteFailover build() {
    return SiteFailover.of(threshold, failBackAfter);
  }
}
