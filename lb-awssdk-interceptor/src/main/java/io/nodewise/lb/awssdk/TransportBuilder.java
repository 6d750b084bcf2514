package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.hedge.HedgeThreads;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** {@link TransportSource} of an S3 client that waits for answers. */
final class TransportBuilder extends TransportSource<SdkHttpClient, BalancedTransport>
    implements SdkHttpClient.Builder<TransportBuilder> {
  /** Of a client that is closed in the end: long enough for most to be used again. */
  private static final Duration HEDGE_THREADS_IDLE = Duration.ofSeconds(10);

  private final SdkHttpClient.@Nullable Builder<?> builder;

  TransportBuilder(
      LoadBalancer cluster,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable SdkHttpClient client,
      SdkHttpClient.@Nullable Builder<?> builder) {
    super(cluster, calls, confirmation, client);
    this.builder = builder;
  }

  @Override
  public SdkHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
    return transport(
        () -> {
          SdkHttpClient.Builder<?> source =
              builder == null ? DefaultHttpClient.of(cluster) : builder;
          calls.limitSilence(ConnectionDefaults.longestSilence(cluster, source));
          return source.buildWithDefaults(
              serviceDefaults.merge(ConnectionDefaults.of(cluster, source)));
        });
  }

  @Override
  String nameOf(SdkHttpClient httpClient) {
    return httpClient.clientName();
  }

  @Override
  BalancedTransport over(SdkHttpClient httpClient, boolean owns) {
    HedgeThreads hedges =
        cluster.hedging().isOn()
            ? new HedgeThreads(cluster.logicalEndpoint().getRawAuthority(), HEDGE_THREADS_IDLE)
            : null;
    return new BalancedTransport(httpClient, owns, calls, confirmation, hedges);
  }
}
