package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.routing.BalancingPolicy;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;

/** Connections that their servers closed while they lay in the pool. */
class StaleConnectionIT extends OnS3Nodes {
  private static final ObjectIdentifier NEW = ObjectIdentifier.builder().key("new").build();

  private LoadBalancer cluster;
  private S3Client s3;
  private final RecordingStrategy strategy = RecordingStrategy.standard();

  private void start(int count) {
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(count))
                .policy(BalancingPolicy.roundRobin())
                .healthCheck(HealthCheck.none()));
    s3 = track(builder(cluster).overrideConfiguration(o -> o.retryStrategy(strategy)));
    put(s3, "k", bytes(1000));
  }

  /** Ten calls at once, and so some connections to each node. */
  private void fillThePool() throws Exception {
    inParallel(10, 80, i -> get(s3, "k"));
  }

  /** As it happens, and no attempt but one for each dead connection. */
  private void nobodyBlamedNothingSpent() {
    assertThat(faults(cluster)).as("faults").isZero();
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.penalty() == 0);
    assertThat(strategy.delays()).as("asked of the user's strategy").isEmpty();
    assertThat(cluster.snapshot().deniedRetries()).isZero();
    assertIdle(cluster);
  }

  record Way(String name, Consumer<FaultProxy> close) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Way> waysToEnd() {
    return Stream.of(
        new Way("keep-alive ended", FaultProxy::closeConnections),
        new Way(
            "restarted",
            proxy -> {
              proxy.kill();
              proxy.pass();
            }));
  }

  @ParameterizedTest
  @MethodSource("waysToEnd")
  void everyConnectionToEveryNode(Way way) throws Exception {
    start(4);
    fillThePool();
    nodes.all().forEach(way.close());

    inParallel(
        10,
        80,
        i -> {
          if (i % 2 == 0) {
            assertThat(get(s3, "k")).isEqualTo(bytes(1000));
          } else {
            put(s3, "k" + i, bytes(3000));
          }
        });
    nobodyBlamedNothingSpent();
  }

  @ParameterizedTest
  @MethodSource("waysToEnd")
  void oneAttemptMoreForEachAndAtTheSameNodeWhereThereIsNoOther(Way way) {
    start(1);
    for (int i = 0; i < 3; i++) {
      long before = cluster.snapshot().attempts();
      nodes.all().forEach(way.close());
      if (i == 0) {
        assertThat(get(s3, "k")).isEqualTo(bytes(1000));
        assertThat(cluster.snapshot().attempts() - before).isEqualTo(2);
        nobodyBlamedNothingSpent();
      } else { // again within seconds: it is served all the same, and now it is the node's doing
        assertThat(get(s3, "k")).isEqualTo(bytes(1000));
        assertThat(faults(cluster)).isEqualTo(i);
      }
    }
  }

  @Test
  void uploadsAndWhatMustNotBeDoneTwice() {
    start(4);
    for (int i = 0; i < 4; i++) {
      get(s3, "k"); // a connection to each node
    }
    nodes.all().forEach(FaultProxy::closeConnections);

    String id = s3.createMultipartUpload(create -> create.bucket(bucket).key("parts")).uploadId();
    assertThat(s3.listMultipartUploads(list -> list.bucket(bucket)).uploads())
        .singleElement()
        .satisfies(upload -> assertThat(upload.uploadId()).isEqualTo(id));
    s3.abortMultipartUpload(abort -> abort.bucket(bucket).key("parts").uploadId(id));
    s3.putObject(
        put -> put.bucket(bucket).key("new").ifNoneMatch("*"), RequestBody.fromBytes(bytes(100)));
    s3.deleteObjects(
        delete -> delete.bucket(bucket).delete(d -> d.objects(List.of(NEW)).quiet(true)));
    nobodyBlamedNothingSpent();
  }

  /** Its bytes are gone with the connection: an error that says so, and no node's fault. */
  @Test
  void bodyThatCanBeReadOnce() {
    start(1);
    nodes.get(0).closeConnections();
    InputStream once =
        new FilterInputStream(new BufferedInputStream(new ByteArrayInputStream(bytes(1000)))) {
          @Override
          public boolean markSupported() {
            return false;
          }
        };

    assertThatException()
        .isThrownBy(
            () ->
                s3.putObject(
                    put -> put.bucket(bucket).key("once"),
                    RequestBody.fromInputStream(once, 1000)));
    assertThat(faults(cluster)).isZero();
    assertIdle(cluster);
  }

  @Test
  void resetOfAFreshConnectionIsTheNodesFault() {
    start(4);
    S3Client fresh = client(cluster);
    nodes.onceAnywhere(Fault.loseReply());

    assertThat(get(fresh, "k")).isEqualTo(bytes(1000));

    assertThat(faults(cluster)).isEqualTo(1);
  }

  @Test
  void resetAfterAWhileIsTheNodesFault() {
    start(1);
    nodes.get(0).next(Fault.delayReply(1200).on("GET"));
    Thread killer =
        new Thread(
            () -> {
              await().until(() -> nodes.count("GET") == 1);
              await().pollDelay(Duration.ofMillis(1100)).until(() -> true);
              nodes.get(0).closeConnections();
            });
    killer.start();

    assertThat(get(s3, "k")).isEqualTo(bytes(1000));

    assertThat(faults(cluster)).isEqualTo(1);
  }

  @Test
  void bodyThatBreaksOffIsTheNodesFault() {
    start(1);
    nodes.get(0).next(Fault.resetReply(500).on("GET"));

    assertThat(get(s3, "k")).isEqualTo(bytes(1000));

    assertThat(faults(cluster)).isEqualTo(1);
  }

  /** It takes connections and resets each request: the excuses end with the pool. */
  @Test
  void nodeThatResetsEverything() throws Exception {
    start(4);
    fillThePool();
    FaultProxy bad = nodes.get(1);
    int before = bad.requests().size();
    bad.always(Fault.resetRequest(10));

    for (int i = 0; i < 200; i++) {
      assertThat(get(s3, "k")).hasSize(1000);
    }

    assertThat(bad.requests().size() - before).isLessThanOrEqualTo(10 + 5 + 2);
    assertThat(node(cluster, bad).state().eligible()).isFalse();
    assertThat(strategy.delays()).isEmpty();
  }

  @Test
  void nodeThatResetsSomeRequestsIsExcusedForAMomentAndCharged() throws Exception {
    start(4);
    fillThePool();
    FaultProxy bad = nodes.get(1);

    int lost = 0;
    for (int i = 0; i < 400 && node(cluster, bad).state().eligible(); i++) {
      if (i % 5 == 0) { // of five the node gets one or two
        bad.next(Fault.loseReply().on("GET"));
        lost++;
      }
      assertThat(get(s3, "k")).hasSize(1000);
    }

    assertThat(node(cluster, bad).state().eligible()).isFalse();
    assertThat(faults(cluster)).isGreaterThanOrEqualTo(lost - 10 - 1);
  }

  /** A node that died of it is found out at once, as by any other fault. */
  @Test
  void nodeIsProbedAtOnce() {
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(2))
                .healthCheck(
                    HealthCheck.s3proxy().toBuilder().interval(Duration.ofMinutes(10)).build()));
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 2)).isTrue();
    s3 = client(cluster);
    put(s3, "k", bytes(10));
    for (int i = 0; i < 10; i++) {
      get(s3, "k");
    }
    nodes.get(0).answerProbes(503, "");
    nodes.all().forEach(FaultProxy::closeConnections);

    for (int i = 0; i < 10; i++) {
      get(s3, "k");
    }

    await().until(() -> !node(cluster, nodes.get(0)).state().eligible());
    assertThat(faults(cluster)).isZero();
  }
}
