package io.nodewise.lb.benchmarks.peers;

import static io.servicetalk.client.api.RequestConcurrencyController.Result.Accepted;

import io.servicetalk.client.api.ConnectionFactory;
import io.servicetalk.client.api.DefaultServiceDiscovererEvent;
import io.servicetalk.client.api.LoadBalancedConnection;
import io.servicetalk.client.api.LoadBalancer;
import io.servicetalk.client.api.RequestTracker;
import io.servicetalk.client.api.ServiceDiscovererEvent;
import io.servicetalk.concurrent.api.Completable;
import io.servicetalk.concurrent.api.Publisher;
import io.servicetalk.concurrent.api.Single;
import io.servicetalk.context.api.ContextMap;
import io.servicetalk.loadbalancer.LoadBalancers;
import io.servicetalk.loadbalancer.LoadBalancingPolicies;
import io.servicetalk.loadbalancer.LoadBalancingPolicy;
import io.servicetalk.transport.api.TransportObserver;
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

/**
 * ServiceTalk: a connection selected from the balancer, blocking for it, accepted and given back,
 * and with outlier detection at its default the start and success of a request at the connection's
 * tracker. Connections are there, one for each node.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class ServiceTalkBenchmark {
  @Param({"10", "100", "1000"})
  public int nodes;

  private LoadBalancer<Connection> inTurn;
  private LoadBalancer<Connection> leastOfTwo;

  @Setup
  public void build() throws Exception {
    inTurn = balancer(LoadBalancingPolicies.roundRobin().build());
    leastOfTwo = balancer(LoadBalancingPolicies.p2c().build());
  }

  private LoadBalancer<Connection> balancer(LoadBalancingPolicy<String, Connection> policy)
      throws Exception {
    List<ServiceDiscovererEvent<String>> events = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      events.add(
          new DefaultServiceDiscovererEvent<>("node" + i, ServiceDiscovererEvent.Status.AVAILABLE));
    }
    LoadBalancer<Connection> balancer =
        LoadBalancers.<String, Connection>builder("nodes")
            .loadBalancingPolicy(policy)
            .build()
            .newLoadBalancer(
                Publisher.from(List.copyOf(events)).concat(Publisher.never()),
                new Connections(),
                "nodes");
    for (int i = 0; i < 30 * nodes; i++) { // connects
      requested(balancer);
    }
    return balancer;
  }

  @Benchmark
  public Object roundRobin() throws Exception {
    return requested(inTurn);
  }

  @Benchmark
  public Object powerOfTwoChoices() throws Exception {
    return requested(leastOfTwo);
  }

  private static Object requested(LoadBalancer<Connection> balancer) throws Exception {
    Connection connection =
        balancer.selectConnection(each -> each.tryRequest() == Accepted, null).toFuture().get();
    RequestTracker tracker = connection.tracker;
    if (tracker != null) {
      tracker.onRequestSuccess(tracker.beforeRequestStart());
    }
    connection.requestFinished();
    return connection;
  }

  private static final class Connections implements ConnectionFactory<String, Connection> {
    @Override
    public Single<Connection> newConnection(
        String address, @Nullable ContextMap context, @Nullable TransportObserver observer) {
      return Single.succeeded(
          new Connection(context == null ? null : context.get(RequestTracker.REQUEST_TRACKER_KEY)));
    }

    @Override
    public Completable onClose() {
      return Completable.never();
    }

    @Override
    public Completable closeAsync() {
      return Completable.completed();
    }
  }

  /** Takes any number of requests at once, as one of HTTP/2 may. */
  private static final class Connection implements LoadBalancedConnection {
    private final @Nullable RequestTracker tracker; // null where the policy has none

    Connection(@Nullable RequestTracker tracker) {
      this.tracker = tracker;
    }

    @Override
    public int score() {
      return 1;
    }

    @Override
    public Result tryRequest() {
      return Accepted;
    }

    @Override
    public void requestFinished() {}

    @Override
    public boolean tryReserve() {
      return false;
    }

    @Override
    public Completable releaseAsync() {
      return Completable.completed();
    }

    @Override
    public Completable onClose() {
      return Completable.never();
    }

    @Override
    public Completable closeAsync() {
      return Completable.completed();
    }
  }
}
