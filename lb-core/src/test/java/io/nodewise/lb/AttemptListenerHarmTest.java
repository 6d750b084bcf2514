package io.nodewise.lb;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeSet;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.node.RequestHint;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.HeldLocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

/** What a listener to attempts may do, and can't break. */
@Timeout(30)
class AttemptListenerHarmTest {
  private static final String N1 = "n1:9000";

  private static LoadBalancer unprobed(AttemptListener... listeners) {
    LoadBalancerBuilder builder =
        LoadBalancer.builder().nodes("http://n{1...3}:9000").healthCheck(HealthCheck.none());
    for (AttemptListener listener : listeners) {
      builder.attemptListener(listener);
    }
    return builder.build();
  }

  private static void oneRead(LoadBalancer balancer) throws Exception {
    balancer.route(RequestHint.read()).next(false).end(Outcome.success());
  }

  private static <E extends Throwable> void sneak(Throwable what) throws E {
    @SuppressWarnings("unchecked")
    E unchecked = (E) what;
    throw unchecked;
  }

  @Test
  void what_it_throws_is_logged_once_for_each_kind_and_changes_nothing() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(LoadBalancer.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger heard = new AtomicInteger();
    AttemptListener bad =
        report -> {
          switch (calls.getAndIncrement() % 3) {
            case 0 -> throw new IllegalStateException("thrown by a test");
            case 1 -> throw new StackOverflowError("thrown by a test");
            default ->
                AttemptListenerHarmTest.<RuntimeException>sneak(new Exception("thrown by a test"));
          }
        };
    try (LoadBalancer balancer = unprobed(bad, report -> heard.getAndIncrement())) {
      for (int i = 0; i < 30; i++) {
        oneRead(balancer);
      }
      assertThat(balancer.snapshot().inFlight()).isZero();
      assertThat(balancer.snapshot().nodes()).allMatch(node -> node.faults() == 0);
    } finally {
      logger.setAdditive(true);
      logger.detachAppender(lines);
    }
    assertThat(calls).hasValue(30);
    assertThat(heard).as("the next one hears all the same").hasValue(30);
    assertThat(lines.list)
        .filteredOn(line -> line.getMessage().startsWith("A listener to attempts failed"))
        .extracting(line -> line.getThrowableProxy().getClassName())
        .containsExactly(
            "java.lang.IllegalStateException",
            "java.lang.StackOverflowError",
            "java.lang.Exception");
  }

