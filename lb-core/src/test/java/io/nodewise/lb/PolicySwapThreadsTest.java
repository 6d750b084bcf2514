package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.routing.BalancingPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Policies change on one real thread while requests begin and end on others. */
class PolicySwapThreadsTest {
  private static final int SWAPS = 2000;

  private static final List<BalancingPolicy> POLICIES =
      List.of(
          BalancingPolicy.leastLoaded(),
          BalancingPolicy.roundRobin(),
          BalancingPolicy.random(),
          BalancingPolicy.rendezvous(),
          BalancingPolicy.sticky(),
          BalancingPolicy.pinUntilError(),
          BalancingPolicy.zoneAware("a", BalancingPolicy.powerOfTwoChoices()),
          BalancingPolicy.subset(4, "client", BalancingPolicy.roundRobin()));

  private final AtomicBoolean over = new AtomicBoolean();
  private final LongAdder begun = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();

  private static List<Node> nodes() {
    List<Node> nodes = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      nodes.add(Node.builder("http://n" + i + ":9000").zone(i % 2 == 0 ? "a" : "b").build());
    }
    return nodes;
  }

  /** Up to eight requests at once, some of a key, some that fail. */
  private void request(LoadBalancer balancer, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Queue<Attempt> running = new ArrayDeque<>();
    try {
      while (!over.get()) {
        RequestHint hint = random.nextBoolean() ? RequestHint.read() : RequestHint.write();
        if (random.nextBoolean()) {
          hint = hint.withAffinity("key" + random.nextInt(100));
        }
        running.add(balancer.route(hint).next(!hint.isRead()));
        begun.increment();
        if (running.size() == 8) {
          boolean fails = random.nextInt(200) == 0;
          running.remove().end(fails ? Outcome.fault("500") : Outcome.success());
          if (fails) {
            faults.increment();
          }
        }
      }
    } catch (Throwable t) {
      errors.add(t);
    } finally {
      running.forEach(attempt -> attempt.end(Outcome.success()));
    }
  }

  @Test
  @Timeout(60)
  void nothing_is_lost_or_counted_twice() throws Exception {
    try (LoadBalancer balancer =
        LoadBalancer.builder().nodes(nodes()).healthCheck(HealthCheck.none()).build()) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 3; t++) {
        long seed = t;
        threads.add(new Thread(() -> request(balancer, seed)));
      }
      threads.forEach(Thread::start);
      while (begun.sum() < 100 && errors.isEmpty()) {
        Thread.onSpinWait();
      }
      for (int i = 0; i < SWAPS; i++) {
        balancer.policy(POLICIES.get(i % POLICIES.size()));
        for (NodeSnapshot node : balancer.snapshot().nodes()) {
          assertThat(node.inFlight()).isNotNegative();
        }
      }
      over.set(true);
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(errors).isEmpty();
      List<NodeSnapshot> nodes = balancer.snapshot().nodes();
      assertThat(nodes).allMatch(node -> node.inFlight() == 0);
      assertThat(nodes.stream().mapToLong(NodeSnapshot::attempts).sum()).isEqualTo(begun.sum());
      assertThat(nodes.stream().mapToLong(NodeSnapshot::faults).sum()).isEqualTo(faults.sum());
      assertThat(begun.sum()).isGreaterThan(SWAPS);
    }
  }
}
