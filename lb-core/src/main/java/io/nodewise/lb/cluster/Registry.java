package io.nodewise.lb.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.probe.Pace;
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.probe.Prober;
import io.nodewise.lb.routing.RoutingTable;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * The one owner of node state.
 *
 * Reports come from everywhere: outcomes from request threads, probe results and the passing of time
 * from the background thread, operators from theirs. Each takes the lock, changes the node's
 * NodeHealth and calls settle(), which publishes a new routing table if a state changed. The lock is
 * held for some hundred nanoseconds and nothing foreign runs under it: log lines and listeners go to
 * the background thread, in order. So what an operator or a failed request changed is seen by the
 * very next pick, and a pick itself reads one volatile reference.
 * A success on a healthy node changes nothing: see report().
 */
/** Owns the nodes, their states and the routing table. Thread-safe. */
public final class Registry implements Prober.Sink {
  private static final Logger log = LoggerFactory.getLogger(Registry.class);

  private final Object lock = new Object();
  private final NodeHealth.Rules rules;
  private final Ticker ticker;
  private final Tasks tasks;
  private final Announcer announcer;
  private final OutlierJudge judge;
  private final Consumer<Node> probeSoon;
  private final Runnable onSilentNode;

  private volatile NodeSet members; // written under the lock

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private final Map<String, LiveNode> byId = new LinkedHashMap<>();

  private volatile RoutingTable table; // written under the lock
  private volatile List<LiveNode> nodes = List.of(); // written under the lock

  /**
   * A registry of these nodes.
   *
   * @param probeSoon asks for a probe of a node at once; called without the lock
   * @param onSilentNode told, on the background thread, that a node was found to hang
   */
  Registry(
      NodeSet members,
      NodeHealth.Rules rules,
      Ticker ticker,
      Tasks tasks,
      List<LoadBalancerListener> listeners,
      Consumer<Node> probeSoon,
      Runnable onSilentNode) {
    this.members = members;
    this.rules = rules;
    this.ticker = ticker;
    this.tasks = tasks;
    this.announcer = new Announcer(tasks, listeners);
    this.judge = new OutlierJudge(rules.outliers(), ticker);
    this.probeSoon = probeSoon;
    this.onSilentNode = onSilentNode;
    long now = ticker.read();
    for (Node node : members) {
      LiveNode live = new LiveNode(node, new NodeHealth(rules, false, now));
      apply(live, now);
      byId.put(node.id(), live);
    }
    this.nodes = List.copyOf(byId.values());
    this.table = Tables.of(nodes);
  }

  /** Who may be given a request just now. */
  public RoutingTable table() {
    return table;
  }

  /** The members with their counters, in the order of the set. */
  public List<LiveNode> nodes() {
    return nodes;
  }

  // Reports.

  /** An attempt ended that began in this era of the node. */
  void report(LiveNode node, Outcome outcome, int era) {
    boolean current = era == node.era();
    node.count(outcome, current);
    switch (outcome.kind()) {
      case UNREACHABLE -> {
        change(node, now -> node.health.unreachable(outcome.reason(), false, now));
        probeSoon.accept(node.node());
      }
      case SUCCESS -> {
        if (current) {
          success(node, era);
        }
      }
      case FAULT -> {
        if (current) {
          fault(node, outcome, era);
          suspect(node); // a reset may be all that is ever heard of a dead node
        }
      }
      case LOAD, CANCELLED -> {}
    }
  }

  private void success(LiveNode node, int era) {
    OutlierJudge.succeeded(node);
    if (node.watched()) {
      inEra(era, node, now -> node.health.success(OutlierJudge.isTrusted(node), now));
    }
  }

  private void fault(LiveNode node, Outcome outcome, int era) {
    inEra(era, node, now -> judge.failed(node, outcome.reason(), nodes, now));
  }

  /** An attempt got its first byte that began in this era of the node. */
  void answered(LiveNode node, int era) {
    inEra(era, node, node.health::answered);
  }

  private void inEra(int era, LiveNode node, LongConsumer evidence) {
    change(
        node,
        now -> {
          if (era == node.era()) {
            evidence.accept(now);
          }
        });
  }

  /** A running attempt on the node has been silent for too long, or has failed. */
  void suspect(LiveNode node) {
    List<Node> witness;
    synchronized (lock) {
      if (byId.get(node.node().id()) != node || !node.health.suspect(ticker.read())) {
        return;
      }
      witness = Census.others(nodes, node, 1, rules.random());
    }
    log.debug("{} is under suspicion, probing it", node.node().id());
    probeSoon.accept(node.node());
    witness.forEach(probeSoon);
  }

