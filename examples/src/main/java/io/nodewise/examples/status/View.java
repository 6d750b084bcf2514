package io.nodewise.examples.status;

import io.nodewise.lb.ClusterSnapshot;
import io.nodewise.lb.NodeSnapshot;
import java.util.List;

/** What the page asks for, as JSON; since when it has been looking on, in milliseconds too. */
record View(
    String title,
    long now,
    long since,
    int eligible,
    int inFlight,
    long attempts,
    long failovers,
    long resumes,
    long hedges,
    long deniedRetries,
    boolean panic,
    List<Node> nodes,
    List<Event> events) {

  /** One row. Times in milliseconds, shares from 0 to 1; the last ten seconds are recent. */
  record Node(
      String id,
      String state,
      boolean eligible,
      String reason,
      long age,
      double recentShare,
      double weight,
      int inFlight,
      long attempts,
      long faults,
      double p50,
      double p99,
      double probe,
      List<History.Second> history) {}

  private static final int RECENT = 10;

  static View of(
      String title, long since, ClusterSnapshot cluster, History history, List<Event> events) {
    long all = cluster.nodes().stream().mapToLong(node -> recent(node, history)).sum();
    return new View(
        title,
        System.currentTimeMillis(),
        since,
        cluster.eligible(),
        cluster.inFlight(),
        cluster.attempts(),
        cluster.failovers(),
        cluster.resumes(),
        cluster.hedges().begun(),
        cluster.deniedRetries(),
        cluster.panic(),
        cluster.nodes().stream().map(node -> row(node, all, history)).toList(),
        events);
  }

  private static long recent(NodeSnapshot node, History history) {
    List<History.Second> seconds = history.of(node.node().id());
    return seconds.stream()
        .skip(Math.max(0, seconds.size() - RECENT))
        .mapToLong(History.Second::calls)
        .sum();
  }

  private static Node row(NodeSnapshot node, long all, History history) {
    return new Node(
        node.node().id(),
        node.state().toString(),
        node.state().eligible(),
        node.reason() + (node.paused() ? ", paused" : ""),
        node.age().toMillis(),
        all == 0 ? 0 : (double) recent(node, history) / all,
        node.weight(),
        node.inFlight(),
        node.attempts(),
        node.faults(),
        node.firstByteP50().toNanos() / 1e6,
        node.firstByteP99().toNanos() / 1e6,
        node.probe() == null ? 0 : node.probe().took().toNanos() / 1e6,
        history.of(node.node().id()));
  }
}
