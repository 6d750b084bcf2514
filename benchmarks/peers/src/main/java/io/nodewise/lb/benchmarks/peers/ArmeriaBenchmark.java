package io.nodewise.lb.benchmarks.peers;

import com.linecorp.armeria.common.loadbalancer.LoadBalancer;
import com.linecorp.armeria.common.loadbalancer.SimpleLoadBalancer;
import com.linecorp.armeria.common.loadbalancer.Weighted;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Armeria: the pick alone, as its balancers are told nothing when a request ends. Weights are equal
 * as everywhere here.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class ArmeriaBenchmark {
  @Param({"10", "100", "1000"})
  public int nodes;

  private SimpleLoadBalancer<Endpoint> inTurn;
  private SimpleLoadBalancer<Endpoint> weightedInTurn;
  private SimpleLoadBalancer<Endpoint> atRandom;
  private SimpleLoadBalancer<Endpoint> rampingUp;

  /** Anything with a weight. */
  private record Endpoint(String host, int weight) implements Weighted {}

  @Setup
  public void build() {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      endpoints.add(new Endpoint("node" + i, 1000));
    }
    inTurn = LoadBalancer.ofRoundRobin(endpoints);
    weightedInTurn = LoadBalancer.ofWeightedRoundRobin(endpoints);
    atRandom = LoadBalancer.ofWeightedRandom(endpoints);
    rampingUp = LoadBalancer.ofRampingUp(endpoints);
  }

  @TearDown
  public void close() {
    inTurn.close();
    weightedInTurn.close();
    atRandom.close();
    rampingUp.close();
  }

  @Benchmark
  public Object roundRobin() {
    return inTurn.pick();
  }

  @Benchmark
  public Object weightedRoundRobin() {
    return weightedInTurn.pick();
  }

  @Benchmark
  public Object weightedRandom() {
    return atRandom.pick();
  }

  @Benchmark
  public Object rampingUp() {
    return rampingUp.pick();
  }
}
