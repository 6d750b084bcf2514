package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NoNodeAvailableException;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Limits on what is in flight, with callers that really wait. */
@Timeout(60)
class InFlightLimitsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private LoadBalancer balancer = LoadBalancer.builder().nodes("http://unused:1").build();

  private LoadBalancer limited(int nodes, InFlightLimits.Builder limits) {
    balancer.close();
    balancer =
        LoadBalancer.builder()
            .nodes("http://n{1..." + nodes + "}:9000")
            .healthCheck(HealthCheck.none())
            .limits(limits.build())
            .build();
    return balancer;
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private Attempt begin() throws NoNodeAvailableException {
    return balancer.route(RequestHint.read()).next(false);
  }

  private List<Attempt> begin(int count) throws NoNodeAvailableException {
    List<Attempt> attempts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      attempts.add(begin());
    }
    return attempts;
  }

  @Test
  void a_full_node_is_passed_over_and_no_node_gets_more_than_its_limit() throws Exception {
    limited(3, InFlightLimits.builder().perNode(4).maxWait(Duration.ZERO));
    begin(12);
    assertThat(balancer.snapshot().nodes()).allMatch(node -> node.inFlight() == 4);
    assertThatThrownBy(this::begin)
        .isInstanceOf(NoNodeAvailableException.class)
        .hasMessage("in flight already: 4 on every node, and none ended within 0 ms");
    assertThat(balancer.snapshot().inFlight()).isEqualTo(12);
  }

  @Test
  void what_finds_no_place_does_not_pile_up_on_a_node_that_is_new() throws Exception {
    limited(2, InFlightLimits.builder().perNode(4).maxWait(Duration.ZERO));
    balancer.update(NodeSet.parse("http://n{1...3}:9000"));
    begin(4 + 4 + 1); // until its first answer a new node has one
    for (int i = 0; i < 4; i++) {
      assertThatThrownBy(this::begin).isInstanceOf(NoNodeAvailableException.class);
    }
    assertThat(balancer.snapshot().nodes().get(2).inFlight()).isEqualTo(1);
  }

  @Test
  void a_limit_in_total_holds_whatever_the_nodes_have() throws Exception {
    limited(3, InFlightLimits.builder().total(5).maxWait(Duration.ofMillis(20)));
    List<Attempt> running = begin(5);
    assertThatThrownBy(this::begin)
        .hasMessage("in flight already: 5 in total, and none ended within 20 ms");
    running.get(0).end(Outcome.success());
    begin().close();
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.TIMED_WAITING && thread.isAlive()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void who_waits_is_served_first_come_first_served() throws Exception {
    limited(1, InFlightLimits.builder().perNode(1).maxWait(LONG));
    Attempt holder = begin();
    List<Integer> served = Collections.synchronizedList(new ArrayList<>());
    List<Thread> waiters = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int number = i;
      Thread waiter =
          new Thread(
              () -> {
                try (Attempt attempt = begin()) {
                  served.add(number);
                } catch (NoNodeAvailableException e) {
                  served.add(-1);
                }
              });
      waiter.start();
      awaitWaiting(waiter);
      waiters.add(waiter);
    }
    holder.end(Outcome.success());
    for (Thread waiter : waiters) {
      waiter.join();
    }
    assertThat(served).containsExactly(0, 1, 2, 3, 4);
    assertThat(balancer.snapshot().inFlight()).isZero();
  }

  @Test
  void too_many_may_not_wait() throws Exception {
    limited(1, InFlightLimits.builder().perNode(1).waiting(1).maxWait(LONG));
    Attempt holder = begin();
    Thread waiter =
        new Thread(
            () -> {
              try (Attempt attempt = begin()) {
                attempt.end(Outcome.success());
              } catch (NoNodeAvailableException e) {
                throw new AssertionError(e);
              }
            });
    waiter.start();
    awaitWaiting(waiter);
    assertThatThrownBy(this::begin).isInstanceOf(NoNodeAvailableException.class);
    holder.close();
    waiter.join();
  }

  @Test
  void an_interrupted_waiter_leaves_and_keeps_his_flag() throws Exception {
    limited(1, InFlightLimits.builder().perNode(1).maxWait(LONG));
    Attempt holder = begin();
    Thread.currentThread().interrupt();
    assertThatThrownBy(this::begin).isInstanceOf(NoNodeAvailableException.class);
    assertThat(Thread.interrupted()).isTrue();
    holder.close();
    begin().close();
  }

  @Test
  void a_retry_waits_for_another_node_and_not_for_the_one_it_was_on() throws Exception {
    limited(2, InFlightLimits.builder().perNode(1).maxWait(Duration.ofMillis(50)));
    Route route = balancer.route(RequestHint.read());
    Attempt first = route.next(false);
    Attempt other = begin();
    first.end(Outcome.fault("500"));
    assertThatThrownBy(() -> route.next(false)).isInstanceOf(NoNodeAvailableException.class);
    other.close();
    assertThat(route.next(false).node()).isNotEqualTo(first.node());
  }

  @Test
  void a_retry_that_waits_for_the_last_node_keeps_nobody_from_a_free_one() throws Exception {
    limited(2, InFlightLimits.builder().perNode(1).maxWait(LONG));
    Route route = balancer.route(RequestHint.read());
    Attempt first = route.next(false);
    Attempt other = begin(); // a long download, say
    first.end(Outcome.fault("500"));
    Thread retry =
        new Thread(
            () -> {
              try {
                route.next(false).end(Outcome.success());
              } catch (NoNodeAvailableException e) {
                throw new AssertionError(e);
              }
            });
    retry.start();
    awaitWaiting(retry);
    long before = System.nanoTime();
    for (int i = 0; i < 10; i++) {
      Attempt fresh = begin();
      assertThat(fresh.node()).isEqualTo(first.node());
      fresh.end(Outcome.success());
    }
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    other.close();
    retry.join();
    assertThat(balancer.snapshot().inFlight()).isZero();
  }

  @Test
  void under_contention_the_limits_hold_and_nobody_is_left_waiting() throws Exception {
    limited(3, InFlightLimits.builder().perNode(2).total(5).maxWait(LONG));
    AtomicInteger most = new AtomicInteger();
    AtomicInteger now = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    CountDownLatch over = new CountDownLatch(16);
    for (int i = 0; i < 16; i++) {
      new Thread(
              () -> {
                for (int k = 0; k < 500; k++) {
                  try {
                    Attempt attempt = begin();
                    most.accumulateAndGet(now.incrementAndGet(), Math::max);
                    Thread.onSpinWait();
                    now.decrementAndGet();
                    attempt.end(Outcome.success());
                    done.incrementAndGet();
                  } catch (NoNodeAvailableException e) {
                    break;
                  }
                }
                over.countDown();
              })
          .start();
    }
    over.await();
    assertThat(done.get()).isEqualTo(16 * 500);
    assertThat(most.get()).isLessThanOrEqualTo(5);
    assertThat(balancer.snapshot().inFlight()).isZero();
    begin(5);
  }

  @Test
  void under_contention_retries_too_find_their_places_and_nobody_is_left_waiting()
      throws Exception {
    limited(3, InFlightLimits.builder().perNode(1).total(2).maxWait(LONG));
    AtomicInteger refused = new AtomicInteger();
    CountDownLatch over = new CountDownLatch(12);
    for (int i = 0; i < 12; i++) {
      new Thread(
              () -> {
                for (int k = 0; k < 200; k++) {
                  try {
                    Route route = balancer.route(RequestHint.read());
                    for (int node = 0; node < 3; node++) {
                      route.next(false).end(Outcome.cancelled());
                    }
                  } catch (NoNodeAvailableException e) {
                    refused.incrementAndGet();
                  }
                }
                over.countDown();
              })
          .start();
    }
    long before = System.nanoTime();
    over.await();
    assertThat(refused).hasValue(0);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(30));
    assertThat(balancer.snapshot().inFlight()).isZero();
    begin(2);
  }

  @Test
  void what_cannot_be_is_refused_when_it_is_built() {
    assertThatThrownBy(() -> InFlightLimits.builder().perNode(-1).build())
        .hasMessage("in flight per node: -1 (expected: >= 0)");
    assertThatThrownBy(() -> InFlightLimits.builder().maxWait(Duration.ofSeconds(-1)).build())
        .hasMessage("max wait: PT-1S (expected: 0 to PT24H)");
    assertThat(InFlightLimits.none()).hasToString("InFlightLimits[none]");
  }

  /** Twice a node's part of a pool's connections, half of them at most, and never few. */
  @Test
  void share_of_what_is_in_flight() {
    InFlightLimits byPool = InFlightLimits.none();
    assertThat(InFlightLimits.connections(1)).isEqualTo(50);
    assertThat(InFlightLimits.connections(4)).isEqualTo(200);
    assertThat(InFlightLimits.connections(100)).isEqualTo(1000);
    assertThat(byPool.spillsAt(1)).isEqualTo(25);
    assertThat(byPool.spillsAt(2)).isEqualTo(50);
    assertThat(byPool.spillsAt(4)).isEqualTo(100);
    assertThat(byPool.spillsAt(20)).isEqualTo(100);
    assertThat(byPool.spillsAt(1000)).isEqualTo(16);
    assertThat(InFlightLimits.builder().spillsAt(7).build().spillsAt(4)).isEqualTo(7);
    assertThat(InFlightLimits.builder().spillsAt(7).build().isNone()).isTrue();
    int never = Integer.MAX_VALUE;
    assertThat(InFlightLimits.builder().spillsAt(0).build().spillsAt(4)).isEqualTo(never);
    assertThat(InFlightLimits.builder().perNode(3).build().spillsAt(4)).isEqualTo(never);
    assertThatThrownBy(() -> InFlightLimits.builder().spillsAt(-1).build())
        .hasMessage("spills at: -1 (expected: >= 0)");
  }

  /** Two of three nodes are stuck, and every third request is meant for the last one. */
  @Test
  void stuck_nodes_hold_their_share_and_the_others_have_the_rest() throws Exception {
    balancer.close();
    balancer =
        LoadBalancer.builder()
            .nodes("http://n{1...3}:9000")
            .healthCheck(HealthCheck.none())
            .policy(BalancingPolicy.roundRobin())
            .limits(InFlightLimits.builder().spillsAt(10).build())
            .build();
    for (int i = 0; i < 200; i++) {
      Attempt attempt = begin();
      if (attempt.node().id().equals("n3:9000")) {
        attempt.end(Outcome.success());
      }
    }
    assertThat(balancer.snapshot().nodes())
        .extracting(NodeSnapshot::inFlight)
        .containsExactly(10, 10, 0);
    balancer.update(NodeSet.parse("http://n{1...2}:9000"));
    begin(2);
    assertThat(balancer.snapshot().inFlight()).as("nobody is refused").isEqualTo(22);
  }

  /** Whoever was promised a node does not get another one because that one has much to do. */
  @Test
  void what_is_pinned_stays_where_it_is() throws Exception {
    balancer.close();
    balancer =
        LoadBalancer.builder()
            .nodes("http://n{1...3}:9000")
            .healthCheck(HealthCheck.none())
            .policy(BalancingPolicy.pinUntilError())
            .build();
    begin(300);
    assertThat(balancer.snapshot().nodes())
        .extracting(NodeSnapshot::inFlight)
        .containsExactlyInAnyOrder(300, 0, 0);
  }
}
