package io.nodewise.lb.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What may be observed of the two lock-free structures, checked against one-thread models. */
@Tag("stress")
class LinearizabilityTest {

  private static ModelCheckingOptions options() {
    return new ModelCheckingOptions()
        .iterations(20)
        .invocationsPerIteration(1000)
        .threads(3)
        .actorsPerThread(3);
  }

  /** A node with room for two. Counting in and out is exact, also as others see it. */
  public static class LimitedNode {
    private final LiveNode node = LiveNodeTest.liveNode();

    public LimitedNode() {
      node.limit(2);
    }

    @Operation
    public boolean begin() {
      return node.tryBegin(false);
    }

    @Operation
    public boolean beginByForce() {
      return node.tryBegin(true);
    }

    @Operation
    public void end() {
      node.end();
    }

    @Operation
    public int inFlight() {
      return node.inFlight();
    }

    @Operation
    public boolean isFull() {
      return node.isFull();
    }
  }

  /** The same in one thread. */
  public static class LimitedNodeModel {
    private int inFlight;

    public boolean begin() {
      if (inFlight >= 2) {
        return false;
      }
      inFlight++;
      return true;
    }

    public boolean beginByForce() {
      inFlight++;
      return true;
    }

    public void end() {
      inFlight--;
    }

    public int inFlight() {
      return inFlight;
    }

    public boolean isFull() {
      return inFlight >= 2;
    }
  }

  @Test
  void a_limited_node_counts_as_if_in_one_thread() {
    options().sequentialSpecification(LimitedNodeModel.class).check(LimitedNode.class);
  }

  /** The bag of running attempts: which slot is chance, whether an attempt is in it is not. */
  public static class Bag {
    private static final RunningAttempt ATTEMPT = RunningAttemptsTest.attempt();

    private final RunningAttempts attempts = new RunningAttempts(() -> 0); // all meet
    private final boolean[] taken = new boolean[64 * RunningAttempts.SEGMENT];
    private final Deque<Integer> numbers = new ArrayDeque<>();

    /** False if the slot has an owner already. */
    @Operation
    public boolean add() {
      int number = attempts.add(ATTEMPT);
      synchronized (this) {
        numbers.add(number);
        boolean free = !taken[number];
        taken[number] = true;
        return free;
      }
    }

    /** False if there is nothing to remove. */
    @Operation
    public boolean remove() {
      int number;
      synchronized (this) {
        Integer oldest = numbers.poll();
        if (oldest == null) {
          return false;
        }
        number = oldest;
        taken[number] = false;
      }
      attempts.remove(number);
      return true;
    }
  }

  /** The same in one thread. */
  public static class BagModel {
    private int size;

    public boolean add() {
      size++;
      return true;
    }

    public boolean remove() {
      if (size == 0) {
        return false;
      }
      size--;
      return true;
    }
  }

  @Test
  void a_slot_of_the_running_attempts_has_one_owner_at_a_time() {
    options().sequentialSpecification(BagModel.class).check(Bag.class);
  }
}
