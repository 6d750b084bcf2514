package io.nodewise.examples.demo;

import io.nodewise.examples.demo.client.NodeRow;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/**
 * Where the attempts of the last seconds went: the share since the start would hide for minutes
 * that a node gets nothing any more. Fed at each redraw. Thread-safe.
 */
final class RecentShares {
  static final int SECONDS = 5;

  private final Deque<Sample> samples = new ArrayDeque<>(); // guarded by this

  /** The attempts of each node at one moment. */
  private record Sample(long nanos, Map<String, Long> attempts) {}

  /** Takes the counts of now, and returns each node's part of the recent attempts, 0 to 1. */
  synchronized Map<String, Double> update(long nanos, List<NodeRow> rows) {
    Map<String, Long> now = new HashMap<>();
    rows.forEach(row -> now.put(row.node(), row.attempts()));
    samples.addLast(new Sample(nanos, now));
    while (nanos - samples.getFirst().nanos() > TimeUnit.SECONDS.toNanos(SECONDS)) {
      samples.removeFirst();
    }
    Map<String, Long> before = samples.getFirst().attempts();
    ToLongFunction<NodeRow> recent = row -> row.attempts() - before.getOrDefault(row.node(), 0L);
    long all = rows.stream().mapToLong(recent).sum();
    Map<String, Double> shares = new HashMap<>();
    for (NodeRow row : rows) {
      shares.put(row.node(), all == 0 ? 0 : (double) recent.applyAsLong(row) / all);
    }
    return shares;
  }
}
