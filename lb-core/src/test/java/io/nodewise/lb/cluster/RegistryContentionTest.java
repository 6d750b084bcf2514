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
import io.nodewise.lb.probe.ProbeResult;
import io.nodewise.lb.probe.ScriptedProbeClient;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.Backups;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.Candidate;
import io.nodewise.lb.routing.SiteFailover;
import io.nodewise.lb.routing.Tried;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.ThreadTasks;
import io.nodewise.lb.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Everybody reports, operates and picks at once, on real threads. */
@Timeout(60)
class RegistryContentionTest {
  private static final NodeSet ALL = NodeSet.parse("http://n{1...6}:9000");

  private final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();
  private final Map<String, NodeState> told = new HashMap<>(); // by the background thread
  private final ThreadTasks tasks = new ThreadTasks("nodewise-contention");
  private final Ticker fast = () -> System.nanoTime() * 1000; // a second is 17 minutes
  private final Cluster cluster =
      new Cluster(
          ALL,
          new Cluster.Settings(
              HealthCheck.auto(),
              OutlierDetection.builder().minimumVolume(5).window(10).build(),
              SlowStart.defaults(),
              Timeouts.defaults(),
              BalancingPolicy.leastLoaded().newPicker(),
              SiteFailover.defaults(),
              Backups.ALL,
              List.of(new Continuity())),
          new Cluster.Runtime(
              fast, tasks, Randomness.threadLocal(), new ScriptedProbeClient(fast)));

  /** Each transition begins where the one before ended, unless the node is another one by now. */
  private final class Continuity implements LoadBalancerListener {
    @Override
    public void onTransition(Transition transition) {
      String id = transition.node().id();
      NodeState before = told.put(id, transition.to());
      if (transition.from() == transition.to()
          || (before != null
              && before != transition.from()
              && transition.from() != NodeState.UNKNOWN)) {
        errors.add(new AssertionError(transition + ", told before: " + before));
      }
    }

    @Override
    public void onNodeSet(NodeSet before, NodeSet after) {
      told.keySet().removeIf(id -> after.find(id).isEmpty());
    }
  }

