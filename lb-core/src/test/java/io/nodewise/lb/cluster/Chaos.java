package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.node.Transition;
import io.nodewise.lb.probe.ScriptedProbeClient;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.Candidate;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.SiteFailover;
import io.nodewise.lb.routing.Tried;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.ThreadTasks;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What may happen to a cluster, each thing as a step that may be taken by any thread at any time,
 * but for those that say otherwise. The clock runs a thousand times as fast. The node {@link
 * #OPERATED} is always a member.
 */
final class Chaos {
  static final int NODES = 6;
  static final String OPERATED = "n1:9000";

  /** So many attempts are left open for others to end. */
  private static final int PARKED = 64;

  /** One attempt, and how often somebody was told that it was he who ended it. */
  private record Parked(RunningAttempt attempt, AtomicInteger wins) {}

  final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
  private final Set<LiveNode> met = ConcurrentHashMap.newKeySet(); // every node an attempt was on
  private final BlockingQueue<Parked> parked = new ArrayBlockingQueue<>(PARKED);
  private final LongAdder begun = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final LongAdder aborted = new LongAdder();
  private final LongAdder heard = new LongAdder();
  private final Map<String, NodeState> told = new HashMap<>(); // by the background thread
  private final Ticker fast = () -> System.nanoTime() * 1000; // a second is 17 minutes
  final ThreadTasks tasks;
  final Cluster cluster;

  Chaos(String thread) {
    tasks = new ThreadTasks(thread);
    cluster =
        new Cluster(
            everybody(),
            new Cluster.Settings(
                HealthCheck.auto(),
                OutlierDetection.builder().minimumVolume(5).window(10).build(),
                SlowStart.defaults(),
                Timeouts.defaults(),
                BalancingPolicy.leastLoaded(),
                InFlightLimits.none(),
                SiteFailover.defaults(),
                Backups.FIRST,
                RetryBudget.defaults(),
                Hedging.off(),
                List.of(new Continuity())),
            new Cluster.Runtime(
                fast, tasks, Randomness.threadLocal(), new ScriptedProbeClient(fast)));
  }

  /** All nodes, all alike. */
  static NodeSet everybody() {
    return NodeSet.parse("http://n{1..." + NODES + "}:9000");
  }

  /** Each transition begins where the one before ended, unless the node left in between. */
  private final class Continuity implements LoadBalancerListener {
    @Override
    public void onTransition(Transition transition) {
      heard.increment();
      String id = transition.node().id();
      NodeState before = told.put(id, transition.to());
      if (transition.from() == transition.to() || (before != null && before != transition.from())) {
        errors.add(new AssertionError(transition + ", told before: " + before));
      }
    }

    @Override
    public void onNodeSet(NodeSet before, NodeSet after) {
      told.keySet().removeIf(id -> after.find(id).isEmpty());
    }
  }

  // Requests.

  private static Outcome outcome(Random random) {
    return switch (random.nextInt(40)) {
      case 0, 1, 2, 3 -> Outcome.fault("500");
      case 4 -> Outcome.load("SlowDown");
      case 5 -> Outcome.load("SlowDown", Duration.ofSeconds(random.nextInt(100)));
      case 6 -> Outcome.unreachable("refused");
      case 7, 8 -> Outcome.cancelled();
      default -> Outcome.success();
    };
  }

  /** A request on up to three nodes; some of its attempts are left for others to end. */
  void request(Random random) {
    Tried tried = new Tried();
    boolean read = random.nextInt(3) > 0;
    try {
      for (int i = 0; i < 3; i++) {
        LiveNode node = cluster.begin(tried, read ? RequestHint.read() : RequestHint.write());
        begun.increment();
        met.add(node);
        tried.add(node);
        use(
            new RunningAttempt(node, cluster.sweeper(), null, random.nextBoolean(), read, false) {},
            random);
      }
    } catch (NoNodeAvailableException e) {
      assertThat(e).hasMessageContaining(" eligible: ");
    }
  }

  private void use(RunningAttempt attempt, Random random) {
    attempt.abortWith(aborted::increment);
    attempt.enter(RunningAttempt.Phase.WAITING);
    if (random.nextInt(3) > 0) {
      attempt.answered(true);
    }
    if (random.nextInt(500) == 0) {
      attempt.watch(new Object()); // nobody holds it, so nobody but the sweeper ends this one
      dropped.increment();
      return;
    }
    Parked open = new Parked(attempt, new AtomicInteger());
    if (random.nextBoolean() && parked.offer(open)) {
      if (random.nextInt(4) == 0) {
        end(open, random); // and so does whoever finds it
      }
      return;
    }
    end(open, random);
    expectEnded(open);
  }

  private static void end(Parked open, Random random) {
    if (open.attempt().finish(outcome(random))) {
      open.wins().getAndIncrement();
    }
  }

  /** Ends what another thread has left open. */
  void endParked(Random random) throws InterruptedException {
    Parked open = parked.poll(1, TimeUnit.MILLISECONDS);
    if (open != null) {
      if (random.nextInt(3) == 0) { // read on: what the sweeper has parked counts again
        open.attempt().enter(RunningAttempt.Phase.READING);
        TimeUnit.MICROSECONDS.sleep(random.nextInt(400));
      }
      end(open, random);
      end(open, random);
      expectEnded(open);
    }
  }

  /** Once by now, or by a thread that has won and not yet said so. */
  private static void expectEnded(Parked open) {
    assertThat(open.wins().get()).isLessThanOrEqualTo(1);
    assertThat(open.attempt().finish(Outcome.success())).isFalse();
  }

  // What must hold meanwhile.

  /** Whoever drains a node is not given it before he resumes it. By one thread at a time. */
  void drained(Random random) {
    if (random.nextBoolean()) {
      cluster.operators().drain(OPERATED);
    } else {
      cluster.operators().disable(OPERATED);
    }
    for (int i = 0; i < 20; i++) {
      LiveNode given = pick();
      assertThat(given == null ? "" : given.node().id()).isNotEqualTo(OPERATED);
    }
    cluster.operators().resume(OPERATED);
  }

  private @Nullable LiveNode pick() {
    try {
      LiveNode node = cluster.begin(new Tried(), RequestHint.read());
      begun.increment();
      met.add(node);
      node.end();
      return node;
    } catch (NoNodeAvailableException e) {
      return null;
    }
  }

  /** Whoever waits comes back in time. */
  void await(Random random) throws InterruptedException {
    cluster.registry().awaitHealthy(Duration.ofMillis(1), 1 + random.nextInt(NODES));
  }

  /** A tick and a sweep, on the background thread, where they belong. */
  void tick(Random random) throws InterruptedException {
    background(() -> cluster.evidence().tick(0.9, 0.9));
    background(() -> cluster.sweeper().sweep());
    TimeUnit.MICROSECONDS.sleep(random.nextInt(400));
  }

  private void background(Runnable task) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    tasks.execute(
        () -> {
          try {
            task.run();
          } catch (Throwable t) {
            errors.add(t);
          }
          done.countDown();
        });
    assertThat(done.await(30, TimeUnit.SECONDS)).as("the background thread goes on").isTrue();
  }

  /** What anybody may see at any time. */
  void look(Random random) {
    RequestHint hint = random.nextBoolean() ? RequestHint.read() : RequestHint.write();
    for (Candidate candidate : QuietCluster.candidates(cluster.registry().table(), hint)) {
      assertThat(everybody().find(candidate.node().id())).isPresent();
    }
    for (LiveNode node : met) {
      assertThat(node.inFlight()).isNotNegative();
    }
    assertThat(cluster.registry().siteViews()).isNotEmpty();
    assertThat(Census.describe(cluster.registry().nodes(), fast.read())).contains(" eligible: ");
  }

  // The end.

  /** Ends what is open; the sweeper ends what was dropped, once that is collected. */
  void settle(Random random) throws InterruptedException {
    while (!parked.isEmpty()) {
      endParked(random);
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    do {
      System.gc();
      background(() -> cluster.sweeper().sweep());
      assertThat(System.nanoTime() - deadline).as("dropped attempts are ended").isNegative();
    } while (cluster.sweeper().runningAttempts() > 0);
  }

  /** Everything that was counted in has been counted out, and everything told is true. */
  void expectNothingLost() {
    assertThat(met).allMatch(node -> node.running() == 0 && node.parked() == 0);
    assertThat(met.stream().mapToLong(LiveNode::attempts).sum()).isEqualTo(begun.sum());
    for (LiveNode node : cluster.registry().nodes()) {
      NodeState last = told.get(node.node().id()); // the background thread has nothing to do now
      assertThat(last == null || last == node.state()).as("%s, told %s", node, last).isTrue();
    }
  }

  /** Whatever state the nodes are in, good evidence brings them back. */
  void expectEverybodyBack() throws InterruptedException {
    cluster.update(everybody());
    for (Node node : everybody()) {
      cluster.operators().resume(node.id());
      cluster.operators().weight(node.id(), 1);
    }
    cluster.evidence().siteProbed(0, true, true, "asked");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!cluster.registry().nodes().stream().allMatch(n -> n.state() == NodeState.UP)) {
      assertThat(System.nanoTime() - deadline)
          .as(Census.describe(cluster.registry().nodes(), fast.read()))
          .isNegative();
      everybody().forEach(node -> cluster.evidence().probed(node, ScriptedProbeClient.up()));
      background(() -> cluster.evidence().tick(0.9, 0.9));
      wellOnEverybody();
    }
    assertThat(QuietCluster.candidates(cluster.registry().table(), RequestHint.write()))
        .hasSize(NODES);
  }

  private void wellOnEverybody() {
    Tried tried = new Tried();
    try {
      while (true) {
        LiveNode node = cluster.begin(tried, RequestHint.read());
        tried.add(node);
        RunningAttempt attempt =
            new RunningAttempt(node, cluster.sweeper(), null, false, true, false) {};
        attempt.answered(true);
        attempt.finish(Outcome.success());
      }
    } catch (NoNodeAvailableException e) {
      assertThat(tried.size()).isLessThanOrEqualTo(NODES);
    }
  }

  @Override
  public String toString() {
    return begun
        + " attempts on "
        + met.size()
        + " nodes, "
        + aborted
        + " aborted, "
        + dropped
        + " dropped, "
        + heard
        + " transitions";
  }
}
