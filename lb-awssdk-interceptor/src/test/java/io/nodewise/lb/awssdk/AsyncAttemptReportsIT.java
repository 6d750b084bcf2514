package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.routing.BalancingPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import software.amazon.awssdk.services.s3.S3AsyncClient;

/** What listeners hear of the attempts of an {@code S3AsyncClient}, on real servers. */
class AsyncAttemptReportsIT extends OnAsyncNodes {
  private final AttemptReports reports = new AttemptReports();

  @AfterEach
  void noLocksWereHeld() {
    reports.assertNoLocks();
  }

  private LoadBalancerBuilder observed() {
    return LoadBalancer.builder()
        .nodes(nodes.urls())
        .healthCheck(HealthCheck.none())
        .policy(BalancingPolicy.roundRobin())
        .attemptListener(reports);
  }

  @ParameterizedTest
  @EnumSource
  void calls_that_are_well_and_calls_that_move_on(Http http) {
    AttemptListener nuisance =
        report -> {
          throw new AssertionError("thrown by a test");
        };
    LoadBalancer cluster = track(observed().attemptListener(nuisance));
    S3AsyncClient s3 = client(cluster, http);
    put(s3, "k", bytes(20_000));
    AttemptReport put = reports.last();
    assertThat(put.request().method()).isEqualTo("PUT");
    assertThat(put.request().operation()).isEqualTo("PutObject");
    assertThat(put.request().path()).isEqualTo("/" + bucket + "/k");
    assertThat(put.host()).isEqualTo(cluster.logicalEndpoint().getAuthority());
    assertThat(put.status()).isEqualTo(200);
    assertThat(put.sent()).as("the body as it is sent").isBetween(20_000L, 20_500L);

    assertThat(get(s3, "k")).isEqualTo(bytes(20_000));
    AttemptReport get = reports.last();
    assertThat(get.received()).isEqualTo(20_000);
    assertThat(get.firstByte()).isPositive().isLessThanOrEqualTo(get.took());

    reports.clear();
    nodes.onceAnywhere(Fault.answerInstead(503, Fault.error("SlowDown")).on("GET"));
    assertThat(get(s3, "k")).isEqualTo(bytes(20_000));
    assertThat(reports.all()).extracting(AttemptReport::status).containsExactly(503, 200);
    assertThat(reports.all()).extracting(AttemptReport::number).containsExactly(1, 2);
    assertThat(reports.of(Outcome.Kind.LOAD)).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void a_download_that_goes_on(Http http) {
    S3AsyncClient s3 = client(track(observed()), http);
    put(s3, "big", bytes(1_000_000));
    reports.clear();
    nodes.onceAnywhere(Fault.resetBody(300_000).on("GET"));
    assertThat(get(s3, "big")).isEqualTo(bytes(1_000_000));
    assertThat(reports.all())
        .extracting(AttemptReport::kind)
        .containsExactly(AttemptReport.Kind.REQUEST, AttemptReport.Kind.REST);
    assertThat(reports.last().status()).isEqualTo(206);
    assertThat(reports.of(Outcome.Kind.FAULT)).isEqualTo(1);
    assertThat(reports.all().stream().mapToLong(AttemptReport::received).sum())
        .isEqualTo(1_000_000);
  }
}
