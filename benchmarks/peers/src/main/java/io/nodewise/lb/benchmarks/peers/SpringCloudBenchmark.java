package io.nodewise.lb.benchmarks.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.loadbalancer.core.RoundRobinLoadBalancer;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.SimpleObjectProvider;
import reactor.core.publisher.Flux;

/**
 * Spring Cloud LoadBalancer: the choice alone, blocking for it as its blocking client does; it is
 * told nothing when a request ends. The list of instances is at hand.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class SpringCloudBenchmark {
  @Param({"10", "100", "1000"})
  public int nodes;

  private RoundRobinLoadBalancer inTurn;

  @Setup
  public void build() {
    List<ServiceInstance> instances = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      instances.add(new DefaultServiceInstance("id" + i, "s3", "node" + i, 9000, false));
    }
    inTurn = new RoundRobinLoadBalancer(new SimpleObjectProvider<>(new Fixed(instances)), "s3");
  }

  @Benchmark
  public @Nullable Object roundRobin() {
    return inTurn.choose(ReactiveLoadBalancer.REQUEST).block();
  }

  private static final class Fixed implements ServiceInstanceListSupplier {
    private final Flux<List<ServiceInstance>> instances;

    Fixed(List<ServiceInstance> instances) {
      this.instances = Flux.just(instances);
    }

    @Override
    public String getServiceId() {
      return "s3";
    }

    @Override
    public Flux<List<ServiceInstance>> get() {
      return instances;
    }
  }
}
