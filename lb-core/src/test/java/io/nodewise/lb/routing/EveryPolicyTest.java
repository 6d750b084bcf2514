package io.nodewise.lb.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.nodewise.lb.node.RequestHint;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What is true of whatever policy. */
class EveryPolicyTest {
  private final SplittableRandom random = new SplittableRandom(42);

  static Stream<Arguments> policiesAndSizes() {
    return Policies.all()
        .flatMap(policy -> Stream.of(1, 2, 32, 33, 1000).map(size -> Arguments.of(policy, size)));
  }

  static Stream<BalancingPolicy> all() {
    return Policies.all();
  }

  static Stream<BalancingPolicy> withoutPreference() {
    return Policies.withoutPreference();
  }

  /** Half of them in zone a, half in b. */
  private static FakeCandidate[] nodes(int size) {
    return IntStream.range(0, size)
        .mapToObj(i -> FakeCandidate.inZone(i % 2 == 0 ? "a" : "b", "n" + i))
        .toArray(FakeCandidate[]::new);
  }

  private RequestHint hint() {
    RequestHint hint = random.nextBoolean() ? RequestHint.read() : RequestHint.write();
    return random.nextBoolean() ? hint : hint.withAffinity("key" + random.nextInt(50));
  }

  /** Closes a share of the nodes, each in one way or another. */
  private void close(Picking picking, double share) {
    picking.tried.clear();
    for (FakeCandidate node : picking.nodes) {
      node.inFlight = random.nextInt(20);
      node.penalty = random.nextInt(4) == 0 ? 10 * random.nextDouble() : 0;
      node.weight = 3 * random.nextDouble() + 0.01;
      node.full = false;
      if (random.nextDouble() < share) {
        switch (random.nextInt(3)) {
          case 0 -> node.full = true;
          case 1 -> node.weight = 0;
          default -> picking.tried.add(node);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("policiesAndSizes")
  void an_open_node_is_picked_as_long_as_there_is_one(BalancingPolicy policy, int size) {
    Picking picking = Picking.by(policy, nodes(size));
    for (int round = 0; round < 60; round++) {
      close(picking, new double[] {0, 0.5, 0.9, 1.0 - 1.0 / size, 0.999, 1}[round % 6]);
      boolean oneIsOpen =
          Arrays.stream(picking.nodes).anyMatch(node -> Picker.open(node, picking.tried));
      for (int i = 0; i < 5; i++) {
        FakeCandidate picked = picking.pick(hint());
        assertThat(picked != null).as("%s of %s", picked, size).isEqualTo(oneIsOpen);
        assertThat(picked == null || Picker.open(picked, picking.tried)).isTrue();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("policiesAndSizes")
  void the_only_open_node_is_found_wherever_it_stands(BalancingPolicy policy, int size) {
    Picking picking = Picking.by(policy, nodes(size));
    for (int open : new int[] {0, size / 2, size - 1}) {
      close(picking, 1);
      picking.nodes[open].full = false;
      picking.nodes[open].weight = 0.001;
      picking.tried.clear();
      for (int i = 0; i < size; i++) {
        picking.nodes[i].full |= i != open;
      }
      for (int i = 0; i < 5; i++) {
        assertThat(picking.pick(hint())).isSameAs(picking.nodes[open]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("policiesAndSizes")
  void a_request_walks_over_all_nodes_and_meets_none_twice(BalancingPolicy policy, int size) {
    int few = Math.min(size, 150); // to meet all of them takes a square of steps
    Picking picking = Picking.by(policy, nodes(few));
    RequestHint hint = hint();
    for (int i = 0; i < few; i++) {
      picking.tried.add(picking.pick(hint));
    }
    assertThat(picking.pick(hint)).isNull();
    assertThat(picking.nodes).allMatch(picking.tried::contains);
  }

  @ParameterizedTest
  @MethodSource("withoutPreference")
  void idle_nodes_alike_are_picked_alike_wherever_they_stand(BalancingPolicy policy) {
    for (int size : new int[] {1, 2, 3, 32, 33, 34, 150}) {
      Uniformity.assertUniform(Picking.by(policy, FakeCandidate.idle(size)).counts(200 * size));
    }
  }

  @ParameterizedTest
  @MethodSource("withoutPreference")
  void what_a_closed_node_would_have_got_is_spread_over_all_others(BalancingPolicy policy) {
    for (int size : new int[] {3, 32, 33, 100}) {
      Picking picking = Picking.by(policy, FakeCandidate.idle(size));
      picking.nodes[1].full = true;
      picking.tried.add(picking.nodes[size - 1]);
      int[] counts = picking.counts(300 * size);
      assertThat(counts[1] + counts[size - 1]).isZero();
      Uniformity.assertUniform(
          IntStream.range(0, size - 1).filter(i -> i != 1).map(i -> counts[i]).toArray());
    }
  }

  static Stream<BalancingPolicy> byWeight() {
    return Stream.of(
        BalancingPolicy.leastLoaded(),
        BalancingPolicy.roundRobin(),
        BalancingPolicy.random(),
        BalancingPolicy.rendezvous());
  }

  @ParameterizedTest
  @MethodSource("byWeight")
  void idle_nodes_are_picked_by_weight_also_after_it_changed(BalancingPolicy policy) {
    double[][] regimes = {{1, 2, 3, 4}, {4, 1, 0.5, 2}, {0.01, 1, 1, 1}, {4000, 3000, 2000, 1000}};
    Picking picking = Picking.by(policy, FakeCandidate.idle(4));
    int key = 0;
    for (double[] weights : regimes) {
      for (int i = 0; i < 4; i++) {
        picking.nodes[i].weight = weights[i];
      }
      picking.counts(1100); // a turn in the order takes notice after 1024
      int[] counts = new int[4];
      for (int i = 0; i < 20_000; i++) {
        counts[picking.indexOf(picking.pick("key" + key++))]++;
      }
      Uniformity.assertInProportion(weights, counts);
    }
  }

  @ParameterizedTest
  @MethodSource("all")
  void picking_allocates_nothing(BalancingPolicy policy) {
    if (policy.toString().contains("sticky")) {
      return; // remembers
    }
    for (int size : new int[] {10, 100}) {
      FakeCandidate[] nodes = nodes(size);
      Picker picker = policy.newBalancer().over(nodes);
      RequestHint[] hints = {RequestHint.read(), RequestHint.read().withAffinity("key")};
      Tried tried = new Tried();
      tried.add(nodes[1]);
      for (int i = 0; i < 20; i++) {
        nodes[i % size].inFlight = i; // so that a zone spills, and a sample has no ties
      }
      long perPick = Long.MAX_VALUE;
      // The least of several rounds: the first ones warm up, and the JVM may add its own.
      for (int round = 0; round < 5; round++) {
        long before = allocated();
        for (int i = 0; i < 4000; i++) {
          picker.pick(tried, hints[i & 1], i * 0x9E3779B97F4A7C15L);
        }
        perPick = Math.min(perPick, (allocated() - before) / 4000);
      }
      assertThat(perPick).as("bytes").isZero();
    }
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getThreadAllocatedBytes(Thread.currentThread().getId());
  }
}
