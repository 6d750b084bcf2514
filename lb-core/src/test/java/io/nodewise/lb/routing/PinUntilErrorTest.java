package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

class PinUntilErrorTest {
  private final Picking picking =
      Picking.by(BalancingPolicy.pinUntilError(), FakeCandidate.idle(20));
  private final FakeCandidate pinned = picking.pick();

  private FakeCandidate expectOneNode() {
    Set<FakeCandidate> met = picking.met(200);
    assertThat(met).hasSize(1);
    return met.iterator().next();
  }

  @Test
  void one_node_has_everything_however_busy_it_is() {
    pinned.inFlight = 10_000;
    pinned.latency = 10_000_000_000L;
    assertThat(expectOneNode()).isSameAs(pinned);
    assertThat(picking.pick(RequestHint.write())).isSameAs(pinned);
    assertThat(picking.pick("session")).isSameAs(pinned);
  }

  @Test
  void a_failure_moves_everything_to_another_node_where_it_stays_when_the_first_is_well_again() {
    pinned.penalty = 10;
    FakeCandidate next = expectOneNode();
    assertThat(next).isNotSameAs(pinned);
    pinned.penalty = 0;
    assertThat(expectOneNode()).isSameAs(next);
  }

  @Test
  void what_is_left_of_a_failure_long_ago_moves_nothing() {
    pinned.penalty = 0.4;
    assertThat(expectOneNode()).isSameAs(pinned);
    pinned.penalty = 0.5;
    assertThat(expectOneNode()).isNotSameAs(pinned);
  }

  @Test
  void a_failure_of_a_light_node_is_small_and_moves_everything_all_the_same() {
    pinned.weight = 0.04;
    pinned.penalty = 0.4; // ten attempts of that weight
    assertThat(expectOneNode()).isNotSameAs(pinned);
  }

  @Test
  void the_end_of_an_attempt_between_two_readings_is_not_taken_for_a_failure() {
    FakeCandidate busy =
        new FakeCandidate("busy") {
          @Override
          public double load() {
            return inFlight-- + penalty; // and another thread's attempt ends
          }
        };
    Picking two = Picking.by(BalancingPolicy.pinUntilError(), busy, new FakeCandidate("other"));
    two.nodes[1].full = true;
    assertThat(two.pick()).isSameAs(busy);
    two.nodes[1].full = false;
    busy.inFlight = 1000;
    assertThat(two.met(100)).containsExactly(busy);
  }

  @Test
  void a_node_that_left_the_table_is_replaced_and_not_returned_to() {
    picking.among(picking.without(pinned));
    FakeCandidate next = expectOneNode();
    assertThat(next).isNotSameAs(pinned);
    picking.among(picking.nodes);
    assertThat(expectOneNode()).isSameAs(next);
  }

  @Test
  void a_new_table_with_the_node_in_it_moves_nothing() {
    FakeCandidate[] reversed = picking.nodes.clone();
    Collections.reverse(java.util.Arrays.asList(reversed));
    picking.among(reversed);
    assertThat(expectOneNode()).isSameAs(pinned);
  }

  @Test
  void a_full_or_weightless_node_is_replaced() {
    pinned.full = true;
    FakeCandidate next = expectOneNode();
    assertThat(next).isNotSameAs(pinned);
    next.weight = 0;
    assertThat(expectOneNode()).isNotSameAs(next);
  }

  @Test
  void a_request_that_has_been_there_goes_elsewhere_alone() {
    // It may have been cancelled, or want a second opinion: the node has not failed.
    picking.tried.add(pinned);
    assertThat(picking.met(200)).doesNotContain(pinned);
    picking.tried.clear();
    assertThat(expectOneNode()).isSameAs(pinned);
  }

  @Test
  void where_all_have_failed_one_is_taken_all_the_same() {
    for (FakeCandidate node : picking.nodes) {
      node.penalty = 10;
    }
    assertThat(picking.picks(50)).doesNotContainNull();
  }

  @Test
  void clients_pin_different_nodes() {
    int[] counts = new int[5];
    FakeCandidate[] nodes = FakeCandidate.idle(5);
    Randomness random = TestRuntime.seeded(9);
    for (int client = 0; client < 1000; client++) {
      Picker picker = BalancingPolicy.pinUntilError().newBalancer().over(nodes);
      Candidate first = picker.pick(new Tried(), RequestHint.read(), random.next());
      counts[java.util.Arrays.asList(nodes).indexOf(first)]++;
    }
    Uniformity.assertUniform(counts);
  }

  @Test
  void threads_that_start_together_soon_agree() throws Exception {
    for (int round = 0; round < 20; round++) {
      Picker picker = BalancingPolicy.pinUntilError().newBalancer().over(picking.nodes);
      List<Set<Candidate>> last = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      CyclicBarrier step = new CyclicBarrier(4);
      for (int t = 0; t < 4; t++) {
        Set<Candidate> mine = new HashSet<>();
        last.add(mine);
        Randomness random = TestRuntime.seeded(31L * round + t);
        Thread thread =
            new Thread(
                () -> {
                  try {
                    step.await();
                    picker.pick(new Tried(), RequestHint.read(), random.next());
                    step.await(); // everybody has chosen once
                    for (int i = 0; i < 100; i++) {
                      mine.add(picker.pick(new Tried(), RequestHint.read(), random.next()));
                    }
                  } catch (Exception e) {
                    throw new AssertionError(e);
                  }
                });
        thread.start();
        threads.add(thread);
      }
      for (Thread thread : threads) {
        thread.join(30_000);
      }
      assertThat(new HashSet<>(last)).hasSize(1);
      assertThat(last.get(0)).hasSize(1);
    }
  }
}
