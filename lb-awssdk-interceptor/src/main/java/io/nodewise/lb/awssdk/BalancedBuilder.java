package io.nodewise.lb.awssdk;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.HostHeader;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.profiles.ProfileFile;
import software.amazon.awssdk.profiles.ProfileFileSupplier;
import software.amazon.awssdk.profiles.ProfileFileSystemSetting;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.S3BaseClientBuilder;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;

/*
 * A dynamic proxy over the SDK's builder, because the SDK's own semantics would lose the balancing:
 * httpClientBuilder(…) replaces the transport. The HTTP client and the endpoint are kept from the
 * SDK's builder until build(), which adds ours to them; the override configuration in its consumer
 * form starts from what was set before, where the SDK's starts from an empty one; region and path
 * style are only noted, so that our defaults give way to the user's. All else goes straight through.
 */
/**
 * The builder handed out, of either kind of client: an ordinary one whose balancing cannot be taken
 * away. Not thread-safe.
 *
 * @param <B> the SDK's builder
 * @param <C> what it builds
 */
abstract class BalancedBuilder<B extends S3BaseClientBuilder<B, C>, C>
    implements InvocationHandler {
  private static final Region DEFAULT_REGION = Region.US_EAST_1;

  private final LoadBalancer cluster;
  private final B real;
  private @Nullable Object httpClient;
  private @Nullable Object httpClientBuilder;
  private boolean regionSet;
  private boolean pathStyleSet;
  private boolean virtualHosted;
  private boolean pathStyleInService;
  private boolean virtualHostedInService;
  private URI endpoint;

  private BalancedBuilder(LoadBalancer cluster, B real) {
    this.cluster = cluster;
    this.real = real;
    this.endpoint = cluster.logicalEndpoint();
    real.disableS3ExpressSessionAuth(true);
  }

  static S3ClientBuilder of(LoadBalancer cluster) {
    return proxy(cluster, new Sync(cluster), S3ClientBuilder.class);
  }

  static S3AsyncClientBuilder ofAsync(LoadBalancer cluster) {
    return proxy(cluster, new Async(cluster), S3AsyncClientBuilder.class);
  }

  private static <T> T proxy(LoadBalancer cluster, InvocationHandler handler, Class<T> type) {
    cluster.requireOpen();
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  /**
   * Builds the client, all but the transport being set.
   *
   * @param client an HTTP client of the caller's, or null
   * @param builder a builder of one, or null
   */
  abstract C build(
      B wired,
      ApiCalls calls,
      Confirmation confirmation,
      @Nullable Object client,
      @Nullable Object builder);

  /** What is shown. */
  abstract String method();

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
        httpClient = argument;
        return proxy;
      }
      case "httpClientBuilder" -> {
        httpClientBuilder = argument;
        return proxy;
      }
      case "overrideConfiguration" -> {
        if (argument instanceof Consumer<?> consumer) {
          ClientOverrideConfiguration before = real.overrideConfiguration();
          // A copy: those of a configuration that was built can't be added to.
          ClientOverrideConfiguration.Builder more =
              before.toBuilder()
                  .executionAttributes(before.executionAttributes().toBuilder().build());
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
      case "forcePathStyle" -> {
        pathStyleSet = argument != null;
        virtualHosted = Boolean.FALSE.equals(argument);
      }
      case "serviceConfiguration" -> {
        S3Configuration service =
            argument instanceof Consumer<?> consumer
                ? S3Configuration.builder()
                    .applyMutation((Consumer<S3Configuration.Builder>) consumer)
                    .build()
                : (S3Configuration) argument;
        Boolean pathStyle = service == null ? null : service.toBuilder().pathStyleAccessEnabled();
        pathStyleInService = pathStyle != null;
        virtualHostedInService = Boolean.FALSE.equals(pathStyle);
        real.serviceConfiguration(service);
        return proxy;
      }
      case "endpointOverride" -> {
        URI override = argument == null ? cluster.logicalEndpoint() : (URI) argument;
        requireScheme(override);
        endpoint = override;
        return proxy;
      }
      case "toString" -> {
        return "LoadBalancedS3." + method() + "(" + cluster.logicalEndpoint() + ")";
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

  private C build() {
    cluster.requireOpen();
    if (httpClient != null && httpClientBuilder != null) {
      throw new IllegalArgumentException(
          "HTTP client: both httpClient and httpClientBuilder are set (expected: one of them)");
    }
    requirePathStyle();
    if (!regionSet) {
      real.region(regionOfEnvironment());
    }
    if (!pathStyleSet) {
      // The SDK wants it said in one place only.
      real.forcePathStyle(pathStyleInService ? null : true);
    }
    ApiCalls calls = new ApiCalls(cluster);
    B wired = real.endpointOverride(endpoint).addPlugin(new WiringPlugin(calls));
    return build(wired, calls, new Confirmation(), httpClient, httpClientBuilder);
  }

  private void requirePathStyle() {
    boolean refused = virtualHosted || virtualHostedInService;
    if (refused && cluster.hostHeader() == HostHeader.NODE) {
      throw new IllegalArgumentException(
          "path style: false (expected: true with HostHeader.NODE, as no node has a name for each"
              + " bucket; or HostHeader.LOGICAL)");
    }
  }

  private void requireScheme(URI override) {
    String expected = cluster.logicalEndpoint().getScheme();
    if (!expected.equals(override.getScheme())) {
      throw new IllegalArgumentException(
          "endpointOverride: " + override + " (expected: " + expected + ", as the nodes' scheme)");
    }
  }

  /**
   * From system properties, environment and profile; not from a metadata service of a cloud, which
   * has nothing to say about these servers and takes seconds where there is none.
   */
  private Region regionOfEnvironment() {
    ClientOverrideConfiguration config = real.overrideConfiguration();
    Supplier<ProfileFile> profiles =
        config
            .defaultProfileFileSupplier()
            .orElseGet(
                () ->
                    config
                        .defaultProfileFile()
                        .map(ProfileFileSupplier::fixedProfileFile)
                        .orElseGet(ProfileFileSupplier::defaultSupplier));
    String profile =
        config
            .defaultProfileName()
            .orElseGet(ProfileFileSystemSetting.AWS_PROFILE::getStringValueOrThrow);
    try {
      Region found =
          new AwsRegionProviderChain(
                  new SystemSettingsRegionProvider(),
                  new AwsProfileRegionProvider(profiles, profile))
              .getRegion();
      return found == null ? DEFAULT_REGION : found;
    } catch (SdkException none) {
      return DEFAULT_REGION;
    }
  }

  /** For those who wait. */
  private static final class Sync extends BalancedBuilder<S3ClientBuilder, S3Client> {
    private final LoadBalancer cluster;

    Sync(LoadBalancer cluster) {
      super(cluster, S3Client.builder());
      this.cluster = cluster;
    }

    @Override
    String method() {
      return "builder";
    }

    @Override
    S3Client build(
        S3ClientBuilder wired,
        ApiCalls calls,
        Confirmation confirmation,
        @Nullable Object client,
        @Nullable Object builder) {
      TransportBuilder transport =
          new TransportBuilder(
              cluster,
              calls,
              confirmation,
              (SdkHttpClient) client,
              (SdkHttpClient.Builder<?>) builder);
      try {
        S3Client built = wired.httpClientBuilder(transport).build();
        confirmation.askThrough(() -> new Questions.OfSync(built), calls);
        return built;
      } catch (RuntimeException e) {
        transport.discard();
        throw e;
      }
    }
  }

  /** For those who are told. */
  private static final class Async extends BalancedBuilder<S3AsyncClientBuilder, S3AsyncClient> {
    private final LoadBalancer cluster;

    Async(LoadBalancer cluster) {
      super(cluster, S3AsyncClient.builder());
      this.cluster = cluster;
    }

    @Override
    String method() {
      return "asyncBuilder";
    }

    @Override
    S3AsyncClient build(
        S3AsyncClientBuilder wired,
        ApiCalls calls,
        Confirmation confirmation,
        @Nullable Object client,
        @Nullable Object builder) {
      AsyncTransportBuilder transport =
          new AsyncTransportBuilder(
              cluster,
              calls,
              confirmation,
              (SdkAsyncHttpClient) client,
              (SdkAsyncHttpClient.Builder<?>) builder);
      try {
        S3AsyncClient built = wired.httpClientBuilder(transport).build();
        confirmation.askThrough(() -> new Questions.OfAsync(built), calls);
        return built;
      } catch (RuntimeException e) {
        transport.discard();
        throw e;
      }
    }
  }
}
