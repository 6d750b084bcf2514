package io.nodewise.lb;

import static io.nodewise.lb.probe.ScriptedProbeClient.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.LoadBalancerListener;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.Transition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who is told what, when, and what he may do then. */
@Timeout(30)
class ListenerTest {
  private static final String N1 = "n1:9000";

  private static LoadBalancerListener onTransition(Consumer<Transition> action) {
    return new LoadBalancerListener() {
      @Override
      public void onTransition(Transition transition) {
        action.accept(transition);
      }
    };
  }

  @Test
  void one_event_for_each_transition_in_order_and_none_for_the_rest() {
    try (VirtualCluster cluster = VirtualCluster.of("http://n{1...2}:9000")) {
      cluster.advance(2000);
      cluster.endOn(N1, Outcome.success(), 10);
      cluster.endOn(N1, Outcome.fault("500"), 5);
      cluster.balancer().drain(N1);
      cluster.balancer().resume(N1);
      cluster.awaitState(N1, NodeState.TRIAL, Duration.ofSeconds(6));
      cluster.probesOf(N1, refused());
      cluster.advance(30_000);
      assertThat(cluster.transitions())
          .filteredOn(event -> event.startsWith(N1))
          .containsExactly(
              N1 + " UNKNOWN->UP",
              N1 + " UP->EJECTED",
              N1 + " EJECTED->DRAINING",
              N1 + " DRAINING->EJECTED",
              N1 + " EJECTED->TRIAL",
              N1 + " TRIAL->DOWN");
      assertThat(cluster.transitions()).filteredOn(event -> !event.startsWith(N1)).hasSize(1);
    }
  }

  @Test
  void a_transition_says_why_and_after_how_long() {
    try (VirtualCluster cluster = VirtualCluster.up("http://n{1...2}:9000")) {
      cluster.balancer().drain(N1);
      cluster.advance(7000);
      cluster.balancer().disable(N1);
      cluster.advance(0);
      Transition last = cluster.events().get(1).transition();
      assertThat(last.node().id()).isEqualTo(N1);
      assertThat(last.reason()).isEqualTo("disabled by operator");
      assertThat(last.after()).isEqualTo(Duration.ofSeconds(7));
      assertThat(last)
          .hasToString("n1:9000 DRAINING -> DISABLED after 7000 ms: disabled by operator");
    }
  }

  @Test
  void a_change_of_the_set_is_told_once_with_both_sets() {
    List<String> told = new ArrayList<>();
    try (VirtualCluster cluster =
        VirtualCluster.up(
            builder ->
                builder
                    .nodes("http://n{1...2}:9000")
                    .listener(
                        new LoadBalancerListener() {
                          @Override
                          public void onNodeSet(NodeSet before, NodeSet after) {
                            told.add(before + " -> " + after);
                          }
                        }))) {
      cluster.balancer().update(NodeSet.parse("http://n{1...3}:9000"));
      cluster.balancer().update(NodeSet.parse("http://n{1...3}:9000"));
      assertThat(told).as("on the background thread").isEmpty();
      cluster.advance(0);
      assertThat(told).containsExactly("n1:9000, n2:9000 -> n1:9000, n2:9000, n3:9000");
    }
  }

  @Test
  void what_a_listener_throws_changes_nothing_for_anybody() {
    List<Transition> heard = new ArrayList<>();
    try (VirtualCluster cluster =
        VirtualCluster.up(
            builder ->
                builder
                    .nodes("http://n{1...2}:9000")
                    .listener(
                        onTransition(
                            transition -> {
                              if (transition.to() == NodeState.DRAINING) {
                                throw new IllegalStateException("thrown by a test");
                              }
                              if (transition.to() == NodeState.DISABLED) {
                                throw new AssertionError("thrown by a test");
                              }
                            }))
                    .listener(onTransition(heard::add)))) {
      heard.clear();
      cluster.balancer().drain(N1);
      cluster.balancer().disable(N1);
      cluster.advance(10_000);
      assertThat(heard).hasSize(2);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.DISABLED);
    }
  }

  @Test
  void a_listener_may_look_and_operate() {
    AtomicReference<VirtualCluster> holder = new AtomicReference<>();
    List<NodeState> seen = new ArrayList<>();
    LoadBalancerListener drainer =
        onTransition(
            transition -> {
              if (transition.to() == NodeState.DOWN) {
                LoadBalancer balancer = holder.get().balancer();
                seen.add(balancer.snapshot().nodes().get(0).state());
                balancer.drain(N1);
                seen.add(balancer.snapshot().nodes().get(0).state());
                balancer.update(NodeSet.parse("http://n{1...3}:9000"));
                seen.add(balancer.snapshot().nodes().get(2).state());
              }
            });
    try (VirtualCluster cluster =
        VirtualCluster.of(b -> b.nodes("http://n{1...2}:9000").listener(drainer))) {
      holder.set(cluster);
      cluster.endOn(N1, Outcome.unreachable("refused"), 1);
      cluster.advance(1);
      assertThat(seen).containsExactly(NodeState.DOWN, NodeState.DRAINING, NodeState.UNKNOWN);
    }
  }

  @Test
  void no_lock_is_held_while_a_listener_runs() throws Exception {
    // The listener waits for another thread that needs the registry's lock.
    CountDownLatch told = new CountDownLatch(1);
    AtomicReference<LoadBalancer> holder = new AtomicReference<>();
    AtomicReference<String> failure = new AtomicReference<>();
    LoadBalancerListener waiting =
        onTransition(
            transition -> {
              if (transition.to() != NodeState.DRAINING) {
                return;
              }
              Thread other =
                  new Thread(
                      () -> {
                        holder.get().resume(N1);
                        holder.get().snapshot();
                      });
              other.start();
              try {
                other.join(10_000);
              } catch (InterruptedException e) {
                failure.set("interrupted");
              }
              if (other.isAlive()) {
                failure.set("the other thread is stuck");
              }
              told.countDown();
            });
    try (LoadBalancer balancer =
        LoadBalancer.builder()
            .nodes("http://n{1...2}:9000")
            .healthCheck(HealthCheck.none())
            .listener(waiting)
            .build()) {
      holder.set(balancer);
      balancer.drain(N1);
      assertThat(told.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(failure.get()).isNull();
    }
  }

  @Test
  void events_of_many_threads_come_one_at_a_time_and_each_continues_the_one_before() {
    List<Transition> heard = new ArrayList<>(); // unsynchronised on purpose: one call at a time
    CountDownLatch quiet = new CountDownLatch(1);
    LoadBalancerListener listener =
        onTransition(
            transition -> {
              heard.add(transition);
              if (transition.to() == NodeState.DISABLED) {
                quiet.countDown();
              }
            });
    try (LoadBalancer balancer =
        LoadBalancer.builder()
            .nodes("http://n{1...2}:9000")
            .healthCheck(HealthCheck.none())
            .listener(listener)
            .build()) {
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        Thread thread =
            new Thread(
                () -> {
                  for (int i = 0; i < 500; i++) {
                    balancer.drain(N1);
                    balancer.resume(N1);
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join();
      }
      balancer.disable(N1);
      assertThat(quiet.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    NodeState before = NodeState.UNKNOWN;
    for (Transition transition : heard) {
      assertThat(transition.from()).isEqualTo(before);
      before = transition.to();
    }
    assertThat(before).isEqualTo(NodeState.DISABLED);
    assertThat(heard.size()).isGreaterThan(100);
  }
}