  @Test
  void one_that_blocks_holds_up_nobody_but_who_called_it() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    AtomicReference<Thread> slow = new AtomicReference<>();
    AttemptListener blocking =
        report -> {
          if (Thread.currentThread() == slow.get()) {
            inside.countDown();
            try {
              release.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (LoadBalancer balancer = unprobed(blocking)) {
      Future<?> held =
          threads.submit(
              () -> {
                slow.set(Thread.currentThread());
                Attempt attempt = balancer.route(RequestHint.read()).next(false);
                attempt.end(Outcome.unreachable("connection refused")); // the registry's business
                return null;
              });
      assertThat(inside.await(10, TimeUnit.SECONDS)).isTrue();
      Future<?> others =
          threads.submit(
              () -> {
                for (int i = 0; i < 1000; i++) {
                  oneRead(balancer);
                }
                balancer.drain(N1);
                balancer.resume(N1);
                balancer.update(NodeSet.parse("http://n{1...4}:9000"));
                return balancer.snapshot();
              });
      others.get(10, TimeUnit.SECONDS);
      assertThat(balancer.snapshot().inFlight()).as("the held one has been counted out").isZero();
      assertThat(held.isDone()).isFalse();
      release.countDown();
      held.get(10, TimeUnit.SECONDS);
    } finally {
      release.countDown();
      threads.shutdown();
    }
    assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void it_may_close_the_load_balancer() throws Exception {
    AtomicReference<LoadBalancer> balancer = new AtomicReference<>();
    LoadBalancer closed = unprobed(report -> balancer.get().close());
    balancer.set(closed);
    Attempt other = closed.route(RequestHint.read()).next(false);
    oneRead(closed);
    other.end(Outcome.success());
    assertThat(closed.snapshot().inFlight()).isZero();
    assertThat(closed.snapshot().attempts()).isEqualTo(2);
  }

  @Test
  void it_may_begin_a_request_and_hears_of_it() throws Exception {
    AtomicReference<LoadBalancer> balancer = new AtomicReference<>();
    List<Integer> depths = new ArrayList<>();
    AttemptListener asking =
        report -> {
          depths.add(depths.size());
          if (depths.size() < 5) {
            try {
              oneRead(balancer.get());
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          }
        };
    try (LoadBalancer built = unprobed(asking)) {
      balancer.set(built);
      oneRead(built);
      assertThat(depths).hasSize(5);
      assertThat(built.snapshot().attempts()).isEqualTo(5);
      assertThat(built.snapshot().inFlight()).isZero();
    }
  }

  @Test
  void it_may_operate_on_the_nodes() {
    AtomicReference<LoadBalancer> balancer = new AtomicReference<>();
    AttemptListener draining =
        report -> {
          if (report.outcome().isNodeFault()) {
            balancer.get().drain(report.node().id());
          }
        };
    try (VirtualCluster cluster =
        VirtualCluster.up(
            builder -> builder.nodes("http://n{1...3}:9000").attemptListener(draining))) {
      balancer.set(cluster.balancer());
      cluster.endOn(N1, Outcome.fault("500"), 1);
      assertThat(cluster.state(N1)).isEqualTo(NodeState.DRAINING);
    }
  }

  @Test
  void it_is_called_under_no_lock_whatever_the_attempt_comes_to() {
    List<String> held = new ArrayList<>();
    AtomicInteger calls = new AtomicInteger();
    AttemptListener looking =
        report -> {
          calls.getAndIncrement();
          held.addAll(HeldLocks.ours());
        };
    try (VirtualCluster cluster =
        VirtualCluster.up(
            builder -> builder.nodes("http://n{1...4}:9000").attemptListener(looking))) {
      cluster.endOn(N1, Outcome.success(), 2);
      cluster.endOn(N1, Outcome.load("503", Duration.ofSeconds(1)), 1);
      cluster.endOn(N1, Outcome.fault("500"), 5);
      cluster.endOn("n2:9000", Outcome.unreachable("refused"), 1);
      cluster.endOn("n3:9000", Outcome.doubtful("stale"), 1);
      cluster.beginOn("n4:9000").lost();
      cluster.beginOn("n4:9000").close();
      assertThat(calls.get()).isGreaterThanOrEqualTo(11);
    }
    assertThat(held).isEmpty();
  }

  @Test
  void the_look_at_locks_sees_them() {
    Object lock = new Object();
    synchronized (lock) {
      assertThat(HeldLocks.ours()).as("tests' own don't count").isEmpty();
      assertThat(Locked.look()).hasSize(1);
    }
  }

  /** Stands for code of ours. */
  private static final class Locked {
    static synchronized List<String> look() {
      return HeldLocks.ours();
    }
  }

  @Test
  void of_attempts_that_two_threads_end_each_is_told_once() throws Exception {
    AtomicInteger told = new AtomicInteger();
    int attempts = 20_000;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (LoadBalancer balancer = unprobed(report -> told.getAndIncrement())) {
      List<Attempt> all = new ArrayList<>();
      for (int i = 0; i < attempts; i++) {
        all.add(balancer.route(RequestHint.read()).next(false));
      }
      Future<?> one = threads.submit(() -> all.forEach(a -> a.end(Outcome.success())));
      Future<?> two = threads.submit(() -> all.forEach(Attempt::close));
      one.get(20, TimeUnit.SECONDS);
      two.get(20, TimeUnit.SECONDS);
      assertThat(balancer.snapshot().inFlight()).isZero();
    } finally {
      threads.shutdown();
    }
    assertThat(told).hasValue(attempts);
  }
}
