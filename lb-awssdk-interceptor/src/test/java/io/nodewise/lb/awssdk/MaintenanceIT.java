package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.AnswerPattern;
import io.nodewise.lb.health.Verdict;
import io.nodewise.lb.node.NodeState;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Nodes that say by their health path that they are being taken out of service, and still serve.
 */
class MaintenanceIT extends OnS3Nodes {
  private LoadBalancer cluster;
  private S3Client s3;

  @BeforeEach
  void start() {
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(
                    quickProbes().toBuilder()
                        .on(AnswerPattern.status(412), Verdict.drain("maintenance"))
                        .on(
                            AnswerPattern.status(503)
                                .and(AnswerPattern.bodyContains("DISABLED BY FILE")),
                            Verdict.drain("disabled by file"))
                        .build()));
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    s3 = client(cluster);
  }

  static Stream<Arguments> answers() {
    return Stream.of(
        Arguments.of(412, "", "maintenance"),
        Arguments.of(503, "DISABLED BY FILE", "disabled by file"));
  }

  private void work() throws Exception {
    inParallel(
        4,
        40,
        i -> {
          put(s3, "work" + i, bytes(2000));
          assertThat(get(s3, "work" + i)).isEqualTo(bytes(2000));
        });
  }

  private void awaitState(FaultProxy node, NodeState state) {
    await().atMost(Duration.ofSeconds(10)).until(() -> node(cluster, node).state() == state);
  }

  @ParameterizedTest
  @MethodSource("answers")
  void uploadsUnderWayEndWhereTheyAreAndNothingNewComes(int status, String body, String reason)
      throws Exception {
    try (UploadsUnderWay uploads = new UploadsUnderWay(s3, bucket, nodes)) {
      FaultProxy node = uploads.busiest();
      int had = node.count("PUT");

      node.answerProbes(status, body);

      awaitState(node, NodeState.DRAINING);
      assertThat(node(cluster, node).reason()).contains(reason);
      int seen = node.requests().size();
      assertThat(node(cluster, node).inFlight()).as("uploads under way").isEqualTo(had);
      work();
      uploads.finish();
      uploads.verify();
      work();
      assertThat(node.requests()).as("nothing new").hasSize(seen);
      assertThat(node(cluster, node).inFlight()).isZero();
      assertThat(nodes.count("PUT")).isEqualTo(UploadsUnderWay.count() + 80);
      assertThat(faults(cluster)).isZero();
      assertThat(cluster.snapshot().failovers()).isZero();

      node.forgetFaults();

      awaitState(node, NodeState.UP);
      await()
          .atMost(Duration.ofSeconds(15))
          .until(
              () -> {
                get(s3, "work0");
                return node.requests().size() > seen;
              });
    }
  }

  /** They still serve, and that is better than nothing. */
  @Test
  void allOfThemAtOnce() throws Exception {
    for (FaultProxy node : nodes.all()) {
      node.answerProbes(412, "");
    }
    for (FaultProxy node : nodes.all()) {
      awaitState(node, NodeState.DRAINING);
    }

    work();

    assertThat(faults(cluster)).isZero();
  }
}
