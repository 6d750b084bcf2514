package io.nodewise.lb.awssdk;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.github.tomakehurst.wiremock.http.Fault;
import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Nodes that answer, but not as they should. */
class FaultyAnswerIT extends OnOddNodes {

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

  /** What the cluster gets when it fails as a whole is not a multiple of what it would get. */
  @Test
  void serverErrorsOfAllNodesAreRepeatedAsFarAsBudgetAndTokensGo() {
    S3Client s3 =
        track(
            builder(cluster(4, 0))
                .overrideConfiguration(
                    o ->
                        o.retryStrategy(
                            AwsRetryStrategy.standardRetryStrategy().toBuilder()
                                .backoffStrategy(n -> Duration.ZERO)
                                .build())));
    answer(error(500, "InternalError"));
    int calls = 400;

    for (int i = 0; i < calls; i++) {
      assertThatExceptionOfType(S3Exception.class).isThrownBy(() -> get(s3, "k"));
    }

    // The SDK's bucket has a hundred; ours a twentieth, and one a second with ten saved up; then
    // there
    // are the first visits to nodes that have not failed lately, which a returning node is.
    assertThat(asked() - calls).isLessThan(100 + calls / 10 + 30);
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
