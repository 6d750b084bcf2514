package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.health.HealthCheck;
import io.nodewise.lb.retry.Timeouts;
import io.nodewise.lb.routing.BalancingPolicy;
import io.nodewise.lb.routing.InFlightLimits;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Callers who read slowly, or leave what they asked for unread: nobody's fault, in nobody's way.
 */
class SlowReaderIT extends OnS3Nodes {
  private static final int SIZE = 8 << 20;
  private static final int LIMIT = 3;

  private final List<InputStream> open = new ArrayList<>();
  private LoadBalancer cluster;
  private S3Client s3;

  /** One node, on which so many may be in flight. */
  private void start() {
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls(1))
                .healthCheck(quickProbes())
                .timeouts(
                    Timeouts.builder()
                        .suspicion(Duration.ofMillis(300))
                        .firstByte(Duration.ofSeconds(1))
                        .bodyIdle(Duration.ofSeconds(1))
                        .build())
                .limits(
                    InFlightLimits.builder()
                        .perNode(LIMIT)
                        .total(LIMIT)
                        .maxWait(Duration.ZERO)
                        .build()));
    s3 = client(cluster);
    put(s3, "large", bytes(SIZE));
    put(s3, "k", bytes(1000));
  }

  private InputStream open() {
    InputStream body = s3.getObject(get -> get.bucket(bucket).key("large"));
    open.add(body);
    return body;
  }

  private int parked() {
    return node(cluster, nodes.get(0)).parked();
  }

  /** Ten kilobytes a second. */
  private static byte[] readSlowly(InputStream body, Duration time) throws Exception {
    byte[] read = new byte[(int) time.toMillis() * 10];
    for (int from = 0; from < read.length; from += 1000) {
      assertThat(body.readNBytes(read, from, 1000)).isEqualTo(1000);
      TimeUnit.MILLISECONDS.sleep(100); // the reader's own pace, not a wait for a state
    }
    return read;
  }

  private void closeAll() throws IOException {
    for (InputStream body : open) {
      body.close();
    }
    assertIdle(cluster);
    assertThat(faults(cluster)).isZero();
    assertThat(parked()).isZero();
  }

  @Test
  void unreadAnswersLeaveTheirPlaces() throws Exception {
    start();
    for (int i = 0; i < LIMIT; i++) {
      open();
    }
    assertThatExceptionOfType(SdkClientException.class)
        .as("full for the moment")
        .isThrownBy(() -> get(s3, "k"));

    await().until(() -> parked() == LIMIT);
    inParallel(LIMIT, 30, i -> assertThat(get(s3, "k")).hasSize(1000));

    assertThat(cluster.snapshot().inFlight()).as("still in flight").isEqualTo(LIMIT);
    for (InputStream body : open) {
      assertThat(body.readAllBytes()).isEqualTo(bytes(SIZE));
    }
    closeAll();
  }

  @Test
  void readersOfTenKilobytesASecondKeepNobodyOut() throws Exception {
    start();
    for (int i = 0; i < LIMIT - 1; i++) {
      open();
    }
    InputStream slow = open();
    byte[] first = readSlowly(slow, Duration.ofSeconds(2));

    for (int i = 0; i < 20; i++) {
      assertThat(get(s3, "k")).hasSize(1000);
      readSlowly(slow, Duration.ofMillis(100));
    }

    byte[] whole = bytes(SIZE);
    assertThat(first).isEqualTo(Arrays.copyOf(whole, first.length));
    int from = first.length + 20 * 1000;
    assertThat(slow.readAllBytes()).isEqualTo(Arrays.copyOfRange(whole, from, SIZE));
    closeAll();
  }

  /** Of several nodes the one that has them all gets its share. */
  @Test
  void nodeWithParkedAnswersIsNoBusierThanOthers() throws Exception {
    // By what is in flight alone: the default also goes by how fast a node was, when it was busy.
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .policy(BalancingPolicy.powerOfTwoChoices())
                .healthCheck(HealthCheck.none()));
    s3 = client(cluster);
    put(s3, "large", bytes(SIZE));
    put(s3, "k", bytes(1000));
    for (int i = 1; i < 4; i++) {
      cluster.drain(nodes.get(i).id());
    }
    for (int i = 0; i < 10; i++) {
      open();
    }
    for (int i = 1; i < 4; i++) {
      cluster.resume(nodes.get(i).id());
    }
    FaultProxy node = nodes.get(0);
    await().until(() -> parked() == 10);
    int before = node.count("GET");

    inParallel(4, 400, i -> get(s3, "k"));

    assertThat(node.count("GET") - before).isGreaterThan(40);
    closeAll();
  }
}
