package io.nodewise.lb.endtoend;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.AttemptReport;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Why attempts failed, node by node, also of those that neither the SDK nor its caller hears of.
 * Thread-safe.
 */
final class FailedAttempts implements AttemptListener {
  @GuardedBy("this")
  private final Map<String, Map<String, Integer>> reasons = new HashMap<>();

  @Override
  public void onAttempt(AttemptReport report) {
    Outcome outcome = report.outcome();
    if (outcome.isNodeFault() || outcome.kind() == Outcome.Kind.LOAD) {
      add(report.node().id(), general(outcome.toString()));
    }
  }

  /** How often what happened at the node, since the last call of {@link #forget}. */
  synchronized Map<String, Integer> at(String node) {
    return new TreeMap<>(reasons.getOrDefault(node, Map.of()));
  }

  synchronized void forget() {
    reasons.clear();
  }

  private synchronized void add(String node, String reason) {
    reasons.computeIfAbsent(node, id -> new HashMap<>()).merge(reason, 1, Integer::sum);
  }

  /** The same for every port, attempt and moment, and without the SDK's advice. */
  static String general(String reason) {
    return reason
        .replaceAll("(?s) The request will usually succeed.*requestCount=1\\b.*", " A new one)")
        .replaceAll("(?s) The request will usually succeed.*requestCount=\\d+.*", " A used one)")
        .replaceAll("(localhost)?/?127\\.0\\.0\\.1:\\d+", "the node")
        .replaceAll("\\b\\d{2,} ?ms\\b", "… ms")
        .replaceAll("\\d{4,}", "…");
  }
}
