package io.nodewise.lb.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.nodewise.lb.LoadBalancer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The meters of a load balancer: its nodes by state, their attempts by outcome, times, bytes, what
 * is in flight, ejections, transitions, probes, and the failovers, retries, hedges and resumes of
 * requests. All are tagged with the {@linkplain LoadBalancer#name() name} of the cluster, many with
 * the node; none with a bucket or key. Which quantiles and buckets timers have is the registry's
 * configuration.
 *
 * <p>Counts what happens from {@link #bindTo} on, but for what the load balancer counts itself
 * (failovers, retries, hedges, resumes, refusals, ejections, probes): that is since it was built.
 * The meters of a node leave with it, all of them with {@link #close()}, which leaves the load
 * balancer open and should come before the load balancer's own. Thread-safe.
 */
public final class LoadBalancerMetrics implements MeterBinder, AutoCloseable {
  /** So old at most is what gauges show: a scrape of a thousand nodes looks at them a few times. */
  private static final Duration MAX_AGE = Duration.ofMillis(100);

  private final LoadBalancer balancer;
  private final Tags tags;
  private final Duration maxAge;
  private final List<Bound> bound = new ArrayList<>();

  /** Of this load balancer. */
  public LoadBalancerMetrics(LoadBalancer balancer) {
    this(balancer, List.of());
  }

  /** Of this load balancer, with these tags on every meter too. */
  public LoadBalancerMetrics(LoadBalancer balancer, Iterable<Tag> more) {
    this(balancer, more, MAX_AGE);
  }

  LoadBalancerMetrics(LoadBalancer balancer, Iterable<Tag> more, Duration maxAge) {
    this.balancer = Objects.requireNonNull(balancer, "balancer");
    this.tags = Tags.of("cluster", balancer.name()).and(more);
    this.maxAge = maxAge;
  }

  /** Registers the meters; in several registries too. */
  @Override
  public void bindTo(MeterRegistry registry) {
    Bound binding = new Bound(balancer, registry, tags, new View(balancer, maxAge.toNanos()));
    synchronized (bound) {
      bound.add(binding);
    }
    binding.begin();
  }

  /** Removes the meters from every registry; nothing is counted from then on. */
  @Override
  public void close() {
    List<Bound> all;
    synchronized (bound) {
      all = List.copyOf(bound);
      bound.clear();
    }
    all.forEach(Bound::end);
  }

  @Override
  public String toString() {
    return "LoadBalancerMetrics[" + balancer.name() + "]";
  }
}
