package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.NodeSnapshot;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.RetryBudget;
import io.nodewise.lb.routing.BalancingPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Nodes that answer, but not as they should. */
class FaultyAnswerIT extends OnS3Nodes {
  private static final List<WireMockServer> ODD =
      Stream.generate(
              () ->
                  new WireMockServer(
                      WireMockConfiguration.options().dynamicPort().bindAddress("127.0.0.1")))
          .limit(4)
          .toList();

  @BeforeAll
  static void start() {
    ODD.forEach(WireMockServer::start);
  }

  @AfterAll
  static void stop() {
    ODD.forEach(WireMockServer::stop);
  }

  @BeforeEach
  void reset() {
    ODD.forEach(WireMockServer::resetAll);
  }

  private static ResponseDefinitionBuilder error(int status, String code) {
    return aResponse()
        .withStatus(status)
        .withHeader("Content-Type", "application/xml")
        .withBody("<Error><Code>" + code + "</Code><Message>no</Message></Error>");
  }

  private static void answer(ResponseDefinitionBuilder answer) {
    ODD.forEach(server -> server.stubFor(any(anyUrl()).willReturn(answer)));
  }

  private static int asked() {
    return ODD.stream().mapToInt(server -> server.findAll(anyRequestedFor(anyUrl())).size()).sum();
  }

  /** So many odd nodes, and so many good ones. */
  private LoadBalancer cluster(int odd, int good) {
    return cluster(odd, good, BalancingPolicy.leastLoaded());
  }

  private LoadBalancer cluster(int odd, int good, BalancingPolicy policy) {
    return cluster(odd, good, policy, RetryBudget.defaults());
  }

  private LoadBalancer cluster(int odd, int good, BalancingPolicy policy, RetryBudget budget) {
    String[] urls =
        Stream.concat(
                ODD.stream().limit(odd).map(WireMockServer::baseUrl), Stream.of(nodes.urls(good)))
            .map(url -> url.replace("localhost", "127.0.0.1"))
            .toArray(String[]::new);
    return track(
        LoadBalancer.builder()
            .nodes(urls)
            .logicalEndpoint(URI.create(nodes.get(0).url()))
            .healthCheck(HealthCheck.none())
            .policy(policy)
            .retryBudget(budget));
  }

  private static NodeSnapshot odd(LoadBalancer cluster) {
    return cluster.snapshot().nodes().get(0);
  }