  @Override
  public Pace probed(Node probed, ProbeResult result) {
    List<Node> again = new ArrayList<>();
    boolean changing;
    synchronized (lock) {
      LiveNode node = byId.get(probed.id());
      if (node == null || !node.node().uri().equals(probed.uri())) {
        return Pace.STEADY; // not a member any more; the prober will hear of it
      }
      long began = ticker.read() - result.took().toNanos();
      boolean witnessed = !result.isUp() && Census.hasWitness(nodes, node, began);
      change(node, now -> node.health.probed(result, witnessed, now));
      if (!result.isUp() && node.health.isInDoubt()) {
        again.add(node.node());
        again.addAll(Census.others(nodes, node, Census.WITNESSES, rules.random()));
      }
      changing = node.health.isChanging();
    }
    again.forEach(probeSoon);
    return changing ? Pace.FAST : Pace.STEADY;
  }

  /** Time passed: ends ejections, goes on with slow starts, lets penalties fade. */
  void tick(double penaltyFactor, double latencyFactor) {
    for (LiveNode node : nodes) {
      node.decayPenalty(penaltyFactor);
      node.decayLatency(latencyFactor);
      change(
          node,
          now -> {
            node.health.tick(now);
            OutlierJudge.tick(node);
          });
    }
  }

  // Operators.

  /** No new attempts on the node; running ones end. */
  public void drain(String id) {
    operate(id, NodeHealth.Admin.DRAINING, "drained by operator");
  }

  /** The node is not to be used. */
  public void disable(String id) {
    operate(id, NodeHealth.Admin.DISABLED, "disabled by operator");
  }

  /** The node may be used again. */
  public void resume(String id) {
    operate(id, NodeHealth.Admin.ENABLED, "resumed by operator");
  }

  private void operate(String id, NodeHealth.Admin admin, String reason) {
    LiveNode node = find(id);
    change(node, now -> node.health.admin(admin, reason));
  }

  private LiveNode find(String id) {
    synchronized (lock) {
      LiveNode node = members.find(id).map(found -> byId.get(found.id())).orElse(null);
      if (node == null) {
        throw new IllegalArgumentException(
            "unknown node: " + id + " (expected one of: " + String.join(", ", byId.keySet()) + ")");
      }
      return node;
    }
  }

  /** Other members; nodes that stay keep their state, new ones start slowly. */
  public void update(NodeSet updated) {
    synchronized (lock) {
      NodeSet before = members;
      if (before.equals(updated)) {
        return;
      }
      long now = ticker.read();
      Map<String, LiveNode> old = new LinkedHashMap<>(byId);
      byId.clear();
      for (Node node : updated) {
        LiveNode live = old.get(node.id());
        if (live == null || !live.node().uri().equals(node.uri())) {
          live = new LiveNode(node, new NodeHealth(rules, true, now));
        } else {
          live.node(node);
        }
        byId.put(node.id(), live);
        apply(live, now);
      }
      members = updated;
      publish();
      announcer.tell(listener -> listener.onNodeSet(before, updated));
    }
  }

  /** The members. */
  public NodeSet members() {
    return members;
  }

  /**
   * Waits until so many nodes have been found healthy.
   *
   * @return whether they have, in time and before {@link #close()}
   */
  public boolean awaitHealthy(Duration timeout, int minNodes) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout); // saturates
    synchronized (lock) {
      while (true) {
        if (Census.healthy(nodes, rules.probing()) >= minNodes) {
          return true;
        }
        if (closed) {
          return false;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        TimeUnit.NANOSECONDS.timedWait(lock, left);
      }
    }
  }

  /** Ends all waiting. */
  void close() {
    synchronized (lock) {
      closed = true;
      lock.notifyAll();
    }
  }

  // The one way a state changes.

  private void change(LiveNode node, LongConsumer evidence) {
    boolean silent = false;
    synchronized (lock) {
      long now = ticker.read();
      NodeState from = node.health.state();
      long since = node.health.since();
      boolean wasSilent = node.health.isSilent();
      evidence.accept(now);
      if (node.era() != node.health.comeback().era()) {
        judge.beginEra(node);
      }
      apply(node, now);
      boolean changed = node.health.settle(now);
      NodeState to = node.health.state();
      if (!from.eligible() && to.eligible()) {
        node.forgetPast();
      }
      if (changed && byId.get(node.node().id()) == node) {
        publish();
        if (to != from) {
          Duration after = Duration.ofNanos(now - since);
          Transition transition =
              new Transition(node.node(), from, to, node.health.reason(), after);
          announcer.tell(listener -> listener.onTransition(transition));
        }
      }
      silent = !wasSilent && node.health.isSilent();
    }
    if (silent) {
      tasks.execute(onSilentNode);
    }
  }

  /** Copies to the node what its pickers read of its health. */
  private static void apply(LiveNode node, long now) {
    node.weight(node.node().weight() * node.health.comeback().share(now));
    node.limit(node.health.limit(now));
    node.watched(node.health.wantsSuccesses());
  }

  @GuardedBy("lock")
  private void publish() {
    nodes = List.copyOf(byId.values());
    table = Tables.of(nodes);
    lock.notifyAll();
  }
}
