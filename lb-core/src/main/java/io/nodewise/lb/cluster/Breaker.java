package io.nodewise.lb.cluster;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/*
 * resilience4j counts and judges, nothing more. It never goes by itself from open to half-open: the
 * registry says when, because a breaker that nobody asks would stay open for ever. It is asked after
 * a request, never before one, so a pick costs nothing here. Made at a node's first fault and
 * dropped when its window is clean again, so a healthy node has none.
 *
 * The window is the SYNCHRONIZED one: the lock-free one costs microseconds and hundreds of bytes a
 * call under contention.
 */
/** The circuit breaker of one node. Thread-safe. */
final class Breaker {
  /** Successes in a row that close a half-open breaker: one lucky success is not enough. */
  static final int TRIALS = 3;

  /** By the system's clock, which has no say here: as good as for ever. */
  private static final Duration OPEN = Duration.ofDays(36_500);

  private static final RuntimeException FAULT =
      new RuntimeException("node fault", null, false, false) {
        private static final long serialVersionUID = 1L;
      };

  private final CircuitBreaker breaker;

  Breaker(String nodeId, OutlierDetection settings, Ticker ticker) {
    breaker =
        CircuitBreaker.of(
            nodeId,
            CircuitBreakerConfig.custom()
                .slidingWindowType(SlidingWindowType.COUNT_BASED)
                .slidingWindowSize(settings.window())
                .minimumNumberOfCalls(settings.minimumVolume())
                .failureRateThreshold((float) (settings.failureFraction() * 100))
                .slowCallRateThreshold(100)
                .permittedNumberOfCallsInHalfOpenState(TRIALS)
                .automaticTransitionFromOpenToHalfOpenEnabled(false)
                .waitDurationInOpenState(OPEN)
                .currentTimestampFunction(clock -> ticker.read(), TimeUnit.NANOSECONDS)
                .writableStackTraceEnabled(false)
                .build());
  }

  void success() {
    if (breaker.tryAcquirePermission()) {
      breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    }
  }

  void fault() {
    if (breaker.tryAcquirePermission()) {
      breaker.onError(0, TimeUnit.NANOSECONDS, FAULT);
    }
  }

  void open() {
    breaker.transitionToOpenState();
  }

  /** Lets {@value #TRIALS} trials decide, from now on, whatever came before. */
  void halfOpen() {
    breaker.transitionToOpenState();
    breaker.transitionToHalfOpenState();
  }

  boolean isOpen() {
    return breaker.getState() == CircuitBreaker.State.OPEN;
  }

  boolean isClosed() {
    return breaker.getState() == CircuitBreaker.State.CLOSED;
  }

  /** Whether nothing in the window is a fault. */
  boolean isClean() {
    return isClosed() && breaker.getMetrics().getNumberOfFailedCalls() == 0;
  }
}
