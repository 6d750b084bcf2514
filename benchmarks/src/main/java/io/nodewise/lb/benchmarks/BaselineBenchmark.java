package io.nodewise.lb.benchmarks;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What the cheapest choices cost that know nothing of the nodes, and a read of the clock. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
public class BaselineBenchmark {
  private static final int NODES = 100;

  private final AtomicInteger turn = new AtomicInteger(); // every thread takes a number

  /** A random index. */
  @Benchmark
  public int random() {
    return ThreadLocalRandom.current().nextInt(NODES);
  }

  /** The next index in turn, one counter for all threads. */
  @Benchmark
  public int atomicRoundRobin() {
    return Integer.remainderUnsigned(turn.getAndIncrement(), NODES);
  }

  /** A read of the clock. */
  @Benchmark
  public long nanoTime() {
    return System.nanoTime();
  }
}
