package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Makes the transport when the S3 client is built. What the user set on his HTTP client wins; where
 * he set nothing, the clocks are those of the load balancer and the pool has room for every node.
 */
final class TransportBuilder implements SdkHttpClient.Builder<TransportBuilder> {
  private final LoadBalancer cluster;
  private final ApiCalls calls;
  private final Confirmation confirmation;
  private final @Nullable SdkHttpClient client;
  private final SdkHttpClient.@Nullable Builder<?> builder;
  private @Nullable BalancedTransport made;

  TransportBuilder(
      LoadBalancer cluster,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable SdkHttpClient client,
      SdkHttpClient.@Nullable Builder<?> builder) {
    this.cluster = cluster;
    this.calls = calls;
    this.confirmation = confirmation;
    this.client = client;
    this.builder = builder;
  }

  @Override
  public SdkHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
    SdkHttpClient given = client;
    if (given != null) {
      UnfitClient.refuse(given.clientName(), cluster);
      return made(new BalancedTransport(given, false, calls, confirmation, hedges()));
    }
    SdkHttpClient.Builder<?> source = builder == null ? DefaultHttpClient.of(cluster) : builder;
    calls.limitSilence(ConnectionDefaults.longestSilence(cluster, source));
    SdkHttpClient delegate =
        source.buildWithDefaults(serviceDefaults.merge(ConnectionDefaults.of(cluster, source)));
    BalancedTransport transport =
        made(new BalancedTransport(delegate, true, calls, confirmation, hedges()));
    UnfitClient.refuse(delegate.clientName(), cluster);
    return transport;
  }

  private @Nullable HedgeThreads hedges() {
    return cluster.hedging().isOn()
        ? new HedgeThreads(cluster.logicalEndpoint().getRawAuthority())
        : null;
  }

  private BalancedTransport made(BalancedTransport transport) {
    made = transport;
    return transport;
  }

  /** Closes what was made: there will be no S3 client to do it. */
  void discard() {
    if (made != null) {
      made.close();
    }
  }
}
