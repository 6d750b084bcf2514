package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.LoadBalancerBuilder;
import io.nodewise.lb.awssdk.nodes.BlackHole;
import io.nodewise.lb.awssdk.nodes.Fault;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.DownloadResume;
import io.nodewise.lb.retry.Timeouts;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Nodes that accept connections and then say nothing. */
class HungNodeIT extends OnS3Nodes {
  private static final int UPLOAD = 8 << 20;
  private static final int THREADS = 8;

  /**
   * Beyond its own time, a call on a node that hangs may take this long: 1 s + probe 1 s + tick.
   */
  private static final long PATIENCE = 3000;

  /** Every setting as it comes. */
  private LoadBalancer defaults() {
    LoadBalancer cluster = track(LoadBalancer.builder().nodes(nodes.urls()));
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    return cluster;
  }

  @Test
  void getsAndUploadsBegunOnAHungNode() throws Exception {
    LoadBalancer cluster = defaults();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1000));
    byte[] upload = bytes(UPLOAD);
    long ownTime = millis(() -> put(s3, "own", upload));
    FaultProxy hung = nodes.get(1);
    hung.hang();

    ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();
    inParallel(
        16,
        16,
        i ->
            times.add(
                millis(
                    () -> {
                      if (i % 2 == 0) {
                        assertThat(get(s3, "k")).hasSize(1000);
                      } else {
                        put(s3, "up" + i, upload);
                      }
                    })));

    long slowest = times.stream().mapToLong(Long::longValue).max().orElseThrow();
    System.out.printf("hung before: slowest call %d ms (upload alone %d ms)%n", slowest, ownTime);
    assertThat(slowest).isBetween(1000L, PATIENCE + 16 * ownTime);
    assertThat(node(cluster, hung).state()).isEqualTo(NodeState.DOWN);
    assertThat(node(cluster, hung).inFlight()).isZero();
    for (int i = 1; i < 16; i += 2) {
      assertThat(get(s3, "up" + i)).isEqualTo(upload);
    }
  }

  @Test
  void nodeThatHangsInTheMiddleOfEverything() throws Exception {
    LoadBalancer cluster = defaults();
    S3Client s3 = client(cluster);
    byte[] upload = bytes(UPLOAD);
    put(s3, "k", upload);
    FaultProxy hung = nodes.get(2);

    ConcurrentLinkedQueue<Long> before = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Long> times = new ConcurrentLinkedQueue<>();
    inParallel(
        THREADS,
        120,
        i -> {
          if (i == 20) {
            hung.hang();
          }
          (i < 12 ? before : times)
              .add(
                  millis(
                      () -> {
                        if (i % 2 == 0) {
                          assertThat(get(s3, "k")).hasSize(UPLOAD);
                        } else {
                          put(s3, "up" + i % 8, upload);
                        }
                      }));
        });

    long slowest = times.stream().mapToLong(Long::longValue).max().orElseThrow();
    long usual = before.stream().mapToLong(Long::longValue).max().orElseThrow();
    System.out.printf("hangs under load: slowest call %d ms (before %d ms)%n", slowest, usual);
    // What was on its way is sent anew, whole, as slowly as the machine does it just now.
    assertThat(slowest).isBetween(1000L, PATIENCE + 1000 + usual);
    // A thread waits for the node once: then it is known, and nobody is sent there any more.
    assertThat(times.stream().filter(millis -> millis > 1000 + 2 * usual).count())
        .as("calls that waited")
        .isLessThanOrEqualTo(THREADS);
    assertThat(node(cluster, hung).state()).isEqualTo(NodeState.DOWN);
    assertThat(node(cluster, hung).faults()).isBetween(1L, (long) THREADS);
    assertThat(faults(cluster)).as("of the others").isEqualTo(node(cluster, hung).faults());

    hung.pass();

    await().atMost(Duration.ofSeconds(15)).until(() -> node(cluster, hung).state() == NodeState.UP);
  }

  @Test
  void oneOfFourAliveTwoHungOneDead() {
    LoadBalancer cluster = defaults();
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1000));
    nodes.get(0).hang();
    nodes.get(1).hang();
    nodes.get(2).kill();

    long slowest = 0;
    for (int i = 0; i < 100; i++) {
      int n = i;
      slowest =
          Math.max(
              slowest,
              millis(
                  () -> {
                    if (n % 3 == 0) {
                      put(s3, "k" + n, bytes(100));
                    } else {
                      assertThat(get(s3, "k")).hasSize(1000);
                    }
                  }));
    }

    System.out.printf("1 of 4 alive: slowest call %d ms%n", slowest);
    // Two hung nodes one after the other, each left after 2 s, or 3 where the first witness asked
    // is
    // not the one alive.
    assertThat(slowest).isLessThan(2 * PATIENCE + 1000);
    assertThat(cluster.snapshot().eligible()).isEqualTo(1);
  }

  // The clocks, for nodes that go on answering their probes.

  private LoadBalancer impatient(Timeouts timeouts) {
    return track(
        LoadBalancer.builder().nodes(nodes.urls(2)).healthCheck(quickProbes()).timeouts(timeouts));
  }

  private static Timeouts.Builder shortTimes() {
    return Timeouts.builder().suspicion(Duration.ofMillis(300));
  }

  @Test
  void answerThatDoesNotBegin() {
    LoadBalancer cluster = impatient(shortTimes().firstByte(Duration.ofMillis(900)).build());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1000));
    nodes.onceAnywhere(Fault.delayReply(60_000).on("GET"));

    assertThat(millis(() -> get(s3, "k"))).isBetween(800L, 2000L);
    assertThat(faults(cluster)).isEqualTo(1);
    assertThat(cluster.snapshot().eligible()).isEqualTo(2);
  }

  @Test
  void bodyThatStopsComing() throws Exception {
    LoadBalancer cluster = impatient(shortTimes().bodyIdle(Duration.ofMillis(900)).build());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1 << 20));
    nodes.onceAnywhere(Fault.stallReply(300_000).on("GET"));

    assertThat(millis(() -> get(s3, "k"))).isBetween(800L, 2000L);
    assertThat(faults(cluster)).isEqualTo(1);

    nodes.onceAnywhere(Fault.stallReply(300_000).on("GET"));
    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      assertThat(body.readAllBytes()).isEqualTo(bytes(1 << 20));
    }
    assertThat(faults(cluster)).isEqualTo(2);
    assertIdle(cluster);
  }

  @Test
  void bodyThatStopsComingAndIsNotGoneOnWith() throws Exception {
    LoadBalancer cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(quickProbes())
                .timeouts(shortTimes().bodyIdle(Duration.ofMillis(900)).build())
                .downloadResume(DownloadResume.off()));
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(1 << 20));
    nodes.onceAnywhere(Fault.stallReply(300_000).on("GET"));

    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      assertThatIOException()
          .isThrownBy(body::readAllBytes)
          .withMessageContaining("node 127.0.0.1:")
          .withMessageContaining("sent no byte of the body for 900 ms");
    }
    assertIdle(cluster);
  }

  /** A reader that takes his time is nobody's fault. */
  @Test
  void slowReaderOfAHealthyNode() throws Exception {
    LoadBalancer cluster = impatient(shortTimes().bodyIdle(Duration.ofMillis(400)).build());
    S3Client s3 = client(cluster);
    put(s3, "k", bytes(4 << 20));

    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      body.readNBytes(1000);
      Thread.sleep(1500); // the reader's own time, not a wait for a state
      assertThat(body.readAllBytes()).hasSize((4 << 20) - 1000);
    }
    assertThat(faults(cluster)).isZero();
  }

  @Test
  void uploadThatIsNotTaken() {
    LoadBalancer cluster = impatient(shortTimes().sendStall(Duration.ofMillis(900)).build());
    S3Client s3 = client(cluster);
    nodes.onceAnywhere(Fault.stallRequest(100_000).on("PUT"));

    assertThat(millis(() -> put(s3, "k", bytes(16 << 20)))).isBetween(800L, 8000L);

    assertThat(faults(cluster)).isEqualTo(1);
    assertThat(get(s3, "k")).hasSize(16 << 20);
  }

  /** A slow source of an upload must not look like a slow node. */
  @Test
  void slowUploaderToAHealthyNode() {
    LoadBalancer cluster =
        impatient(
            shortTimes()
                .sendStall(Duration.ofMillis(400))
                .firstByte(Duration.ofMillis(400))
                .build());
    S3Client s3 = client(cluster);

    s3.putObject(
        put -> put.bucket(bucket).key("k"),
        RequestBody.fromContentProvider(
            () -> new SlowStream(bytes(3000), 500), 3000, "application/octet-stream"));

    assertThat(faults(cluster)).isZero();
    assertThat(get(s3, "k")).isEqualTo(bytes(3000));
  }

  @Test
  void connectionThatDoesNotOpen() throws Exception {
    try (BlackHole hole = new BlackHole()) {
      LoadBalancerBuilder builder =
          LoadBalancer.builder()
              .nodes(hole.url(), nodes.get(1).url())
              .healthCheck(HealthCheck.none())
              .logicalEndpoint(URI.create(nodes.get(0).url()))
              .timeouts(Timeouts.builder().connect(Duration.ofMillis(500)).build());
      LoadBalancer cluster = track(builder);
      S3Client s3 = client(cluster);

      for (int i = 0; cluster.snapshot().failovers() == 0; i++) {
        assertThat(i).isLessThan(50);
        assertThat(millis(() -> put(s3, "k", bytes(1000)))).isLessThan(1500);
      }
      assertThat(get(s3, "k")).hasSize(1000);
    }
  }
}
