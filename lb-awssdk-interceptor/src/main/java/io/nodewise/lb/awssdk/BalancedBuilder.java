package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/*
 * A dynamic proxy over the SDK's builder, because the SDK's own semantics would lose the balancing:
 * httpClientBuilder(…) replaces the transport. Three things are kept from the SDK's builder, or given
 * to it otherwise: the HTTP client, the override configuration in its consumer form (which starts
 * from an empty one there, and from what was set before here), and build(). Everything else goes
 * straight through.
 */
/**
 * The builder handed out: an ordinary one whose balancing cannot be taken away. Not thread-safe.
 */
final class BalancedBuilder implements InvocationHandler {
  private static final Region DEFAULT_REGION = Region.US_EAST_1;

  private final LoadBalancer cluster;
  private final S3ClientBuilder real = S3Client.builder();
  private @Nullable SdkHttpClient httpClient;
  private SdkHttpClient.@Nullable Builder<?> httpClientBuilder;
  private boolean regionSet;
  private URI endpoint;

  private BalancedBuilder(LoadBalancer cluster) {
    this.cluster = cluster;
    this.endpoint = cluster.logicalEndpoint();
    real.forcePathStyle(true).disableS3ExpressSessionAuth(true);
  }

  static S3ClientBuilder of(LoadBalancer cluster) {
    cluster.requireOpen();
    return (S3ClientBuilder)
        Proxy.newProxyInstance(
            S3ClientBuilder.class.getClassLoader(),
            new Class<?>[] {S3ClientBuilder.class},
            new BalancedBuilder(cluster));
  }

  @Override
  @SuppressWarnings("unchecked") // the consumer's type is fixed by the setter's signature
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Object argument = arguments == null || arguments.length == 0 ? null : arguments[0];
    switch (method.getName()) {
      case "build" -> {
        return build();
      }
      case "httpClient" -> {
        httpClient = (SdkHttpClient) argument;
        return proxy;
      }
      case "httpClientBuilder" -> {
        httpClientBuilder = (SdkHttpClient.Builder<?>) argument;
        return proxy;
      }
      case "overrideConfiguration" -> {
        if (argument instanceof Consumer<?> consumer) {
          ClientOverrideConfiguration.Builder more = real.overrideConfiguration().toBuilder();
          ((Consumer<ClientOverrideConfiguration.Builder>) consumer).accept(more);
          real.overrideConfiguration(more.build());
          return proxy;
        }
      }
      case "applyMutation" -> {
        ((Consumer<Object>) Objects.requireNonNull(argument, "mutator")).accept(proxy);
        return proxy;
      }
      case "region" -> regionSet = argument != null;
      case "endpointOverride" -> {
        URI override = (URI) Objects.requireNonNull(argument, "endpointOverride");
        requireScheme(override);
        endpoint = override;
        return proxy;
      }
      case "toString" -> {
        return "LoadBalancedS3.builder(" + cluster.logicalEndpoint() + ")";
      }
      case "equals" -> {
        return proxy == argument;
      }
      default -> {}
    }
    try {
      Object result = method.invoke(real, arguments);
      return result == real ? proxy : result;
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private S3Client build() {
    cluster.requireOpen();
    if (httpClient != null && httpClientBuilder != null) {
      throw new IllegalArgumentException(
          "HTTP client: both httpClient and httpClientBuilder are set (expected: one of them)");
    }
    if (!regionSet) {
      real.region(regionOfEnvironment());
    }
    ApiCalls calls = new ApiCalls(cluster);
    Confirmation confirmation = new Confirmation();
    S3ClientBuilder wired =
        real.endpointOverride(endpoint)
            .httpClientBuilder(
                new TransportBuilder(cluster, calls, confirmation, httpClient, httpClientBuilder))
            .addPlugin(new WiringPlugin(calls));
    S3Client client = wired.build();
    confirmation.askThrough(client);
    return client;
  }

  private void requireScheme(URI override) {
    String expected = cluster.logicalEndpoint().getScheme();
    if (!expected.equals(override.getScheme())) {
      throw new IllegalArgumentException(
          "endpointOverride: " + override + " (expected: " + expected + ", as the nodes' scheme)");
    }
  }

  private static Region regionOfEnvironment() {
    try {
      Region found = new DefaultAwsRegionProviderChain().getRegion();
      return found == null ? DEFAULT_REGION : found;
    } catch (SdkException none) {
      return DEFAULT_REGION;
    }
  }
}
