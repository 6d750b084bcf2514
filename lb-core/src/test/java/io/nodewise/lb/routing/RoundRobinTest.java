package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.node.RequestHint;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoundRobinTest {
  private static Picking over(FakeCandidate... nodes) {
    return Picking.by(RoundRobin::new, nodes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 16, 17, 1000})
  void each_in_turn_whatever_its_load(int size) {
    Picking picking = over(FakeCandidate.idle(size));
    for (int i = 0; i < size; i++) {
      picking.nodes[i].inFlight = 7 * i % 5;
    }
    List<FakeCandidate> firstRound = picking.picks(size);
    assertThat(firstRound).containsExactlyInAnyOrder(picking.nodes);
    assertThat(picking.picks(size)).isEqualTo(firstRound);
  }

  @Test
  void many_clients_begin_at_any_node_and_do_not_go_round_in_step() {
    int[] first = new int[8];
    FakeCandidate[] nodes = FakeCandidate.idle(8);
    for (int client = 0; client < 4000; client++) {
      Picking picking = Picking.by(RoundRobin::new, client, nodes);
      first[picking.indexOf(picking.pick())]++;
    }
    Uniformity.assertUniform(first);
  }

  @Test
  void the_share_of_a_closed_node_is_spread_over_all_others() {
    // Not to the next one in order, which would have twice as much as the others.
    Picking picking = over(FakeCandidate.idle(5));
    picking.nodes[1].full = true;
    assertThat(picking.counts(4000)).containsExactly(1000, 0, 1000, 1000, 1000);
    picking.tried.add(picking.nodes[3]);
    assertThat(picking.counts(3000)).containsExactly(1000, 0, 1000, 0, 1000);
    picking.nodes[4].weight = 0;
    assertThat(picking.counts(2000)).containsExactly(1000, 0, 1000, 0, 0);
  }

  @Test
  void where_the_heavy_nodes_are_closed_the_others_have_their_shares() {
    Picking picking = over(FakeCandidate.weighing(1000, 10, 10, 20, 1000));
    picking.nodes[0].full = true;
    picking.tried.add(picking.nodes[4]);
    int[] counts = picking.counts(8000);
    Uniformity.assertInProportion(new double[] {1, 1, 2}, counts[1], counts[2], counts[3]);
  }

  @Test
  void groups_in_turn_do_not_take_each_others_turns() {
    // A client that asks now for a read, now for a write, and the two have other nodes to go to.
    Balancer balancer = BalancingPolicy.roundRobin().newBalancer();
    Picking reads = Picking.by(balancer, FakeCandidate.idle(4));
    Picking writes = Picking.by(balancer, FakeCandidate.idle(2));
    Set<FakeCandidate> read = new HashSet<>();
    Set<FakeCandidate> written = new HashSet<>();
    for (int i = 0; i < 8; i++) {
      read.add(reads.pick());
      written.add(writes.pick());
    }
    assertThat(read).containsExactlyInAnyOrder(reads.nodes);
    assertThat(written).containsExactlyInAnyOrder(writes.nodes);
  }

  @Test
  void however_often_the_table_is_made_anew_nobody_is_left_out() {
    Picking picking = over(FakeCandidate.weighing(1, 1, 1, 1, 2, 2));
    int[] counts = new int[6];
    for (int i = 0; i < 8000; i++) {
      picking.among(picking.nodes);
      counts[picking.indexOf(picking.pick())]++;
    }
    // The first turn of a table is that of the next one from anywhere: not quite by weight.
    assertThat(IntStream.of(counts)).allMatch(n -> n > 400);
  }

  @Test
  void a_group_that_is_in_the_next_table_too_goes_on_where_it_was() {
    Picking picking = Picking.by(BalancingPolicy.roundRobin(), FakeCandidate.idle(5));
    for (int i = 0; i < 3; i++) {
      picking.pick();
    }
    picking.among(picking.without(picking.nodes[2]));
    picking.pick();
    picking.among(picking.nodes);
    List<FakeCandidate> rest = picking.picks(7);
    assertThat(rest.subList(0, 2)).doesNotContainAnyElementsOf(rest.subList(2, 5));
    assertThat(rest.subList(5, 7)).isEqualTo(rest.subList(0, 2));
  }

  @Test
  void threads_together_go_round_as_one_does() throws Exception {
    FakeCandidate[] nodes = FakeCandidate.weighing(1, 2, 3, 4);
    Picker picker = new RoundRobin(nodes);
    AtomicIntegerArray counts = new AtomicIntegerArray(4);
    CyclicBarrier start = new CyclicBarrier(4);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
                for (int i = 0; i < 50_000; i++) {
                  Candidate picked = picker.pick(new Tried(), RequestHint.read(), 0);
                  counts.incrementAndGet(((FakeCandidate) picked).node().host().charAt(1) - '0');
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    for (int i = 0; i < 4; i++) {
      assertThat(counts.get(i))
          .as("%s", counts)
          .isBetween(20_000 * (i + 1) - 9, 20_000 * (i + 1) + 9);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Integer.MAX_VALUE - 5L, (1L << 32) - 5, Long.MAX_VALUE - 5, (1L << 48) - 5})
  void goes_on_when_the_counter_overflows(long turn) throws Exception {
    FakeCandidate[] nodes = FakeCandidate.weighing(1, 1, 0.5);
    Picking picking = Picking.by(turned(turn), nodes);
    assertThat(picking.counts(500)).satisfies(n -> assertThat(n).containsExactly(200, 200, 100));
  }

  /** A round robin whose counters are there. */
  private static Balancer turned(long turn) throws Exception {
    return group -> {
      Picker picker = new RoundRobin(group);
      try {
        var field = picker.getClass().getDeclaredField("turn");
        field.setAccessible(true);
        ((AtomicLong) field.get(picker)).set(turn);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError(e.getMessage(), e);
      }
      return picker;
    };
  }
}
