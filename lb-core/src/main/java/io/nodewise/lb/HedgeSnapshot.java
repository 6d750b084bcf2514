package io.nodewise.lb;

import java.time.Duration;

/**
 * What became of reads that waited too long on one node; see {@link io.nodewise.lb.retry.Hedging}.
 * Immutable.
 *
 * @param begun how many were sent to a second node
 * @param won how many of those the second node answered first
 * @param denied how many were not sent because the budget was spent
 * @param delay how long a read waits before that, just now; zero: nothing is sent a second time
 */
public record HedgeSnapshot(long begun, long won, long denied, Duration delay) {
  @Override
  public String toString() {
    return begun
        + " (won "
        + won
        + (denied > 0 ? ", denied " + denied : "")
        + ", after "
        + delay.toMillis()
        + " ms)";
  }
}
