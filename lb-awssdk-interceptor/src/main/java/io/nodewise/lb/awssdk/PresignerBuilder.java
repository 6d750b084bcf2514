package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.Node;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/*
 * A presigner sends nothing, so there is nothing to balance: all that is ours are the endpoint and the
 * defaults that a balanced client has too, which must give way to what the user says.
 */
/** The builder of an ordinary presigner, with a balanced client's defaults. Not thread-safe. */
final class PresignerBuilder implements InvocationHandler {
  private final S3Presigner.Builder real = S3Presigner.builder();
  private final URI endpoint;
  private S3Configuration service = pathStyle(S3Configuration.builder().build());
  private boolean regionSet;

  private PresignerBuilder(URI endpoint) {
    this.endpoint = endpoint;
    real.endpointOverride(endpoint).disableS3ExpressSessionAuth(true);
  }

  /** URLs that name the logical endpoint. */
  static S3Presigner.Builder of(LoadBalancer cluster) {
    cluster.requireOpen();
    return of(cluster.logicalEndpoint());
  }

  /**
   * URLs that name one node.
   *
   * @throws IllegalArgumentException if it is no member
   */
  static S3Presigner.Builder of(LoadBalancer cluster, Node node) {
    cluster.requireOpen();
    boolean isMember =
        cluster.nodes().nodes().stream().anyMatch(member -> member.uri().equals(node.uri()));
    if (!isMember) {
      throw new IllegalArgumentException(
          "node: " + node.uri() + " (expected: one of " + cluster.nodes().nodes() + ")");
    }
    return of(node.uri());
  }

  private static S3Presigner.Builder of(URI endpoint) {
    return (S3Presigner.Builder)
        Proxy.newProxyInstance(
            S3Presigner.Builder.class.getClassLoader(),
            new Class<?>[] {S3Presigner.Builder.class},
            new PresignerBuilder(endpoint));
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    Object argument = arguments == null || arguments.length == 0 ? null : arguments[0];
    switch (method.getName()) {
      case "serviceConfiguration" -> {
        service = pathStyle((S3Configuration) Objects.requireNonNull(argument, "configuration"));
        return proxy;
      }
      case "region" -> regionSet = argument != null;
      case "build" -> {
        real.serviceConfiguration(service);
        if (!regionSet) {
          real.region(regionOfEnvironment());
        }
        return real.build();
      }
      case "toString" -> {
        return "LoadBalancedS3.presigner(" + endpoint + ")";
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

  /** Unless he says otherwise. */
  private static S3Configuration pathStyle(S3Configuration users) {
    S3Configuration.Builder builder = users.toBuilder();
    return builder.pathStyleAccessEnabled() == null
        ? builder.pathStyleAccessEnabled(true).build()
        : users;
  }

  /** As {@link BalancedBuilder} does it: no metadata service of a cloud is asked. */
  private static Region regionOfEnvironment() {
    try {
      Region found =
          new AwsRegionProviderChain(
                  new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
              .getRegion();
      return found == null ? Region.US_EAST_1 : found;
    } catch (SdkException none) {
      return Region.US_EAST_1;
    }
  }
}
