package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** The same as {@link TransportBuilder} for an asynchronous S3 client. */
final class AsyncTransportBuilder implements SdkAsyncHttpClient.Builder<AsyncTransportBuilder> {
  private final LoadBalancer cluster;
  private final ApiCalls calls;
  private final Confirmation confirmation;
  private final @Nullable SdkAsyncHttpClient client;
  private final SdkAsyncHttpClient.@Nullable Builder<?> builder;
  private @Nullable AsyncTransport made;

  AsyncTransportBuilder(
      LoadBalancer cluster,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable SdkAsyncHttpClient client,
      SdkAsyncHttpClient.@Nullable Builder<?> builder) {
    this.cluster = cluster;
    this.calls = calls;
    this.confirmation = confirmation;
    this.client = client;
    this.builder = builder;
  }

  @Override
  public SdkAsyncHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
    SdkAsyncHttpClient given = client;
    if (given != null) {
      UnfitClient.refuse(given.clientName(), cluster);
      return made(given, false);
    }
    calls.limitSilence(ConnectionDefaults.longestSilence(cluster));
    SdkAsyncHttpClient.Builder<?> source =
        builder == null ? DefaultAsyncHttpClient.of(cluster) : builder;
    AsyncTransport transport =
        made(
            source.buildWithDefaults(serviceDefaults.merge(ConnectionDefaults.ofPools(cluster))),
            true);
    UnfitClient.refuse(transport.delegate().clientName(), cluster);
    return transport;
  }

  private AsyncTransport made(SdkAsyncHttpClient delegate, boolean owns) {
    AsyncThreads threads = new AsyncThreads(cluster.logicalEndpoint().getRawAuthority());
    AsyncTransport transport =
        new AsyncTransport(delegate, owns, calls, confirmation, threads, cluster.hasLimits());
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
