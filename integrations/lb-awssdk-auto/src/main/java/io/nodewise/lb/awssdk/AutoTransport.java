package io.nodewise.lb.awssdk;

import java.util.concurrent.atomic.AtomicBoolean;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/** Sends what is for the cluster to its nodes, everything else where it says. Thread-safe. */
final class AutoTransport implements SdkHttpClient {
  private final AutoCluster cluster;
  private final SdkHttpClient balanced;
  private final SdkHttpClient plain;
  private final AtomicBoolean closed = new AtomicBoolean(); // by close()

  private AutoTransport(AutoCluster cluster, SdkHttpClient balanced, SdkHttpClient plain) {
    this.cluster = cluster;
    this.balanced = balanced;
    this.plain = plain;
  }

  static AutoTransport of(AttributeMap serviceDefaults) {
    AutoCluster joined = AutoCluster.join();
    SdkHttpClient balanced = null;
    try {
      balanced =
          new TransportBuilder(joined.cluster(), joined.calls(), new Confirmation(), null, null)
              .buildWithDefaults(serviceDefaults);
      SdkHttpClient plain = ApacheHttpClient.builder().buildWithDefaults(serviceDefaults);
      return new AutoTransport(joined, balanced, plain);
    } catch (Throwable e) { // also where a class is not there
      if (balanced != null) {
        balanced.close();
      }
      joined.leave();
      throw e;
    }
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return (cluster.takes(request.httpRequest()) ? balanced : plain).prepareRequest(request);
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
