package io.nodewise.lb.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.time.VirtualTasks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RunningAttemptsTest {
  private final RunningAttempts attempts = new RunningAttempts();

  static RunningAttempt attempt() {
    VirtualTasks tasks = new VirtualTasks();
    Sweeper sweeper =
        new Sweeper(null, null, null, null, null, Timeouts.defaults(), tasks, tasks, () -> 0);
    return new RunningAttempt(LiveNodeTest.liveNode(), sweeper, null, false, false, false) {};
  }

  private static final RunningAttempt ANY = attempt();

  private Set<RunningAttempt> seen() {
    Set<RunningAttempt> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    attempts.forEach(a -> assertThat(seen.add(a)).as("seen twice").isTrue());
    return seen;
  }

  @Test
  void what_was_added_is_seen_until_it_is_removed() {
    RunningAttempt first = attempt();
    RunningAttempt second = attempt();
    int number = attempts.add(first);
    attempts.add(second);
    assertThat(seen()).containsExactlyInAnyOrder(first, second);
    attempts.remove(number);
    assertThat(seen()).containsExactly(second);
    assertThat(attempts.size()).isEqualTo(1);
  }

  @Test
  void no_number_is_given_twice_while_it_is_in_use() {
    Set<Integer> numbers = new HashSet<>();
    for (int i = 0; i < 5000; i++) {
      assertThat(numbers.add(attempts.add(ANY))).isTrue();
    }
    assertThat(attempts.size()).isEqualTo(5000);
    numbers.forEach(attempts::remove);
    assertThat(attempts.size()).isZero();
  }

  @Test
  void grows_to_a_few_times_of_what_it_holds_and_no_further() {
    Random random = new Random(4);
    List<Integer> held = new ArrayList<>();
    int highest = 0;
    for (int i = 0; i < 400_000; i++) {
      if (held.size() < 200) {
        int number = attempts.add(ANY);
        highest = Math.max(highest, number);
        held.add(number);
      } else {
        attempts.remove(held.remove(random.nextInt(held.size())));
      }
    }
    assertThat(highest).isLessThan(8 * RunningAttempts.SEGMENT);
  }

  @Test
  void a_slot_is_found_and_a_segment_added_though_all_look_in_the_same_place() {
    RunningAttempts crowded = new RunningAttempts(() -> RunningAttempts.SEGMENT - 3);
    Set<Integer> numbers = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      assertThat(numbers.add(crowded.add(ANY))).isTrue();
    }
    assertThat(crowded.size()).isEqualTo(20);
    assertThat(numbers).anyMatch(number -> number >= 2 * RunningAttempts.SEGMENT);
    numbers.forEach(crowded::remove);
    assertThat(crowded.size()).isZero();
  }

  /** Threads that add and remove as fast as they can; each slot has one owner at a time. */
  @Test
  @Timeout(20)
  void under_contention_no_slot_is_lost_and_none_has_two_owners() throws Exception {
    AtomicReferenceArray<Thread> owners = new AtomicReferenceArray<>(1 << 20);
    AtomicBoolean clash = new AtomicBoolean();
    AtomicBoolean over = new AtomicBoolean();
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 6; t++) {
      int seed = t;
      Thread thread =
          new Thread(
              () -> {
                Random random = new Random(seed);
                RunningAttempt own = attempt();
                List<Integer> held = new ArrayList<>();
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return;
                }
                while (!over.get() || !held.isEmpty()) {
                  if (!over.get() && held.size() < 150 && random.nextBoolean()) {
                    int number = attempts.add(own);
                    if (!owners.compareAndSet(number, null, Thread.currentThread())) {
                      clash.set(true);
                    }
                    held.add(number);
                  } else if (!held.isEmpty()) {
                    int number = held.remove(random.nextInt(held.size()));
                    if (!owners.compareAndSet(number, Thread.currentThread(), null)) {
                      clash.set(true);
                    }
                    attempts.remove(number);
                  }
                }
              });
      thread.start();
      threads.add(thread);
    }
    RunningAttempt resident = attempt();
    attempts.add(resident);
    start.countDown();
    long end = System.nanoTime() + 700_000_000;
    int walks = 0;
    while (System.nanoTime() - end < 0) {
      int[] found = {0};
      attempts.forEach(a -> found[0] += a == resident ? 1 : 0);
      assertThat(found[0]).as("what is there all the while is seen by every walk").isEqualTo(1);
      walks++;
    }
    over.set(true);
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(clash).isFalse();
    assertThat(walks).isPositive();
    assertThat(attempts.size()).as("all but the resident").isEqualTo(1);
  }
}
