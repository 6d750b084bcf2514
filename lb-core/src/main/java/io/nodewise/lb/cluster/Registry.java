package io.nodewise.lb.cluster;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.SiteChange;
import io.nodewise.lb.node.SiteVerdict;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.routing.Balancer;
import io.nodewise.lb.routing.RoutingTable;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/*
 * The one owner of node state.
 *
 * Evidence and operators come in from any thread. Each takes the lock, changes the node's NodeHealth
 * and calls settle(), which publishes a new routing table if a state changed. The lock is held for
 * some hundred nanoseconds (a new table: some microseconds) and nothing foreign but a custom policy
 * runs under it: log lines and listeners go to the background thread, in order. So what an operator
 * or a failed request changed is seen by the very next pick, and a pick reads one volatile reference.
 */
/** Owns the nodes, their states and the routing table. Thread-safe. */
public final class Registry {
  private final Object lock = new Object();
  private final Rules rules;
  private final Order order;
  private final Ticker ticker;
  private final Tasks tasks;
  private final Announcer announcer;
  private final OutlierJudge judge;
  private final Runnable onSilentNode;
  private final Runnable onOutage;
  private final ProbeDoubt doubt; // under the lock
  private final Sites sites; // changed under the lock; what it says of a site is read under it, too

  private volatile NodeSet members; // written under the lock

  @GuardedBy("lock")
  private Balancer balancer;

  @GuardedBy("lock")
  private boolean closed;

  @GuardedBy("lock")
  private boolean hasNobody; // whether no node was eligible when the last table was made

  @GuardedBy("lock")
  private final Map<String, LiveNode> byId = new LinkedHashMap<>();

  private volatile RoutingTable table; // written under the lock
  private volatile List<LiveNode> nodes = List.of(); // written under the lock

  /**
   * A registry of these nodes.
   *
   * @param onSilentNode told, on the background thread, that a node was found to hang
   * @param onOutage told, on the background thread, that the last eligible node is gone
   */
  Registry(
      NodeSet members,
      Rules rules,
      Order order,
      Balancer balancer,
      OutlierJudge judge,
      Ticker ticker,
      Tasks tasks,
      Announcer announcer,
      Runnable onSilentNode,
      Runnable onOutage) {
    this.members = members;
    this.rules = rules;
    this.order = order;
    this.balancer = balancer;
    this.judge = judge;
    this.ticker = ticker;
    this.tasks = tasks;
    this.announcer = announcer;
    this.onSilentNode = onSilentNode;
    this.onOutage = onOutage;
    this.doubt = new ProbeDoubt(rules.check(), tasks);
    this.sites = new Sites(order.failover());
    long now = ticker.read();
    for (Node node : members) {
      byId.put(node.id(), enter(node, false, now));
    }
    this.nodes = List.copyOf(byId.values());
    sites.count(nodes, now);
    this.table = Tables.of(nodes, sites, order, balancer);
  }

  private LiveNode enter(Node node, boolean startSlowly, long now) {
    LiveNode live =
        new LiveNode(
            node, new NodeHealth(rules, node.isProbed(), startSlowly, now), order.nodeCap());
    live.health.orders().weigh(node.weight());
    live.health.settle(now);
    apply(live, now);
    return live;
  }

  /** Who may be given a request just now. */
  public RoutingTable table() {
    return table;
  }

  /** The members with their counters, in the order of the set. */
  public List<LiveNode> nodes() {
    return nodes;
  }

  /** The members. */
  public NodeSet members() {
    return members;
  }

  /** Whether so few nodes can be used that the verdicts are doubted. */
  public boolean isPanic() {
    return Census.isPanic(nodes, order.panicThreshold());
  }

  /** Nodes are chosen by another policy from now on; what is known of them stays. */
  public void balancer(Balancer replacement) {
    synchronized (lock) {
      table = Tables.of(nodes, sites, order, replacement); // if it fails, nothing has changed
      balancer = replacement;
    }
  }

  /** What is known of the sites, by tier. Under the lock: call it in a change only. */
  Sites sites() {
    return sites;
  }

  /** The sites as they are now, first things first. */
  public List<Sites.View> siteViews() {
    synchronized (lock) {
      return sites.views();
    }
  }

