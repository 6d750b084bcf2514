package io.nodewise.lb.routing;

import io.nodewise.lb.node.Node;
import java.util.stream.IntStream;

/** A candidate that is what a test says, and counts how often a picker looked at it. */
public final class FakeCandidate implements Candidate {
  private final Node node;
  public int inFlight;
  public double penalty;
  public double weight = 1;
  public long latency;
  public boolean full;
  public int looks;

  /** An idle one. */
  public FakeCandidate(String host) {
    node = Node.of("http://" + host + ":9000");
  }

  /** So many idle ones. */
  public static FakeCandidate[] idle(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new FakeCandidate("n" + i))
        .toArray(FakeCandidate[]::new);
  }

  @Override
  public Node node() {
    return node;
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