  private LiveNode node(String id) {
    return cluster.registry().nodes().stream()
        .filter(live -> live.node().id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private interface Step {
    void run(Random random) throws Exception;
  }

  private void loop(long seed, Step step) {
    Thread thread =
        new Thread(
            () -> {
              Random random = new Random(seed);
              try {
                while (!over.get()) {
                  step.run(random);
                }
              } catch (Throwable t) {
                errors.add(t);
              }
            });
    threads.add(thread);
    thread.start();
  }

  private static Outcome outcome(Random random) {
    int dice = random.nextInt(100);
    return dice < 80
        ? Outcome.success()
        : dice < 90
            ? Outcome.fault("500")
            : dice < 94
                ? Outcome.load("SlowDown")
                : dice < 97 ? Outcome.unreachable("refused") : Outcome.cancelled();
  }

  private void request(Random random) {
    List<RunningAttempt> open = new ArrayList<>();
    Tried tried = new Tried();
    try {
      for (int i = 0; i < 3; i++) {
        LiveNode node = cluster.begin(tried, RequestHint.read());
        tried.add(node);
        open.add(new RunningAttempt(node, cluster.sweeper(), random.nextBoolean(), true, false) {});
      }
    } catch (NoNodeAvailableException e) {
      assertThat(e).hasMessageContaining(" eligible: ");
    }
    for (RunningAttempt attempt : open) {
      attempt.answered();
      attempt.finish(outcome(random));
      attempt.finish(outcome(random));
    }
  }

  private static ProbeResult result(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> ScriptedProbeClient.refused();
      case 1 -> ScriptedProbeClient.noAnswer();
      case 2 -> ScriptedProbeClient.status(503);
      default -> ScriptedProbeClient.up();
    };
  }

  private static NodeSet some(Random random) {
    List<Node> nodes = new ArrayList<>(ALL.nodes());
    while (nodes.size() > 3 && random.nextBoolean()) {
      nodes.remove(random.nextInt(nodes.size()));
    }
    return NodeSet.of(nodes);
  }

  private void operate(Random random) {
    List<Node> members = cluster.registry().members().nodes();
    String id = members.get(random.nextInt(members.size())).id();
    try {
      switch (random.nextInt(4)) {
        case 0 -> cluster.operators().drain(id);
        case 1 -> cluster.operators().disable(id);
        default -> cluster.operators().resume(id);
      }
    } catch (IllegalArgumentException e) { // removed meanwhile
      assertThat(e).hasMessageStartingWith("unknown node: " + id);
    }
  }

  private void tableHoldsMembersOnly() {
    List<Candidate> picked = new ArrayList<>();
    cluster
        .registry()
        .table()
        .pick(
            (candidates, tried, hint, chance) -> {
              picked.addAll(List.of(candidates));
              return null;
            },
            new Tried(),
            RequestHint.read(),
            Randomness.threadLocal());
    for (Candidate candidate : picked) {
      assertThat(ALL.find(candidate.node().id())).isPresent();
      assertThat(candidate.inFlight()).isNotNegative();
    }
  }

  @Test
  void nothing_is_lost_and_nothing_breaks() throws Exception {
    for (int i = 0; i < 3; i++) {
      loop(i, this::request);
    }
    loop(10, this::operate);
    loop(11, random -> cluster.update(some(random)));
    loop(
        12,
        random -> cluster.evidence().probed(ALL.nodes().get(random.nextInt(6)), result(random)));
    loop(
        13,
        random -> {
          cluster.evidence().tick(0.9, 0.9);
          cluster.registry().nodes().forEach(cluster.evidence()::suspect);
          tableHoldsMembersOnly();
          Census.describe(cluster.registry().nodes(), System.nanoTime());
          TimeUnit.MICROSECONDS.sleep(200);
        });
    long end = System.nanoTime() + Duration.ofMillis(1500).toNanos();
    while (System.nanoTime() - end < 0 && errors.isEmpty()) {
      cluster.sweeper().sweep();
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    CountDownLatch drained = new CountDownLatch(1);
    tasks.execute(drained::countDown);
    assertThat(drained.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(errors).isEmpty();
    assertThat(cluster.sweeper().runningAttempts()).isZero();
    assertThat(cluster.registry().nodes()).allMatch(node -> node.inFlight() == 0);
    everyNodeComesBack();
    cluster.close();
  }

  /** Whatever state the chaos left the nodes in, it is one they get out of. */
  private void everyNodeComesBack() throws Exception {
    cluster.update(ALL);
    for (Node node : ALL) {
      cluster.operators().resume(node.id());
    }
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    Set<NodeState> up = Set.of(NodeState.UP);
    while (!cluster.registry().nodes().stream().allMatch(node -> up.contains(node.state()))) {
      assertThat(System.nanoTime() - deadline)
          .as(Census.describe(cluster.registry().nodes(), System.nanoTime()))
          .isNegative();
      ALL.forEach(node -> cluster.evidence().probed(node, ScriptedProbeClient.up()));
      cluster.evidence().tick(0.9, 0.9);
      request(
          new Random() {
            @Override
            public int nextInt(int bound) {
              return 0; // successes only
            }
          });
    }
  }

  @Test
  void a_late_result_of_a_probe_at_the_old_address_says_nothing_about_the_new_node() {
    Node there = Node.builder("http://old:9000").id("a").build();
    Node here = Node.builder("http://new:9000").id("a").build();
    cluster.update(NodeSet.of(there, Node.of("http://b:9000")));
    cluster.update(NodeSet.of(here, Node.of("http://b:9000")));
    cluster.evidence().probed(there, ScriptedProbeClient.refused());
    assertThat(node("a").state()).isEqualTo(NodeState.UNKNOWN);
    cluster.evidence().probed(here, ScriptedProbeClient.refused());
    assertThat(node("a").state()).isEqualTo(NodeState.DOWN);
    cluster.close();
  }
}
