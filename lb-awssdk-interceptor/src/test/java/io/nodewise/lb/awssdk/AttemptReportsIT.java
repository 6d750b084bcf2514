package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.Outcome;
import io.nodewise.lb.observe.AttemptListener;
import io.nodewise.lb.observe.AttemptReport;
import io.nodewise.lb.observe.RequestDescription;
import io.nodewise.lb.retry.Hedging;
import io.nodewise.lb.routing.BalancingPolicy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** What listeners hear of the attempts of an {@code S3Client}, on real servers. */
class AttemptReportsIT extends OnS3Nodes {
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

  @Test
  void calls_that_are_well() {
    LoadBalancer cluster = track(observed());
    S3Client s3 = client(cluster);
    put(s3, "some key", bytes(20_000));
    AttemptReport put = reports.last();
    assertThat(put.request())
        .isEqualTo(
            new RequestDescription(
                "PUT",
                "PutObject",
                cluster.logicalEndpoint().getAuthority(),
                "/" + bucket + "/some%20key"));
    assertThat(put.read()).isFalse();
    assertThat(put.status()).isEqualTo(200);
    assertThat(put.sent()).as("the body as it is sent").isBetween(20_000L, 20_500L);
    assertThat(put.received()).isZero();
    assertThat(put.outcome()).isEqualTo(Outcome.success());

    assertThat(get(s3, "some key")).isEqualTo(bytes(20_000));
    AttemptReport get = reports.last();
    assertThat(get.request().operation()).isEqualTo("GetObject");
    assertThat(get.request().method()).isEqualTo("GET");
    assertThat(get.read()).isTrue();
    assertThat(get.sent()).isZero();
    assertThat(get.received()).isEqualTo(20_000);
    assertThat(get.firstByte()).isPositive().isLessThanOrEqualTo(get.took());

    s3.listObjectsV2(list -> list.bucket(bucket).prefix("secret"));
    assertThat(reports.last().request().path()).as("without the query").isEqualTo("/" + bucket);
    assertThatExceptionOfType(NoSuchKeyException.class).isThrownBy(() -> get(s3, "missing"));
    assertThat(reports.last().status()).isEqualTo(404);
    assertThat(reports.last().outcome()).isEqualTo(Outcome.success());
    assertThat(reports.all()).hasSize(4).extracting(AttemptReport::number).containsOnly(1);
  }

  @Test
  void calls_that_move_on_say_why() {
    FaultProxy dead = nodes.get(1);
    dead.kill();
    S3Client s3 = client(track(observed()));
    put(s3, "k", bytes(1000));
    for (int i = 0; i < 4; i++) {
      get(s3, "k");
    }
    assertThat(reports.all()).hasSize(6);
    AttemptReport refused =
        reports.all().stream().filter(report -> !isWell(report)).findFirst().orElseThrow();
    assertThat(refused.node().id()).isEqualTo(dead.id());
    assertThat(refused.outcome().kind()).isEqualTo(Outcome.Kind.UNREACHABLE);
    assertThat(refused.status()).isZero();
    assertThat(refused.firstByte()).isNull();
    int next = reports.all().indexOf(refused) + 1;
    assertThat(reports.all().get(next).number()).isEqualTo(2);

    reports.clear();
    nodes.onceAnywhere(Fault.answerInstead(503, Fault.error("SlowDown")).on("GET"));
    get(s3, "k");
    assertThat(reports.all()).extracting(AttemptReport::status).containsExactly(503, 200);
    assertThat(reports.all()).extracting(AttemptReport::number).containsExactly(1, 2);
    assertThat(reports.all().get(0).received()).as("its document").isPositive();
    assertThat(reports.of(Outcome.Kind.LOAD)).isEqualTo(1);
  }

  private static boolean isWell(AttemptReport report) {
    return report.outcome().kind() == Outcome.Kind.SUCCESS;
  }