  /** The live node of this member; null if it is none, or has another address. */
  @Nullable LiveNode member(Node node) {
    synchronized (lock) {
      LiveNode live = byId.get(node.id());
      return live == null || !live.node().uri().equals(node.uri()) ? null : live;
    }
  }

  // What is found out.

  /** Runs this under the lock, so that what it reads of several nodes belongs together. */
  <T> T locked(Supplier<T> reading) {
    synchronized (lock) {
      return reading.get();
    }
  }

  /** What a whole site says it can do. */
  void siteSays(int tier, boolean canWrite, boolean canRead, String reason) {
    synchronized (lock) {
      SiteVerdict news = sites.say(tier, canWrite, canRead, reason);
      if (news != null) {
        publish();
        announcer.tell(listener -> listener.onSiteVerdict(news));
      }
    }
  }

  /** Time passed: a site may be first again. */
  void tick() {
    synchronized (lock) {
      if (sites.isWaiting()) {
        publish();
      }
    }
  }

  // Members.

  /**
   * The live node with this id, or with this address in any spelling.
   *
   * @throws IllegalArgumentException if there is none; the message lists those there are
   */
  LiveNode find(String id) {
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
      List<Change> made = new ArrayList<>();
      byId.clear();
      members = updated;
      for (Node node : updated) {
        LiveNode live = old.get(node.id());
        if (live == null || !live.node().uri().equals(node.uri())) {
          byId.put(node.id(), enter(node, true, now));
        } else {
          byId.put(node.id(), live);
          made.add(decide(live, time -> replace(live, node, time)));
        }
      }
      publish();
      made.forEach(this::announce);
      announcer.tell(listener -> listener.onNodeSet(before, updated));
    }
  }

  private static void replace(LiveNode live, Node node, long now) {
    if (node.weight() != live.node().weight()) {
      Operators.weigh(live, node.weight()); // the newest word counts
    }
    live.node(node);
    live.health.probed(node.isProbed(), now);
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

  void change(LiveNode node, LongConsumer evidence) {
    boolean silent;
    synchronized (lock) {
      boolean wasSilent = node.health.isSilent();
      Change made = decide(node, evidence);
      if (made.matters() && byId.get(node.node().id()) == node) {
        publish();
        announce(made);
      }
      silent = !wasSilent && node.health.isSilent();
    }
    if (silent) {
      tasks.execute(onSilentNode);
    }
  }

  /** What a decision brought: whether the table is to be made anew, and what to tell. */
  private record Change(LiveNode of, boolean matters, @Nullable Transition transition) {}

  @GuardedBy("lock")
  private Change decide(LiveNode node, LongConsumer evidence) {
    long now = ticker.read();
    NodeState from = node.health.state();
    long since = node.health.since();
    evidence.accept(now);
    if (node.era() != node.health.comeback().era()) {
      judge.beginEra(node);
    }
    apply(node, now);
    boolean matters = node.health.settle(now);
    NodeState to = node.health.state();
    if (!from.eligible() && to.eligible()) {
      node.forgetPast();
    }
    Duration after = Duration.ofNanos(now - since);
    return new Change(
        node,
        matters,
        to == from ? null : new Transition(node.node(), from, to, node.health.reason(), after));
  }

  private void announce(Change made) {
    Transition transition = made.transition();
    if (transition != null) {
      made.of().history().moved();
      announcer.tell(listener -> listener.onTransition(transition));
    }
  }

  /** Copies to the node what its pickers read of its health. */
  private static void apply(LiveNode node, long now) {
    node.weight(node.orderedWeight() * node.health.share(now));
    node.limit(node.health.limit(now));
    node.watched(node.health.wantsSuccesses());
    node.warmingUp(node.health.comeback().isRamping());
  }

  @GuardedBy("lock")
  private void publish() {
    nodes = List.copyOf(byId.values());
    Sites.Lead lead = sites.count(nodes, ticker.read());
    table = Tables.madeBy(balancer, nodes, sites, order, tasks);
    lock.notifyAll();
    if (lead != null) {
      SiteChange change = new SiteChange(lead.from(), lead.to(), lead.reason());
      announcer.tell(listener -> listener.onSiteChange(change));
    }
    boolean hadNobody = hasNobody;
    hasNobody = !Census.hasEligible(nodes);
    if (hasNobody && !hadNobody) {
      tasks.execute(onOutage);
    }
    doubt.look(nodes);
  }
}
