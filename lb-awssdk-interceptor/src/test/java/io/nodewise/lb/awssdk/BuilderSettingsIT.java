package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.BalancingPolicy;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Every public setter of the SDK's builder, called after ours: requests are still balanced, a dead
 * node is still survived, and the setting is honoured.
 */
class BuilderSettingsIT extends OnS3Nodes {

  /** Those with tests of their own, in {@link BuilderIT} and {@link BuilderHttpClientIT}. */
  private static final Set<String> ELSEWHERE =
      Set.of("build()", "plugins()", "overrideConfiguration()");

  static final List<Setting> SETTINGS =
      Stream.concat(
              Stream.of(
                  Setting.of(
                      "httpClient(SdkHttpClient)",
                      b -> b.httpClient(HttpClients.SHARED),
                      test -> assertThat(HttpClients.SHARED.sent()).isPositive()),
                  Setting.of(
                      "httpClientBuilder(Builder)",
                      b -> b.httpClientBuilder(HttpClients.BUILDER),
                      test -> assertThat(HttpClients.BUILDER.made().sent()).isPositive())),
              Settings.ALL.stream())
          .toList();

  @ParameterizedTest
  @FieldSource("SETTINGS")
  void settingIsHonouredAndBalancingStaysOn(Setting setting) {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(HealthCheck.none())
                .policy(BalancingPolicy.roundRobin()));
    S3ClientBuilder builder = builder(cluster);
    setting.set().accept(builder);
    S3Client s3 = track(builder);

    for (int i = 0; i < 6; i++) {
      put(s3, "k" + i, bytes(1000 << (i * 2)));
      assertThat(get(s3, "k" + i)).isEqualTo(bytes(1000 << (i * 2)));
    }
    assertThat(nodes.all())
        .as("the calls spread")
        .allSatisfy(node -> assertThat(node.requests()).hasSize(3));

    setting.check().accept(new Setting.Tested(s3, nodes, bucket));
    nodes.get(0).kill();
    nodes.get(1).kill();
    for (int i = 0; i < 4; i++) {
      put(s3, "after", bytes(1000));
      assertThat(get(s3, "after")).isEqualTo(bytes(1000));
    }
    assertThat(cluster.snapshot().failovers())
        .as("two dead nodes were survived")
        .isGreaterThanOrEqualTo(2);
  }

  @Test
  void everyPublicMethodOfTheBuilderIsCovered() {
    Set<String> methods =
        Arrays.stream(S3ClientBuilder.class.getMethods())
            .filter(method -> !Modifier.isStatic(method.getModifiers()))
            .filter(method -> !method.isSynthetic())
            .map(BuilderSettingsIT::signature)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> covered = new TreeSet<>(ELSEWHERE);
    SETTINGS.forEach(setting -> covered.add(setting.method()));
    Settings.REFUSED.forEach(setting -> covered.add(setting.method()));

    assertThat(covered).isEqualTo(methods);
  }

  private static String signature(Method method) {
    return method.getName()
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }

  /** What the SDK itself refuses for an endpoint that is not AWS's. */
  @ParameterizedTest
  @FieldSource("REFUSED")
  void settingThatTheSdkRefuses(Setting setting) {
    S3ClientBuilder builder = builder(unprobed(4));
    setting.set().accept(builder);
    S3Client s3 = track(builder);

    setting.check().accept(new Setting.Tested(s3, nodes, bucket));
    assertThat(nodes.requests()).isEmpty();
  }

  static final List<Setting> REFUSED = Settings.REFUSED;
}
