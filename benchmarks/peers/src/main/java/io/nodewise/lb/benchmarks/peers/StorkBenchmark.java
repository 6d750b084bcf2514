package io.nodewise.lb.benchmarks.peers;

import io.smallrye.stork.api.LoadBalancer;
import io.smallrye.stork.api.ServiceInstance;
import io.smallrye.stork.impl.DefaultServiceInstance;
import io.smallrye.stork.loadbalancer.leastresponsetime.LeastResponseTimeConfiguration;
import io.smallrye.stork.loadbalancer.leastresponsetime.LeastResponseTimeLoadBalancer;
import io.smallrye.stork.loadbalancer.poweroftwochoices.PowerOfTwoChoicesLoadBalancer;
import io.smallrye.stork.loadbalancer.requests.LeastRequestsLoadBalancer;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Stork: the selection, then start, reply and end of the call, which read the clock twice. The lock
 * that Stork holds around selection and start, so that two callers do not choose alike, is left
 * out: what is measured is the lower bound.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class StorkBenchmark {
  @Param({"10", "100", "1000"})
  public int nodes;

  private List<ServiceInstance> instances;
  private LoadBalancer twoChoices;
  private LoadBalancer requests;
  private LoadBalancer responseTime;

  @Setup
  public void build() {
    instances = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      instances.add(new DefaultServiceInstance(i, "node" + i, 9000, false));
    }
    twoChoices = new TwoChoices();
    requests = new LeastRequestsLoadBalancer();
    responseTime = new LeastResponseTimeLoadBalancer(new LeastResponseTimeConfiguration());
  }

  @Benchmark
  public Object powerOfTwoChoices() {
    return called(twoChoices);
  }

  @Benchmark
  public Object leastRequests() {
    return called(requests);
  }

  @Benchmark
  public Object leastResponseTime() {
    return called(responseTime);
  }

  private Object called(LoadBalancer balancer) {
    ServiceInstance instance = balancer.selectServiceInstance(instances);
    instance.recordStart(true);
    instance.recordReply();
    instance.recordEnd(null);
    return instance;
  }

  /** Its constructor is not public. */
  private static final class TwoChoices extends PowerOfTwoChoicesLoadBalancer {
    TwoChoices() {
      super(false); // no SecureRandom
    }
  }
}
