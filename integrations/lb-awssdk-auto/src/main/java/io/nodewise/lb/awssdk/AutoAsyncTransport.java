package io.nodewise.lb.awssdk;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** {@link AutoTransport} for those who are told. Thread-safe. */
final class AutoAsyncTransport implements SdkAsyncHttpClient {
  private final AutoCluster cluster;
  private final SdkAsyncHttpClient balanced;
  private final SdkAsyncHttpClient plain;
  private final AtomicBoolean closed = new AtomicBoolean(); // by close()

  private AutoAsyncTransport(
      AutoCluster cluster, SdkAsyncHttpClient balanced, SdkAsyncHttpClient plain) {
    this.cluster = cluster;
    this.balanced = balanced;
    this.plain = plain;
  }

  static AutoAsyncTransport of(AttributeMap serviceDefaults) {
    AutoCluster joined = AutoCluster.join();
    SdkAsyncHttpClient balanced = null;
    try {
      balanced =
          new AsyncTransportBuilder(
                  joined.cluster(), joined.calls(), new Confirmation(), null, null)
              .buildWithDefaults(serviceDefaults);
      SdkAsyncHttpClient plain =
          NettyNioAsyncHttpClient.builder().buildWithDefaults(serviceDefaults);
      return new AutoAsyncTransport(joined, balanced, plain);
    } catch (Throwable e) { // also where a class is not there
      if (balanced != null) {
        balanced.close();
      }
      joined.leave();
      throw e;
    }
  }

  @Override
  public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
    return (cluster.takes(request.request()) ? balanced : plain).execute(request);
  }

  @Override
  public String clientName() {
    return plain.clientName();
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return; // the load balancer is others', too
    }
    try {
      balanced.close();
    } finally {
      try {
        plain.close();
      } finally {
        cluster.leave();
      }
    }
  }
}