  @Test
  void slowDownIsLoadAndTheSdksToWaitFor() {
    LoadBalancer cluster = cluster(4, 0, BalancingPolicy.leastLoaded(), RetryBudget.unlimited());
    RecordingStrategy strategy =
        new RecordingStrategy(
            AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(3)
                .throttlingBackoffStrategy(attempt -> Duration.ofMillis(7))
                .build());
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    answer(error(503, "SlowDown"));

    for (int i = 0; i < 20; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(s3, "k"))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(503));
    }

    assertThat(asked()).isEqualTo(20 * 3);
    assertThat(strategy.delays()).hasSize(20 * 2).containsOnly(Duration.ofMillis(7));
    assertThat(faults(cluster)).isZero();
    assertThat(cluster.snapshot().nodes())
        .allSatisfy(node -> assertThat(node.state().eligible()).isTrue())
        .anySatisfy(node -> assertThat(node.loads()).isGreaterThan(5));
  }

  @Test
  void slowDownOfAllNodesIsRepeatedAsFarAsTheBudgetGoes() {
    RetryBudget three = RetryBudget.builder().share(0).perSecond(0.3).build();
    LoadBalancer cluster = cluster(4, 0, BalancingPolicy.leastLoaded(), three);
    RecordingStrategy strategy =
        new RecordingStrategy(
            AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(3)
                .throttlingBackoffStrategy(attempt -> Duration.ofMillis(1))
                .build());
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    answer(error(503, "SlowDown"));

    for (int i = 0; i < 20; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(s3, "k"))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(503));
    }

    // As long as a node is left that has not asked for less, going there is free; three more come
    // out of the budget, and now and then one that it gains meanwhile.
    assertThat(strategy.delays()).hasSizeBetween(3, 9).hasSize(asked() - 20);
    assertThat(cluster.snapshot().deniedRetries()).isGreaterThan(10);
  }

  @Test
  void slowDownOfOneNodeIsRepeatedElsewhereWhateverIsLeftOfTheBudget() {
    RetryBudget nothing = RetryBudget.builder().share(0).perSecond(0).build();
    LoadBalancer cluster = cluster(1, 1, BalancingPolicy.roundRobin(), nothing);
    S3Client s3 = client(cluster);
    put(PLAIN, "k", bytes(100));
    answer(error(503, "SlowDown"));

    for (int i = 0; i < 6; i++) {
      assertThat(get(s3, "k")).hasSize(100);
    }

    assertThat(asked()).isGreaterThan(1);
    assertThat(cluster.snapshot().deniedRetries()).isZero();
  }

  /** Its answer has no body to say so, and an overloaded node must not be put out for HEADs. */
  @Test
  void headIsToldToSlowDown() {
    LoadBalancer cluster = cluster(4, 0);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(
                    o -> o.retryStrategy(b -> b.backoffStrategy(n -> Duration.ZERO))));
    answer(aResponse().withStatus(503));

    for (int i = 0; i < 20; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> s3.headObject(head -> head.bucket(bucket).key("k")))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(503));
    }
    assertThat(faults(cluster)).isZero();
    assertThat(cluster.snapshot().eligible()).isEqualTo(4);
  }

  @Test
  void slowDownIsAnsweredElsewhereNextTime() {
    LoadBalancer cluster = cluster(1, 1);
    S3Client s3 = client(cluster);
    put(PLAIN, "k", bytes(100));
    answer(error(503, "SlowDown"));

    for (int i = 0; i < 20; i++) {
      assertThat(get(s3, "k")).hasSize(100);
    }

    assertThat(odd(cluster).state().eligible()).isTrue();
    assertThat(odd(cluster).attempts()).as("its share").isLessThan(5);
  }

  /** The SDK alone would wait for it before it asks the next node. */
  @Test
  void retryAfterIsTheNodesPauseAndNotTheCalls() {
    LoadBalancer cluster = cluster(1, 1, BalancingPolicy.roundRobin());
    RecordingStrategy strategy = RecordingStrategy.standard();
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    put(PLAIN, "k", bytes(100));
    answer(error(503, "SlowDown").withHeader("Retry-After", "20"));

    long took =
        millis(
            () -> {
              for (int i = 0; asked() == 0; i++) {
                assertThat(i).isLessThan(50);
                assertThat(get(s3, "k")).hasSize(100);
              }
            });

    assertThat(strategy.delays()).hasSize(1);
    assertThat(took).isLessThan(10_000);
    for (int i = 0; i < 20; i++) {
      assertThat(get(s3, "k")).hasSize(100);
    }
    assertThat(asked()).as("while it pauses").isEqualTo(1);
    assertThat(odd(cluster).state()).as("it is not out").isEqualTo(NodeState.UNKNOWN);
  }

  /** With nobody else to ask, it is as with the SDK alone. */
  @Test
  void retryAfterOfTheOnlyNodeIsWaitedFor() {
    RecordingStrategy strategy =
        new RecordingStrategy(
            AwsRetryStrategy.standardRetryStrategy().toBuilder().maxAttempts(2).build());
    S3Client s3 =
        track(builder(cluster(1, 0)).overrideConfiguration(o -> o.retryStrategy(strategy)));
    answer(error(503, "SlowDown").withHeader("Retry-After", "2"));

    assertThatExceptionOfType(S3Exception.class).isThrownBy(() -> get(s3, "k"));

    assertThat(strategy.delays())
        .singleElement()
        .satisfies(delay -> assertThat(delay).isGreaterThanOrEqualTo(Duration.ofSeconds(2)));
  }

  @ParameterizedTest
  @ValueSource(ints = {500, 502, 504})
  void serverErrorIsRepeatedElsewhereAtOnce(int status) {
    LoadBalancer cluster = cluster(1, 1);
    RecordingStrategy strategy = RecordingStrategy.standard();
    S3Client s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    answer(error(status, "InternalError"));

    for (int i = 0; asked() == 0; i++) {
      assertThat(i).isLessThan(50);
      put(s3, "k", bytes(1000));
    }

    assertThat(strategy.delays()).isEmpty();
    assertThat(odd(cluster).faults()).isEqualTo(1);
    assertThat(get(s3, "k")).hasSize(1000);
  }

  @Test
  void notInitialisedIsAFault() {
    LoadBalancer cluster = cluster(1, 1);
    S3Client s3 = client(cluster);
    answer(error(503, "XMinioServerNotInitialized"));

    for (int i = 0; asked() == 0; i++) {
      assertThat(i).isLessThan(50);
      put(s3, "k", bytes(1000));
    }
    assertThat(odd(cluster).faults()).isEqualTo(1);
  }

  /** A request that every node fails on must not be sent to all of them over and over. */
  @Test
  void poisonousRequest() {
    LoadBalancer cluster = cluster(4, 0);
    S3Client s3 =
        track(
            builder(cluster)
                .overrideConfiguration(
                    o ->
                        o.retryStrategy(
                            b -> b.maxAttempts(3).backoffStrategy(n -> Duration.ofMillis(1)))));
    answer(error(500, "InternalError"));

    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> get(s3, "k"))
        .satisfies(e -> assertThat(e.statusCode()).isEqualTo(500));

    assertThat(asked()).as("one try, three moves at once, two retries").isEqualTo(6);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 403, 404, 409, 412, 416, 501})
  void answersOfAHealthyNode(int status) {
    LoadBalancer cluster = cluster(2, 0);
    S3Client s3 = client(cluster);
    answer(error(status, "Whatever"));

    for (int i = 0; i < 10; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(s3, "k"))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(status));
    }
    assertThat(asked()).isEqualTo(10);
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void errorWithALongBody() {
    LoadBalancer cluster = cluster(1, 0);
    S3Client s3 = client(cluster);
    String body = "<Error><Code>NoSuchKey</Code><Pad>" + "x".repeat(100_000) + "</Pad></Error>";
    answer(aResponse().withStatus(404).withBody(body));

    for (int i = 0; i < 5; i++) {
      assertThatExceptionOfType(S3Exception.class)
          .isThrownBy(() -> get(s3, "k"))
          .satisfies(e -> assertThat(e.statusCode()).isEqualTo(404));
      assertIdle(cluster);
    }
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void garbage(Fault fault) {
    LoadBalancer cluster = cluster(1, 1);
    S3Client s3 = client(cluster);
    put(PLAIN, "k", bytes(1000));
    answer(aResponse().withFault(fault));

    for (int i = 0; asked() == 0; i++) {
      assertThat(i).isLessThan(50);
      assertThat(get(s3, "k")).isEqualTo(bytes(1000));
    }
    assertThat(odd(cluster).faults()).isEqualTo(1);
    assertIdle(cluster);
  }

  @Test
  void fiveFaultsInARowEjectTheNode() {
    LoadBalancer cluster = cluster(1, 3, BalancingPolicy.roundRobin());
    S3Client s3 = client(cluster);
    put(PLAIN, "k", bytes(1000));
    answer(error(500, "InternalError"));

    for (int i = 0; odd(cluster).state() != NodeState.EJECTED; i++) {
      assertThat(i).isLessThan(100);
      assertThat(get(s3, "k")).hasSize(1000);
    }

    assertThat(asked()).isEqualTo(5);
    assertThat(odd(cluster).reason()).contains("5 faults").contains("500");
  }

  @Test
  void errorWhoseBodyBreaksOff() {
    LoadBalancer cluster = cluster(2, 0);
    S3Client s3 = client(cluster);
    answer(
        aResponse()
            .withStatus(404)
            .withHeader("Content-Length", "5000")
            .withBody("<Error><Code>NoSuchKey</Code>"));

    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> get(s3, "k"))
        .withMessageContaining("node 127.0.0.1");
    assertIdle(cluster);
  }
}
