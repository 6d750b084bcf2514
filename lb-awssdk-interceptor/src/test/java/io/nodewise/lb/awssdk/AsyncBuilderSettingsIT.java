package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.BalancingPolicy;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.client.config.ClientAsyncConfiguration;
import software.amazon.awssdk.http.async.AsyncExecuteRequest;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3AsyncClientBuilder;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.multipart.MultipartConfiguration;

/**
 * Every public setter of the SDK's asynchronous builder, called after ours: requests are still
 * balanced, dead nodes are still survived. The setters that both builders have, and what is to be
 * seen of them, are those of {@link BuilderSettingsIT}.
 */
class AsyncBuilderSettingsIT extends OnAsyncNodes {

  /** Those with tests of their own. */
  private static final Set<String> ELSEWHERE =
      Set.of(
          "build()",
          "plugins()",
          "overrideConfiguration()",
          "httpClient(SdkAsyncHttpClient)",
          "httpClientBuilder(Builder)");

  /** A setter that only this builder has. */
  record AsyncSetting(
      String method, Consumer<S3AsyncClientBuilder> set, Consumer<Setting.Tested> check) {
    AsyncSetting(String method, Consumer<S3AsyncClientBuilder> set) {
      this(method, set, tested -> {});
    }

    @Override
    public String toString() {
      return method;
    }
  }

  private static Stream<AsyncSetting> own() {
    return Stream.of(
        new AsyncSetting("multipartEnabled(Boolean)", b -> b.multipartEnabled(true)),
        new AsyncSetting(
            "multipartConfiguration(MultipartConfiguration)",
            b -> b.multipartConfiguration(MultipartConfiguration.builder().build())),
        new AsyncSetting(
            "multipartConfiguration(Consumer)",
            b -> b.multipartConfiguration(m -> m.thresholdInBytes(1L << 30))),
        new AsyncSetting(
            "asyncConfiguration(ClientAsyncConfiguration)",
            b -> b.asyncConfiguration(ClientAsyncConfiguration.builder().build())),
        new AsyncSetting("asyncConfiguration(Consumer)", b -> b.asyncConfiguration(a -> {})));
  }

  private static Stream<AsyncSetting> settings() {
    return Stream.concat(
        own(),
        Settings.ALL.stream()
            .map(
                setting ->
                    new AsyncSetting(
                        setting.method(),
                        b -> setting.set().accept(forwarding(S3ClientBuilder.class, b)),
                        setting.method().equals("crossRegionAccessEnabled(Boolean)")
                            ? tested -> {} // seen by the name of the client's class
                            : setting.check())));
  }

  /** Calls the method of the same name and parameters, and waits for what it promises. */
  @SuppressWarnings("unchecked") // fixed by the setter's signature
  private static <T> T forwarding(Class<T> type, Object to) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, arguments) -> {
              if (method.getName().equals("applyMutation")) {
                ((Consumer<Object>) arguments[0]).accept(proxy);
                return proxy;
              }
              try {
                Method same = to.getClass().getMethod(method.getName(), method.getParameterTypes());
                same.setAccessible(true);
                Object result = same.invoke(to, arguments);
                return result == to
                    ? proxy
                    : result instanceof CompletableFuture<?> future ? got(future) : result;
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            }));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void settingIsHonouredAndBalancingStaysOn(AsyncSetting setting) {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(HealthCheck.none())
                .policy(BalancingPolicy.roundRobin()));
    S3AsyncClientBuilder builder = builder(cluster, Http.NETTY);
    setting.set().accept(builder);
    S3AsyncClient s3 = track(builder);

    for (int i = 0; i < 6; i++) {
      put(s3, "k" + i, bytes(1000 << (i * 2)));
      assertThat(get(s3, "k" + i)).isEqualTo(bytes(1000 << (i * 2)));
    }
    assertThat(nodes.all())
        .as("the calls spread")
        .allSatisfy(node -> assertThat(node.requests()).isNotEmpty());

    setting.check().accept(new Setting.Tested(forwarding(S3Client.class, s3), nodes, bucket));
    nodes.get(0).kill();
    nodes.get(1).kill();
    for (int i = 0; i < 4; i++) {
      put(s3, "after", bytes(1000));
      assertThat(get(s3, "after")).isEqualTo(bytes(1000));
    }
    assertThat(cluster.snapshot().failovers()).isGreaterThanOrEqualTo(2);
  }

  @Test
  void everyPublicMethodOfTheBuilderIsCovered() {
    Set<String> methods =
        Arrays.stream(S3AsyncClientBuilder.class.getMethods())
            .filter(method -> !Modifier.isStatic(method.getModifiers()))
            .filter(method -> !method.isSynthetic())
            .map(AsyncBuilderSettingsIT::signature)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> covered = new TreeSet<>(ELSEWHERE);
    settings().forEach(setting -> covered.add(setting.method()));
    Settings.REFUSED.forEach(setting -> covered.add(setting.method()));

    assertThat(covered).isEqualTo(methods);
  }

  private static String signature(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  /** Counts requests and closes. */
  private static final class Watched implements SdkAsyncHttpClient {
    private final SdkAsyncHttpClient real = Http.NETTY.builder().build();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();

    @Override
    public CompletableFuture<Void> execute(AsyncExecuteRequest request) {
      sent.incrementAndGet();
      return real.execute(request);
    }

    @Override
    public void close() {
      closed.incrementAndGet();
      real.close();
    }
  }

  /** A client stays the caller's, and he may give it to several. */
  @Test
  void aClientOfTheCallersIsSentThroughAndNotClosed() {
    LoadBalancer cluster = unprobed(4);
    Watched client = new Watched();
    for (int i = 0; i < 2; i++) {
      S3AsyncClient s3 =
          LoadBalancedS3.asyncBuilder(cluster)
              .credentialsProvider(S3Nodes.CREDENTIALS)
              .httpClient(client)
              .build();
      put(s3, "k", bytes(100));
      s3.close();
    }
    assertThat(client.sent).hasValue(2);
    assertThat(client.closed).hasValue(0);
    client.close();
  }

  @Test
  void bothClientAndBuilderAreRefused() {
    Watched client = new Watched();
    S3AsyncClientBuilder builder = builder(unprobed(4), Http.NETTY).httpClient(client);

    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("both httpClient and httpClientBuilder");
    client.close();
  }
}