  @Test
  void a_download_that_goes_on() {
    S3Client s3 = client(track(observed()));
    put(s3, "big", bytes(1_000_000));
    reports.clear();
    nodes.onceAnywhere(Fault.resetBody(300_000).on("GET"));
    assertThat(get(s3, "big")).isEqualTo(bytes(1_000_000));
    assertThat(reports.all()).hasSize(2);
    AttemptReport rest = reports.all().get(1);
    assertThat(rest.kind()).isEqualTo(AttemptReport.Kind.REST);
    assertThat(rest.status()).isEqualTo(206);
    assertThat(reports.of(Outcome.Kind.FAULT)).isEqualTo(1);
    assertThat(reports.all().get(0).received() + rest.received()).isEqualTo(1_000_000);
  }

  @Test
  void hedges() {
    Hedging often =
        Hedging.builder()
            .share(0.5)
            .leastDelay(Duration.ofMillis(40))
            .leastSamples(10)
            .burst(1000)
            .build();
    LoadBalancer cluster = track(observed().hedging(often));
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1000));
    for (int i = 0; i < 4000 && cluster.snapshot().hedges().delay().isZero(); i++) {
      get(s3, "k");
    }
    nodes.get(2).always(Fault.delayReply(3000));
    reports.clear();
    for (int i = 0; i < 1000 && reports.of(AttemptReport.Kind.HEDGE) < 3; i++) {
      get(s3, "k");
    }
    assertThat(reports.of(AttemptReport.Kind.HEDGE)).isGreaterThanOrEqualTo(3);
    assertThat(reports.all())
        .filteredOn(report -> report.kind() == AttemptReport.Kind.HEDGE && isWell(report))
        .isNotEmpty()
        .allMatch(report -> report.status() == 200 && report.received() == 1000);
    assertThat(reports.all())
        .filteredOn(report -> report.node().id().equals(nodes.get(2).id()))
        .isNotEmpty()
        .allMatch(report -> report.outcome().reason().equals("another node answered first"))
        .allMatch(report -> report.status() == 0);
  }

  @Test
  void where_nodes_are_signed_for_they_are_what_is_named() {
    S3Client s3 = client(track(observed().hostHeader(HostHeader.NODE)));
    put(s3, "k", bytes(10));
    assertThat(reports.last().host()).isEqualTo(reports.last().node().authority());
  }

  @Test
  void a_listener_that_throws_or_asks_on_breaks_no_call() {
    AtomicReference<S3Client> client = new AtomicReference<>();
    AtomicInteger calls = new AtomicInteger();
    AttemptListener nuisance =
        report -> {
          if (calls.getAndIncrement() == 3) {
            get(client.get(), "k"); // another call, in the midst of this one
          }
          throw new AssertionError("thrown by a test");
        };
    LoadBalancer cluster = track(observed().attemptListener(nuisance));
    S3Client s3 = client(cluster);
    client.set(s3);
    nodes.get(0).kill();
    put(s3, "k", bytes(50_000));
    for (int i = 0; i < 8; i++) {
      assertThat(get(s3, "k")).isEqualTo(bytes(50_000));
    }
    assertThat(calls).hasValue(reports.all().size());
    assertThat(reports.all()).hasSize(1 + 8 + 1 + 1);
    assertThat(cluster.snapshot().attempts()).isEqualTo(reports.all().size());
  }

  @Test
  void whoever_gives_up_is_not_the_nodes_fault() throws Exception {
    S3Client s3 = client(track(observed()));
    put(s3, "k", bytes(1_000_000));
    reports.clear();
    try (var stream = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      assertThat(stream.readNBytes(1000)).hasSize(1000);
      stream.abort();
    }
    assertThat(reports.all()).hasSize(1);
    assertThat(reports.last().status()).isEqualTo(200);
    assertThat(reports.last().outcome().kind()).isEqualTo(Outcome.Kind.CANCELLED);
  }
}
