package io.nodewise.lb.awssdk;

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

  private AutoTransport(AutoCluster cluster, SdkHttpClient balanced, SdkHttpClient plain) {
    this.cluster = cluster;
    this.balanced = balanced;
    this.plain = plain;
  }

  static AutoTransport of(AttributeMap serviceDefaults) {
    AutoCluster joined = AutoCluster.join();
    try {
      SdkHttpClient balanced =
          new TransportBuilder(joined.cluster(), joined.calls(), new Confirmation(), null, null)
              .buildWithDefaults(serviceDefaults);
      SdkHttpClient plain = ApacheHttpClient.builder().buildWithDefaults(serviceDefaults);
      return new AutoTransport(joined, balanced, plain);
    } catch (RuntimeException e) {
      joined.leave();
      throw e;
    }
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return (cluster.isFor(request.httpRequest()) ? balanced : plain).prepareRequest(request);
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
