package io.nodewise.lb;

import io.nodewise.lb.probe.ProbeClient;
import io.nodewise.lb.time.Randomness;
import io.nodewise.lb.time.Tasks;
import io.nodewise.lb.time.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/** The bridge to the knobs of a {@link LoadBalancerBuilder} that are not public. */
public final class TestRuntime {
  private TestRuntime() {}

  /** What the load balancer is to run on. It closes {@code tasks} and {@code probes}. */
  public static LoadBalancerBuilder set(
      LoadBalancerBuilder builder,
      Ticker ticker,
      Tasks tasks,
      Randomness random,
      ProbeClient probes) {
    return builder.runtime(ticker, tasks, random, probes);
  }

  /** The same numbers for the same seed: SplitMix64. */
  public static Randomness seeded(long seed) {
    AtomicLong state = new AtomicLong(seed);
    return () -> {
      long z = state.addAndGet(0x9E3779B97F4A7C15L);
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      return z ^ (z >>> 31);
    };
  }
}
