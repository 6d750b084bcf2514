package io.nodewise.lb.benchmarks.peers;

import com.twitter.finagle.Address;
import com.twitter.finagle.Address$;
import com.twitter.finagle.ClientConnection;
import com.twitter.finagle.NoBrokersAvailableException;
import com.twitter.finagle.Service;
import com.twitter.finagle.ServiceFactory;
import com.twitter.finagle.Stack;
import com.twitter.finagle.Status;
import com.twitter.finagle.loadbalancer.Balancers;
import com.twitter.finagle.loadbalancer.EndpointFactory;
import com.twitter.finagle.loadbalancer.LoadBalancerFactory;
import com.twitter.finagle.util.Rng;
import com.twitter.util.Activity;
import com.twitter.util.Await;
import com.twitter.util.Duration;
import com.twitter.util.Future;
import com.twitter.util.Time;
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
import scala.collection.immutable.IndexedSeq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;

/**
 * Finagle: a service leased from the balancer, and given back, which is how it counts a request out
 * of flight. The services underneath are there at once. No statistics are kept.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 100, time = 2, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // JMH sets the fields
public class FinagleBenchmark {
  @Param({"10", "100", "1000"})
  public int nodes;

  private ServiceFactory<String, String> leastOfTwo;
  private ServiceFactory<String, String> peakEwma;

  @Setup
  public void build() {
    leastOfTwo = balancer(Balancers.p2c(Rng.threadLocal()));
    peakEwma = balancer(Balancers.p2cPeakEwma(Duration.fromSeconds(10), Rng.threadLocal()));
  }

  private ServiceFactory<String, String> balancer(LoadBalancerFactory factory) {
    List<EndpointFactory<String, String>> endpoints = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      endpoints.add(new Endpoint());
    }
    IndexedSeq<EndpointFactory<String, String>> sequence =
        CollectionConverters.asScala(endpoints).toIndexedSeq();
    return factory.newBalancer(
        Activity.value(sequence),
        new NoBrokersAvailableException("nodes"),
        Stack.Params$.MODULE$.empty());
  }

  @Benchmark
  public Object powerOfTwoChoices() throws Exception {
    return leased(leastOfTwo);
  }

  @Benchmark
  public Object peakEwma() throws Exception {
    return leased(peakEwma);
  }

  private static Object leased(ServiceFactory<String, String> balancer) throws Exception {
    Service<String, String> service = Await.result(balancer.apply(ClientConnection.nil()));
    return service.close();
  }

  private static final class Endpoint extends ServiceFactory<String, String>
      implements EndpointFactory<String, String> {
    private final Future<Service<String, String>> service = Future.value(new Idle());

    @Override
    public Future<Service<String, String>> apply(ClientConnection connection) {
      return service;
    }

    @Override
    public Address address() {
      return Address$.MODULE$.failing();
    }

    @Override
    public void remake() {}

    @Override
    public Future<BoxedUnit> close(Time deadline) {
      return Future.Done();
    }

    @Override
    public Status status() {
      return Status.Open$.MODULE$;
    }
  }

  private static final class Idle extends Service<String, String> {
    @Override
    public Future<String> apply(String request) {
      return Future.value(request);
    }
  }
}
