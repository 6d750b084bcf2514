package io.nodewise.lb;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.ProbeAnswer;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.node.SiteChange;
import io.nodewise.lb.node.SiteVerdict;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.probe.ProbeClient;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.probe.ScriptedProbeClient;
import io.nodewise.lb.time.VirtualTasks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A load balancer in virtual time, whose probes answer by a script and each after the time it says
 * it took. Nothing happens until time is advanced.
 */
public final class VirtualCluster implements AutoCloseable {

  /** A transition and when it happened. */
  public record Event(Duration at, Transition transition) {
    @Override
    public String toString() {
      return transition.node().id() + " " + transition.from() + "->" + transition.to();
    }
  }

  private final VirtualTasks tasks = new VirtualTasks();
  private final ScriptedProbeClient probes = new ScriptedProbeClient(tasks);
  private final List<Event> events = new ArrayList<>();
  private final List<String> siteEvents = new ArrayList<>();
  private final LoadBalancer balancer;

  private VirtualCluster(LoadBalancerBuilder builder, long seed) {
    builder.listener(
        new LoadBalancerListener() {
          @Override
          public void onTransition(Transition transition) {
            events.add(new Event(tasks.elapsed(), transition));
          }

          @Override
          public void onSiteChange(SiteChange change) {
            siteEvents.add(change.from() + "->" + change.to() + ": " + change.reason());
          }

          @Override
          public void onSiteVerdict(SiteVerdict verdict) {
            siteEvents.add(
                verdict.site()
                    + (verdict.canWrite() ? "" : " can't write")
                    + (verdict.canRead() ? "" : " can't read")
                    + (verdict.canWrite() && verdict.canRead() ? " can do all" : ""));
          }
        });
    balancer =
        TestRuntime.set(builder, tasks, tasks, TestRuntime.seeded(seed), new TakingTime()).build();
  }

  /** A cluster of these nodes with every other setting at its default. */
  public static VirtualCluster of(String... patterns) {
    return of(builder -> builder.nodes(patterns));
  }

  /** A cluster as {@code settings} make it. */
  public static VirtualCluster of(UnaryOperator<LoadBalancerBuilder> settings) {
    return of(1, settings);
  }

  /** The same with another course of chance. */
  public static VirtualCluster of(long seed, UnaryOperator<LoadBalancerBuilder> settings) {
    return new VirtualCluster(settings.apply(LoadBalancer.builder()), seed);
  }

  /** As {@link #of(String...)}, after the first probes, which found every node up. */
  public static VirtualCluster up(String... patterns) {
    return of(patterns).settled();
  }

  /** As {@link #of(UnaryOperator)}, after the first probes, which found every node up. */
  public static VirtualCluster up(UnaryOperator<LoadBalancerBuilder> settings) {
    return of(settings).settled();
  }

  private VirtualCluster settled() {
    advance(2000);
    events.clear();
    return this;
  }

  /** What is tested. */
  public LoadBalancer balancer() {
    return balancer;
  }

  /** The clock and the background thread. */
  public VirtualTasks tasks() {
    return tasks;
  }

  /** The nodes, as probes see them. */
  public ScriptedProbeClient probes() {
    return probes;
  }

  /** Stops the client for so long: time passes and nothing runs. */
  public void freeze(long millis) {
    tasks.freeze(Duration.ofMillis(millis));
  }

  /** Lets time pass. */
  public void advance(long millis) {
    tasks.advance(Duration.ofMillis(millis));
  }

  /** Lets time pass until the node has this state; an error if it does not get there in time. */
  public void awaitState(String id, NodeState state, Duration atMost) {
    if (!tasks.advanceUntil(() -> state(id) == state, atMost)) {
      throw new AssertionError(
          id + " is not " + state + " after " + atMost + ":\n" + balancer.snapshot().toTable());
    }
    tasks.runDue(); // listeners
  }

  /** From now on probes of the node get these results, the last one for ever. */
  public void probesOf(String id, ProbeResult... results) {
    probes.answer(id, results);
  }

  /** From now on probes of the node are answered at once, and this is what the answers mean. */
  public void probesSay(String id, Verdict verdict) {
    ProbeAnswer answer = new ProbeAnswer(verdict.isDown() ? 503 : 200, Map.of(), "");
    probesOf(id, ProbeResult.answered(verdict, answer, Duration.ofMillis(1)));
  }

  /** The node as it is now. */
  public NodeSnapshot node(String id) {
    return balancer.snapshot().nodes().stream()
        .filter(view -> view.node().id().equals(id))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no node " + id + ": " + balancer.snapshot()));
  }

  /** The state of the node. */
  public NodeState state(String id) {
    return node(id).state();
  }

