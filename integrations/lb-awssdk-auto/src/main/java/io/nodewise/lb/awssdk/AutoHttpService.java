package io.nodewise.lb.awssdk;

import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpService;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * The HTTP client of an application that names none, for {@code
 * -Dsoftware.amazon.awssdk.http.service.impl=io.nodewise.lb.awssdk.AutoHttpService}: what goes to
 * the cluster that {@code nodewise.*} describes is balanced over its nodes, everything else is sent
 * as by the SDK's own Apache client. Thread-safe.
 *
 * <p>Settings are read from system properties and the environment, as {@link
 * io.nodewise.lb.LoadBalancer#fromEnvironment} says; wrong ones are an {@link
 * IllegalArgumentException} of the first client's {@code build()}. There is one load balancer for
 * the JVM, closed with the last client.
 */
public final class AutoHttpService implements SdkHttpService {
  /** For the SDK, which makes it by its name. */
  public AutoHttpService() {}

  @Override
  public SdkHttpClient.Builder<?> createHttpClientBuilder() {
    return new Builder();
  }

  private static final class Builder implements SdkHttpClient.Builder<Builder> {
    @Override
    public SdkHttpClient buildWithDefaults(AttributeMap serviceDefaults) {
      return AutoTransport.of(serviceDefaults);
    }
  }
}
