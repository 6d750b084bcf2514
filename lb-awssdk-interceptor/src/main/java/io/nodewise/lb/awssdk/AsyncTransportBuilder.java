package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** {@link TransportSource} of an S3 client that is told of answers. */
final class AsyncTransportBuilder extends TransportSource<SdkAsyncHttpClient, AsyncTransport>
    implements SdkAsyncHttpClient.Builder<AsyncTransportBuilder> {
  private final SdkAsyncHttpClient.@Nullable Builder<?> builder;

  AsyncTransportBuilder(
      LoadBalancer cluster,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable SdkAsyncHttpClient client,
      SdkAsyncHttpClient.@Nullable Builder<?> builder) {
    super(cluster, calls, confirmation, client);
    this.builder = builder;
  }

  @Override
  public SdkAsyncHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
    return transport(
        () -> {
          SdkAsyncHttpClient.Builder<?> source =
              builder == null ? DefaultAsyncHttpClient.of(cluster) : builder;
          calls.limitSilence(ConnectionDefaults.longestSilence(cluster));
          return source.buildWithDefaults(
              serviceDefaults.merge(ConnectionDefaults.ofPools(cluster)));
        });
  }

  @Override
  String nameOf(SdkAsyncHttpClient httpClient) {
    return httpClient.clientName();
  }

  @Override
  AsyncTransport over(SdkAsyncHttpClient httpClient, boolean owns) {
    AsyncThreads threads = new AsyncThreads(cluster.logicalEndpoint().getRawAuthority());
    return new AsyncTransport(httpClient, owns, calls, confirmation, threads, cluster.hasLimits());
  }
}
