package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.HttpClients.Watched;
import io.nodewise.lb.awssdk.HttpClients.WatchedBuilder;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import java.net.InetAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The user's own HTTP client: whose it is, and what it is told. */
class BuilderHttpClientIT extends OnS3Nodes {

  private static WatchedBuilder apache() {
    return new WatchedBuilder(HttpClients.apache());
  }

  @Test
  void clientStaysTheCallersToClose() {
    Watched mine = new Watched(HttpClients.apache().build());
    LoadBalancer cluster = unprobed(2);
    S3Client first = builder(cluster).httpClient(mine).build();
    put(first, "k", bytes(10));
    first.close();
    assertThat(mine.closed()).isZero();

    S3Client second = track(builder(cluster).httpClient(mine));
    assertThat(get(second, "k")).hasSize(10);
    assertThat(mine.sent()).isEqualTo(2);
    mine.close();
  }

  @Test
  void buildersClientIsClosedWithTheS3Client() {
    WatchedBuilder mine = apache();
    S3Client s3 = builder(unprobed(2)).httpClientBuilder(mine).build();
    put(s3, "k", bytes(10));
    assertThat(mine.made().sent()).isEqualTo(1);
    assertThat(mine.made().closed()).isZero();

    s3.close();

    assertThat(mine.made().closed()).isEqualTo(1);
  }

  @Test
  void usersSettingsWinOverOurs() {
    S3Client s3 =
        track(
            builder(unprobed(2))
                .httpClientBuilder(HttpClients.apache().socketTimeout(Duration.ofMillis(400))));
    put(s3, "k", bytes(10));
    nodes.onceAnywhere(Fault.delayReply(5_000).on("GET"));

    assertThat(millis(() -> get(s3, "k"))).isBetween(300L, 2500L);
  }

  @Test
  void whereTheUserSetNothingTheClocksAreTheBalancers() {
    WatchedBuilder mine = apache();
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(HealthCheck.none())
                .timeouts(Timeouts.builder().connect(Duration.ofMillis(1234)).build()));
    track(builder(cluster).httpClientBuilder(mine));

