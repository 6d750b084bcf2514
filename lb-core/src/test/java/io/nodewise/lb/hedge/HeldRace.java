package io.nodewise.lb.hedge;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/** Two attempts of one read, each answered when the test says so. */
@Timeout(60)
abstract class HeldRace {
  final HedgeThreads threads = new HedgeThreads("race", Duration.ofSeconds(10));
  final ExecutorService callers = Executors.newCachedThreadPool();
  HeldContender first = new HeldContender("first");
  HeldContender second = new HeldContender("second");
  Race<String> race = new Race<>(first, () -> second, () -> false);
  volatile @Nullable Thread caller;

  @BeforeEach
  void again() {
    first = new HeldContender("first");
    second = new HeldContender("second");
    race = new Race<>(first, () -> second, () -> false);
  }

  @AfterEach
  void nothingIsLeft() throws Exception {
    assertThat(threads.waiting()).isZero();
    threads.close();
    callers.shutdown();
    assertThat(callers.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    soon(
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("nodewise-hedge")));
  }

  static void soon(BooleanSupplier isSo) {
    long began = System.nanoTime();
    while (!isSo.getAsBoolean()) {
      assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(20));
      LockSupport.parkNanos(10_000);
    }
  }

  Future<String> run(Duration delay) {
    return callers.submit(
        () -> {
          caller = Thread.currentThread();
          return race.run(threads, delay);
        });
  }

  /** Both have been sent. */
  Future<String> both() throws Exception {
    Future<String> call = run(Duration.ZERO);
    assertThat(first.sent.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(second.sent.await(20, TimeUnit.SECONDS)).isTrue();
    return call;
  }

  static String result(Future<String> call) throws Exception {
    return call.get(20, TimeUnit.SECONDS);
  }

  void settled() {
    soon(first::isSettled);
    soon(second::isSettled);
  }
}
