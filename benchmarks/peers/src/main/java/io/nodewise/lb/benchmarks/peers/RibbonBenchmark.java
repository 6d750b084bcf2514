package io.nodewise.lb.benchmarks.peers;

import com.netflix.loadbalancer.BaseLoadBalancer;
import com.netflix.loadbalancer.BestAvailableRule;
import com.netflix.loadbalancer.IRule;
import com.netflix.loadbalancer.RoundRobinRule;
import com.netflix.loadbalancer.Server;
import com.netflix.loadbalancer.ServerStats;
import com.netflix.loadbalancer.ZoneAvoidanceRule;
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
 * Ribbon. Round robin: the pick, as the rule reads no statistics. The others: the pick, and the
 * server's statistics that its client keeps of a request, without reading the clock. No pings.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class RibbonBenchmark {
  @Param({"10", "100", "1000"})
  public int nodes;

  private BaseLoadBalancer inTurn;
  private BaseLoadBalancer best;
  private BaseLoadBalancer zones;

  @Setup
  public void build() {
    inTurn = balancer(new RoundRobinRule());
    best = balancer(new BestAvailableRule());
    zones = balancer(new ZoneAvoidanceRule());
  }

  private BaseLoadBalancer balancer(IRule rule) {
    BaseLoadBalancer balancer = new BaseLoadBalancer();
    List<Server> servers = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      servers.add(new Server("node" + i, 9000));
    }
    balancer.setRule(rule);
    balancer.setServersList(servers);
    return balancer;
  }

  @TearDown
  public void close() {
    inTurn.shutdown();
    best.shutdown();
    zones.shutdown();
  }

  @Benchmark
  public Object roundRobin() {
    return inTurn.chooseServer(null);
  }

  @Benchmark
  public Object bestAvailable() {
    return requested(best);
  }

  @Benchmark
  public Object zoneAvoidance() {
    return requested(zones);
  }

  private static Object requested(BaseLoadBalancer balancer) {
    Server server = balancer.chooseServer(null);
    ServerStats stats = balancer.getLoadBalancerStats().getSingleServerStat(server);
    stats.incrementActiveRequestsCount();
    stats.decrementActiveRequestsCount();
    stats.noteResponseTime(1);
    return server;
  }
}
