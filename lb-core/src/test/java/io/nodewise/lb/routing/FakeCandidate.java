package io.nodewise.lb.routing;

import io.nodewise.lb.node.Node;
import io.nodewise.lb.node.StableHash;
import java.util.stream.IntStream;

/** A candidate that is what a test says, and counts how often a picker looked at it. */
public class FakeCandidate implements Candidate {
  private final Node node;
  private final long hash;
  public int inFlight;
  public double penalty;
  public double weight = 1;
  public long latency;
  public boolean full;
  public int looks;

  /** An idle one. */
  public FakeCandidate(String host) {
    this(Node.of("http://" + host + ":9000"));
  }

  private FakeCandidate(Node node) {
    this.node = node;
    this.hash = StableHash.of(node.id());
  }

  /** An idle one of a zone. */
  public static FakeCandidate inZone(String zone, String host) {
    return new FakeCandidate(Node.builder("http://" + host + ":9000").zone(zone).build());
  }

  /** So many idle ones. */
  public static FakeCandidate[] idle(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new FakeCandidate("n" + i))
        .toArray(FakeCandidate[]::new);
  }

  /** One idle node of each of these weights. */
  public static FakeCandidate[] weighing(double... weights) {
    FakeCandidate[] nodes = idle(weights.length);
    for (int i = 0; i < weights.length; i++) {
      nodes[i].weight = weights[i];
    }
    return nodes;
  }

  @Override
  public Node node() {
    return node;
  }

  @Override
  public long hash() {
    return hash;
  }

  @Override
  public int inFlight() {
    return inFlight;
  }

  @Override
  public double load() {
    return inFlight + penalty;
  }

  @Override
  public double penalty() {
    return penalty;
  }

  @Override
  public double weight() {
    return weight;
  }

  @Override
  public long latency() {
    return latency;
  }

  @Override
  public boolean isFull() {
    looks++;
    return full;
  }

  @Override
  public String toString() {
    return node.host();
  }
}
