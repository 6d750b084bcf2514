package io.nodewise.lb.probe;

import io.nodewise.lb.health.Probe;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One probe of a node under way; compared by identity. Tasks thread only. */
final class Flight {
  final long startedAt;

  /** What it asks; null where nothing is asked by HTTP. */
  final @Nullable Probe question;

  /** Completed when the result has been told or dropped. */
  final CompletableFuture<Void> over;

  /** How many of the node's doubts are settled when the result is told: this one and earlier. */
  int settles;

  Flight(long startedAt, @Nullable Probe question, CompletableFuture<Void> over, int settles) {
    this.startedAt = startedAt;
    this.question = question;
    this.over = over;
    this.settles = settles;
  }

  static boolean startedAfter(long nanos, @Nullable Flight flight) {
    return flight != null && flight.startedAt - nanos > 0;
  }
}
