package io.nodewise.lb.config;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.discovery.Discovery;
import io.nodewise.lb.discovery.NodeSource;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.health.OutlierDetection;
import io.nodewise.lb.health.Probe;
import io.nodewise.lb.health.SlowStart;
import io.nodewise.lb.node.ClusterTls;
import io.nodewise.lb.node.Node;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import io.nodewise.lb.routing.SiteFailover;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;

/** What a builder holds after texts have set it, in so far as it has no getter. */
final class Built {
  private final LoadBalancerBuilder builder;

  private Built(LoadBalancerBuilder builder) {
    this.builder = builder;
  }

  static Built of(Map<String, String> texts) {
    return new Built(LoadBalancer.builder(texts));
  }

  Object get(String field) {
    return get(builder, field);
  }

  NodeSource source() {
    return (NodeSource) get("source");
  }

  Discovery discovery() {
    return (Discovery) get("discovery");
  }

  /** What the source holds, by its fields; of a list how many. */
  Object ofSource(String... path) {
    Object found = source();
    for (String field : path) {
      found = get(found, field);
    }
    return found instanceof List<?> list ? (Object) list.size() : found;
  }

  private static Object get(Object holder, String field) {
    try {
      Field found = holder.getClass().getDeclaredField(field);
      found.setAccessible(true);
      return found.get(holder);
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  @SuppressWarnings("unchecked") // of the field's own type
  List<Node> nodes() {
    return (List<Node>) get("nodes");
  }

  HealthCheck healthCheck() {
    return (HealthCheck) get("healthCheck");
  }

  Probe probe() {
    return healthCheck().probe().orElseThrow();
  }

  OutlierDetection outliers() {
    return (OutlierDetection) get("outlierDetection");
  }

  SlowStart slowStart() {
    return (SlowStart) get("slowStart");
  }

  Timeouts timeouts() {
    return (Timeouts) get("timeouts");
  }

  BalancingPolicy policy() {
    return (BalancingPolicy) get("policy");
  }

  InFlightLimits limits() {
    return (InFlightLimits) get("limits");
  }

  SiteFailover siteFailover() {
    return (SiteFailover) get("siteFailover");
  }

  RetryBudget retryBudget() {
    return (RetryBudget) get("retryBudget");
  }

  DownloadResume downloadResume() {
    return (DownloadResume) get("downloadResume");
  }

  String attemptListeners() {
    return get("attemptListeners").toString();
  }

  Hedging hedging() {
    return (Hedging) get("hedging");
  }

  ClusterTls tls() {
    return (ClusterTls) get("tls");
  }
}