    assertThat(mine.defaults().get(SdkHttpConfigurationOption.CONNECTION_TIMEOUT))
        .isEqualTo(Duration.ofMillis(1234));
    assertThat(mine.defaults().get(SdkHttpConfigurationOption.READ_TIMEOUT))
        .isGreaterThan(cluster.timeouts().firstByte())
        .isGreaterThan(cluster.timeouts().bodyIdle());
    assertThat(mine.defaults().get(SdkHttpConfigurationOption.READ_TIMEOUT))
        .as("beyond what a single request may ask for")
        .isGreaterThan(Duration.ofMinutes(15));
    assertThat(mine.defaults().get(SdkHttpConfigurationOption.CONNECTION_MAX_IDLE_TIMEOUT))
        .as("servers keep idle connections for five seconds or longer")
        .isLessThan(Duration.ofSeconds(5));
    assertThat(mine.defaults().get(SdkHttpConfigurationOption.MAX_CONNECTIONS)).isEqualTo(200);
  }

  @Test
  void apache5() {
    LoadBalancer cluster = unprobed(4);
    WatchedBuilder mine = new WatchedBuilder(Apache5HttpClient.builder());
    S3Client s3 = track(builder(cluster).httpClientBuilder(mine));
    nodes.get(0).kill();
    nodes.get(1).kill();

    for (int i = 0; i < 10; i++) {
      put(s3, "k" + i, bytes(300_000));
      assertThat(get(s3, "k" + i)).isEqualTo(bytes(300_000));
    }

    assertThat(mine.made().sent()).isGreaterThanOrEqualTo(20);
    assertThat(cluster.snapshot().failovers()).isPositive();
  }

  @Test
  void bothAClientAndABuilder() {
    WatchedBuilder unused = apache();
    S3ClientBuilder builder =
        builder(unprobed(2)).httpClient(HttpClients.SHARED).httpClientBuilder(unused);

    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .withMessageContaining("httpClient")
        .withMessageContaining("httpClientBuilder");
    assertThat(unused.made()).isNull();
  }

  /** As in the SDK, null takes a setting back. */
  @Test
  void neitherAfterAll() {
    WatchedBuilder unused = apache();
    S3Client s3 =
        track(
            builder(unprobed(2))
                .httpClientBuilder(unused)
                .httpClientBuilder(null)
                .httpClient(HttpClients.SHARED)
                .httpClient(null)
                .httpClient(HttpClients.SHARED));

    put(s3, "k", bytes(10));
    assertThat(unused.made()).isNull();
  }

  @Test
  void urlConnectionClient() {
    try (SdkHttpClient unable = UrlConnectionHttpClient.create()) {
      assertThatIllegalArgumentException()
          .isThrownBy(builder(unprobed(2)).httpClient(unable)::build)
          .withMessageContaining("UrlConnectionHttpClient")
          .withMessageContaining("hostHeader(HostHeader.NODE)");
    }
  }

  @Test
  void urlConnectionClientOfABuilder() {
    WatchedBuilder unable = new WatchedBuilder(UrlConnectionHttpClient.builder());

    assertThatIllegalArgumentException()
        .isThrownBy(builder(unprobed(2)).httpClientBuilder(unable)::build)
        .withMessageContaining("UrlConnectionHttpClient");
    assertThat(unable.made().closed()).as("closed").isEqualTo(1);
  }

  @Test
  void pluginThatFailsLeavesNoClientOpen() {
    WatchedBuilder mine = apache();
    S3ClientBuilder builder =
        builder(unprobed(2))
            .httpClientBuilder(mine)
            .addPlugin(
                config -> {
                  throw new IllegalStateException("plugin");
                });

    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(builder::build)
        .withMessage("plugin");
    assertThat(mine.made() == null || mine.made().closed() == 1).isTrue();
  }

  /** A pool that has no connection to give says nothing about a node. */
  @Test
  void exhaustedPoolIsNobodysFault() throws Exception {
    LoadBalancer cluster = unprobed(2);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.retryStrategy(b -> b.maxAttempts(1)))
                .httpClientBuilder(
                    HttpClients.apache()
                        .maxConnections(1)
                        .connectionAcquisitionTimeout(Duration.ofMillis(200))));
    put(s3, "k", bytes(5 << 20));

    try (var held = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      assertThat(held.read()).isNotNegative();
      String node =
          nodes.all().stream().filter(one -> one.count("GET") > 0).findFirst().orElseThrow().id();
      cluster.drain(nodes.get(0).id().equals(node) ? nodes.get(1).id() : nodes.get(0).id());
      assertThatExceptionOfType(SdkClientException.class)
          .isThrownBy(() -> get(s3, "k"))
          .withMessageContaining("pool");
      held.abort();
    }
    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  /** Nor does a machine that has no address or no port left to connect from. */
  @Test
  void unusableLocalAddressIsNobodysFault() throws Exception {
    LoadBalancer cluster = unprobed(2);
    S3Client s3 =
        track(
            builder(cluster)
                .httpClientBuilder(
                    HttpClients.apache().localAddress(InetAddress.getByName("192.0.2.1"))));

    assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> get(s3, "k"));
    assertThat(faults(cluster)).isZero();
    assertThat(cluster.snapshot().eligible()).isEqualTo(2);
    assertIdle(cluster);
  }

  @Test
  void exhaustedPoolOfApache5IsNobodysFault() throws Exception {
    LoadBalancer cluster = unprobed(1);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(o -> o.retryStrategy(b -> b.maxAttempts(1)))
                .httpClientBuilder(
                    Apache5HttpClient.builder()
                        .maxConnections(1)
                        .connectionAcquisitionTimeout(Duration.ofMillis(200))));
    put(s3, "k", bytes(5 << 20));

    try (var held = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      assertThat(held.read()).isNotNegative();
      assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> get(s3, "k"));
      held.abort();
    }
    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }
}
