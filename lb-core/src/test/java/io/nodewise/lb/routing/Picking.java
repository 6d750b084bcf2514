package io.nodewise.lb.routing;

import io.nodewise.lb.TestRuntime;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.time.Randomness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A balancer at work on fake nodes, with seeded chance: picks, and counts what was picked. */
final class Picking {
  final FakeCandidate[] nodes;
  final Tried tried = new Tried();
  private final Balancer balancer;
  private final Randomness random;
  private final IdentityHashMap<Candidate, Integer> index = new IdentityHashMap<>();
  private Picker picker;

  private Picking(Balancer balancer, long seed, FakeCandidate... nodes) {
    this.balancer = balancer;
    this.random = TestRuntime.seeded(seed);
    this.nodes = nodes;
    this.picker = balancer.over(nodes.clone());
    for (int i = 0; i < nodes.length; i++) {
      index.put(nodes[i], i);
    }
  }

  static Picking by(BalancingPolicy policy, FakeCandidate... nodes) {
    return by(policy.newBalancer(), nodes);
  }

  static Picking by(Balancer balancer, FakeCandidate... nodes) {
    return by(balancer, 20_260_101, nodes);
  }

  static Picking by(Balancer balancer, long seed, FakeCandidate... nodes) {
    return new Picking(balancer, seed, nodes);
  }

  /** From now on only these of the nodes are in the group: another table. */
  void among(FakeCandidate... group) {
    picker = balancer.over(group.clone());
  }

  /** The nodes without this one. */
  FakeCandidate[] without(FakeCandidate gone) {
    return Arrays.stream(nodes).filter(node -> node != gone).toArray(FakeCandidate[]::new);
  }

  @Nullable FakeCandidate pick() {
    return pick(RequestHint.read());
  }

  /** A pick for what belongs to this. */
  @Nullable FakeCandidate pick(String affinity) {
    return pick(RequestHint.read().withAffinity(affinity));
  }

  @Nullable FakeCandidate pick(RequestHint hint) {
    return (FakeCandidate) picker.pick(tried, hint, random.next());
  }

  /** So many picks in order. */
  List<FakeCandidate> picks(int times) {
    List<FakeCandidate> picked = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      picked.add(pick());
    }
    return picked;
  }

  /** Everybody picked in so many picks. */
  Set<FakeCandidate> met(int times) {
    return new HashSet<>(picks(times));
  }

  /** How often each node was picked in so many picks. */
  int[] counts(int picks) {
    int[] counts = new int[nodes.length];
    for (int i = 0; i < picks; i++) {
      counts[index.get(pick())]++;
    }
    return counts;
  }

  /** Where the node stands among all. */
  int indexOf(@Nullable Candidate node) {
    return index.get(node);
  }

  /** The index of each key's owner; the keys are a text with a number. */
  int[] owners(int keys) {
    int[] owners = new int[keys];
    for (int i = 0; i < keys; i++) {
      owners[i] = indexOf(pick("key" + i));
    }
    return owners;
  }

  /** How often each index is in there. */
  int[] tally(int... indices) {
    int[] counts = new int[nodes.length];
    for (int i : indices) {
      counts[i]++;
    }
    return counts;
  }
}
