package io.nodewise.examples.status;

import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.SiteChange;
import io.nodewise.lb.node.SiteVerdict;
import io.nodewise.lb.node.Transition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

/** What happened last. Thread-safe: written by the load balancer's thread, read by the server's. */
final class EventLog implements LoadBalancerListener {
  static final int MOST = 200;

  private final Deque<Event> events = new ArrayDeque<>(); // guarded by this

  private synchronized void add(String node, String state, String text) {
    if (events.size() == MOST) {
      events.removeFirst();
    }
    events.addLast(new Event(System.currentTimeMillis(), node, state, text));
  }

  @Override
  public void onTransition(Transition transition) {
    add(
        transition.node().id(),
        transition.to().toString(),
        transition.from() + " → " + transition.to() + ": " + transition.reason());
  }

  @Override
  public void onNodeSet(NodeSet before, NodeSet after) {
    add("", "", before.size() + " → " + after.size() + " nodes");
  }

  @Override
  public void onSiteChange(SiteChange change) {
    add("", "", change.toString());
  }

  @Override
  public void onSiteVerdict(SiteVerdict verdict) {
    add("", "", verdict.toString());
  }

  /** The last first. */
  synchronized List<Event> events() {
    List<Event> latestFirst = new ArrayList<>(events);
    Collections.reverse(latestFirst);
    return latestFirst;
  }
}
