package io.nodewise.lb.awssdk;

import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** {@link AutoTransport} for those who are told. Thread-safe. */
final class AutoAsyncTransport implements SdkAsyncHttpClient {
  private final AutoCluster cluster;
  private final SdkAsyncHttpClient balanced;
  private final SdkAsyncHttpClient plain;

  private AutoAsyncTransport(
      AutoCluster cluster, SdkAsyncHttpClient balanced, SdkAsyncHttpClient plain) {
    this.cluster = cluster;
    this.balanced = balanced;
    this.plain = plain;
  }

  static AutoAsyncTransport of(AttributeMap serviceDefaults) {
    AutoCluster joined = AutoCluster.join();
    try {
      SdkAsyncHttpClient balanced =
          new AsyncTransportBuilder(
                  joined.cluster(), joined.calls(), new Confirmation(), null, null)
              .buildWithDefaults(serviceDefaults);
      SdkAsyncHttpClient plain =
          NettyNioAsyncHttpClient.builder().buildWithDefaults(serviceDefaults);
      return new AutoAsyncTransport(joined, balanced, plain);
    } catch (RuntimeException e) {
      joined.leave();
      throw e;
    }
  }

  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
    return (cluster.isFor(request.request()) ? balanced : plain).execute(request);
  }

  @Override
  public String clientName() {
    return plain.clientName();
  }

  @Override
  public void close() {
    try {
      balanced.close();
      plain.close();
    } finally {
      cluster.leave();
    }
  }
}
