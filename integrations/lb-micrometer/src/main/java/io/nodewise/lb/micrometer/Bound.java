package io.nodewise.lb.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.nodewise.lb.ClusterSnapshot;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.AttemptReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/*
 * Attempts find the meters of their node in a map. Who is not in it is looked up among the members,
 * under the monitor under which the nodes that left are taken out: so the last attempts of a node that
 * is gone do not bring its meters back.
 */
/** The meters of one load balancer in one registry. Thread-safe. */
final class Bound implements AttemptListener, LoadBalancerListener {
  private final LoadBalancer balancer;
  private final MeterRegistry registry;
  private final Tags tags;
  private final View view;
  private final ConcurrentMap<String, NodeMeters> nodes = new ConcurrentHashMap<>();
  private final List<Meter> meters = new ArrayList<>(); // of the cluster; by begin() and end()
  private boolean ended; // under the monitor

  Bound(LoadBalancer balancer, MeterRegistry registry, Tags tags, View view) {
    this.balancer = balancer;
    this.registry = registry;
    this.tags = tags;
    this.view = view;
  }

  /** Once; does nothing if it has been ended before. */
  synchronized void begin() {
    if (ended) {
      return;
    }
    try {
      registerCluster();
      balancer.listeners().add((LoadBalancerListener) this);
      balancer.listeners().add((AttemptListener) this);
      reconcile();
    } catch (RuntimeException e) { // a registry that is closed, or has such a meter of another kind
      end();
      throw e;
    }
  }

  void end() {
    balancer.listeners().remove((LoadBalancerListener) this);
    balancer.listeners().remove((AttemptListener) this);
    synchronized (this) {
      ended = true;
      meters.forEach(registry::remove);
      meters.clear();
      nodes.values().forEach(NodeMeters::remove);
      nodes.clear();
    }
  }

  // What happens.

  @Override
  public void onAttempt(AttemptReport report) {
    NodeMeters known = metersOf(report.node());
    if (known != null) {
      known.attempted(report);
    }
  }

  @Override
  public void onTransition(Transition transition) {
    NodeMeters known = metersOf(transition.node());
    if (known != null) {
      known.moved(transition.to());
    }
  }

  @Override
  public void onNodeSet(NodeSet before, NodeSet after) {
    reconcile();
  }

  /** Null if it is no member any more. */
  private @Nullable NodeMeters metersOf(Node node) {
    NodeMeters known = nodes.get(node.id());
    return known == null ? entered(node.id()) : known;
  }

  private synchronized @Nullable NodeMeters entered(String id) {
    if (ended || balancer.nodes().find(id).isEmpty()) {
      return null;
    }
    return nodes.computeIfAbsent(id, entering -> new NodeMeters(registry, tags, view, entering));
  }

  private synchronized void reconcile() {
    NodeSet members = balancer.nodes();
    nodes
        .entrySet()
        .removeIf(
            entry -> {
              boolean isGone = members.find(entry.getKey()).isEmpty();
              if (isGone) {
                entry.getValue().remove();
              }
              return isGone;
            });
    for (Node member : members) {
      entered(member.id());
    }
  }

  // Of the cluster.

  private void registerCluster() {
    for (NodeState state : NodeState.values()) {
      String name = state.name().toLowerCase(Locale.ROOT);
      meters.add(
          Gauge.builder("nodewise.nodes", this, bound -> bound.inState(state))
              .description("Nodes by what they may be given")
              .tags(tags)
              .tag("state", name)
              .register(registry));
    }
    gauge(
        "nodewise.panic",
        null,
        "1 where so few nodes are left that verdicts are doubted",
        cluster -> cluster.panic() ? 1 : 0);
    gauge(
        "nodewise.retries.budget",
        null,
        "Retries that are left; none where there is no limit",
        Bound::budget);
    meters.add(
        TimeGauge.builder(
                "nodewise.hedges.delay",
                view,
                TimeUnit.NANOSECONDS,
                seen -> seen.cluster().hedges().delay().toNanos())
            .description("How long a read waits before it is sent to a second node; 0: it is not")
            .tags(tags)
            .register(registry));
    counter(
        "nodewise.failovers", "Requests that went on at another node", ClusterSnapshot::failovers);
    counter(
        "nodewise.resumes",
        "Questions for the rest of a download that broke off",
        ClusterSnapshot::resumes);
    counter(
        "nodewise.refusals",
        "Requests for which there was no node, or none left",
        ClusterSnapshot::refusals);
    counter(
        "nodewise.retries",
        "Retries taken out of the budget",
        cluster -> cluster.retries().taken());
    counter(
        "nodewise.retries.denied",
        "Retries there was no budget for",
        cluster -> cluster.retries().denied());
    counter("nodewise.hedges", "Reads sent to a second node", cluster -> cluster.hedges().begun());
    counter(
        "nodewise.hedges.won",
        "Reads the second node answered first",
        cluster -> cluster.hedges().won());
    counter(
        "nodewise.hedges.denied",
        "Reads not sent a second time for want of budget",
        cluster -> cluster.hedges().denied());
  }

  private double inState(NodeState state) {
    return view.cluster().nodes().stream().filter(node -> node.state() == state).count();
  }

  private static double budget(ClusterSnapshot cluster) {
    long left = cluster.retries().left();
    return left == Long.MAX_VALUE ? Double.NaN : left;
  }

  private void gauge(
      String name, @Nullable String unit, String what, ToDoubleFunction<ClusterSnapshot> value) {
    meters.add(
        Gauge.builder(name, view, seen -> value.applyAsDouble(seen.cluster()))
            .description(what)
            .baseUnit(unit)
            .tags(tags)
            .register(registry));
  }

  private void counter(String name, String what, ToDoubleFunction<ClusterSnapshot> value) {
    meters.add(
        FunctionCounter.builder(name, view, seen -> value.applyAsDouble(seen.cluster()))
            .description(what)
            .tags(tags)
            .register(registry));
  }
}