  /** The transitions so far that listeners have heard of. */
  public List<Event> events() {
    return List.copyOf(events);
  }

  /** The same, as {@code id FROM->TO}. */
  public List<String> transitions() {
    return events.stream().map(Event::toString).toList();
  }

  /** What was told of sites so far: who leads, and what they can do. */
  public List<String> siteEvents() {
    return List.copyOf(siteEvents);
  }

  /** The site, or tier, as it is now. */
  public SiteSnapshot site(String name) {
    return balancer.snapshot().sites().stream()
        .filter(site -> site.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no site " + name));
  }

  /** An attempt of a read on whatever node is picked. */
  public Attempt begin() {
    return begin(RequestHint.read());
  }

  /** An attempt on whatever node is picked. */
  public Attempt begin(RequestHint hint) {
    try {
      return balancer.route(hint).next(!hint.isRead());
    } catch (NoNodeAvailableException e) {
      throw new AssertionError(e.getMessage(), e);
    }
  }

  /** The message of the exception that a request meets, of which no node may be left. */
  public String refusal() {
    try (Attempt attempt = balancer.route(RequestHint.read()).next(false)) {
      throw new AssertionError("was given " + attempt.node());
    } catch (NoNodeAvailableException e) {
      return e.getMessage();
    }
  }

  /** An attempt of a read on this node, by way of cancelled ones on others where need be. */
  public Attempt beginOn(String id) {
    return beginOn(id, false);
  }

  /** An attempt on this node, with or without a request body. */
  public Attempt beginOn(String id, boolean hasBody) {
    Route route = balancer.route(hasBody ? RequestHint.write() : RequestHint.read());
    List<Attempt> others = new ArrayList<>();
    try {
      while (true) {
        Attempt attempt = route.next(hasBody);
        if (attempt.node().id().equals(id)) {
          return attempt;
        }
        others.add(attempt);
      }
    } catch (NoNodeAvailableException e) {
      throw new AssertionError(id + " is not to be had: " + e.getMessage(), e);
    } finally {
      others.forEach(Attempt::close);
    }
  }

  /** The first attempt of a read on this node, beside as many on others as it takes. */
  public Attempt beginFirstOn(String id) {
    List<Attempt> others = new ArrayList<>();
    try {
      for (int i = 0; i < 1000; i++) {
        Attempt attempt = begin();
        if (attempt.node().id().equals(id)) {
          return attempt;
        }
        others.add(attempt);
      }
      throw new AssertionError("chance never took " + id + ":\n" + this);
    } finally {
      others.forEach(Attempt::close);
    }
  }

  /** So many requests one after another on this node, each ended so. */
  public void endOn(String id, Outcome outcome, int times) {
    for (int i = 0; i < times; i++) {
      beginOn(id).end(outcome);
    }
  }

  /** The ids of the nodes that so many requests, one after another and all well, are given. */
  public List<String> picks(int times) {
    return picks(times, RequestHint.read());
  }

  /** The same for reads or for writes. */
  public List<String> picks(int times, RequestHint hint) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      try (Attempt attempt = begin(hint)) {
        ids.add(attempt.node().id());
      }
    }
    return ids;
  }

  /** The same for so many requests at once, none of which ends before the last has begun. */
  public List<String> burst(int times) {
    List<Attempt> together = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      together.add(begin());
    }
    together.forEach(Attempt::close);
    return together.stream().map(attempt -> attempt.node().id()).toList();
  }

  /** Every node one request may go to, in the order in which it is given them. */
  public List<String> reach() {
    return reach(RequestHint.read());
  }

  /** The same for a read or a write. */
  public List<String> reach(RequestHint hint) {
    Route route = balancer.route(hint);
    List<String> ids = new ArrayList<>();
    while (route.hasUntried()) {
      try (Attempt attempt = route.next(false)) {
        ids.add(attempt.node().id());
      } catch (NoNodeAvailableException e) {
        throw new AssertionError("promised an untried node: " + e.getMessage(), e);
      }
    }
    return ids;
  }

  @Override
  public void close() {
    balancer.close();
  }

  @Override
  public String toString() {
    return tasks.elapsed() + "\n" + balancer.snapshot().toTable();
  }

  /** Delivers a result when the time it took has passed. */
  private final class TakingTime implements ProbeClient {
    @Override
    public void probe(
        Node node, HealthCheck check, @Nullable Probe question, Consumer<ProbeResult> done) {
      probes.probe(
          node,
          check,
          question,
          result -> tasks.schedule(result.took(), () -> done.accept(result)));
    }

    @Override
    public void close() {
      probes.close();
    }

    @Override
    public String toString() {
      return Arrays.asList(probes, tasks).toString();
    }
  }
}
