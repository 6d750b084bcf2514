package io.nodewise.lb.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nodewise.lb.awssdk.nodes.Answer;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.awssdk.nodes.S3Nodes;
import io.nodewise.lb.contract.ContractClient.Shape;
import io.nodewise.lb.node.HostHeader;
import io.nodewise.lb.node.NodeState;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/**
 * An object that was stored in parts, read by part number: what a transfer manager and {@code
 * S3AsyncClient} do with {@code multipartEnabled(true)}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PartDownloadIT {
  private static final int PARTS = 8;
  private static final byte[] CONTENT =
      Content.of((PARTS - 1) * ContractClient.PART + 1000); // the last one is small

  private final NettyLoops loops = new NettyLoops();
  private final S3Nodes nodes = S3Nodes.shared();
  private final List<PartNumbers> parts = new ArrayList<>();
  private Cluster cluster;
  private TransferClient client;

  @BeforeEach
  void start() throws Exception {
    nodes.renew();
    cluster = new Cluster(nodes, HostHeader.LOGICAL);
    assertThat(cluster.balancer.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    client = TransferClient.over(loops.http(), cluster, Bucket.create());
    for (FaultProxy node : nodes.all()) {
      PartNumbers answers = new PartNumbers(node.targetUrl());
      parts.add(answers);
      node.answer(answers);
    }
    client.put(Shape.FILE, "parts", CONTENT);
  }

  @AfterEach
  void nothingIsLeft() {
    try {
      assertThat(cluster.balancer.snapshot().inFlight()).isZero();
    } finally {
      client.close();
      cluster.close();
      nodes.renew();
      parts.forEach(PartNumbers::close);
      parts.clear();
    }
    await("connections are closed")
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(cluster.connections()).isZero());
  }

  @AfterAll
  void closeLoops() {
    loops.close();
  }

  private static Stream<Integer> partsAskedOf(FaultProxy node) {
    return node.requests().stream().map(PartNumbers::of).filter(number -> number > 0);
  }

  @Test
  void partsComeFromEveryNode() throws Exception {
    assertThat(client.getByParts("parts")).isEqualTo(CONTENT);

    assertThat(nodes.all().stream().flatMap(PartDownloadIT::partsAskedOf))
        .containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(1, PARTS).boxed().toList());
    assertThat(nodes.all()).allMatch(node -> partsAskedOf(node).findAny().isPresent());
    assertThat(cluster.faults()).as("%s", cluster).isZero();
  }

  /** In the middle of the first whole part that is asked of any. */
  @Test
  void nodeIsKilledInTheMiddleOfAPart() throws Exception {
    AtomicReference<FaultProxy> victim = new AtomicReference<>();
    for (int i = 0; i < parts.size(); i++) {
      FaultProxy node = nodes.get(i);
      PartNumbers answers = parts.get(i);
      node.answer(
          request -> {
            Answer answer = answers.apply(request);
            boolean isWhole = answer != null && PartNumbers.of(request) < PARTS;
            return isWhole && victim.compareAndSet(null, node)
                ? new Answer(answer.head(), new KilledHalfWay(answer.body(), node))
                : answer;
          });
    }

    assertThat(client.getByParts("parts")).isEqualTo(CONTENT);

    assertThat(cluster.balancer.snapshot().resumes()).as("went on with the rest").isPositive();
    await("down").until(() -> cluster.state(victim.get()) == NodeState.DOWN);
  }

  /** A body whose node dies at half a part. */
  private static final class KilledHalfWay extends FilterInputStream {
    private final FaultProxy node;
    private int left = ContractClient.PART / 2;

    KilledHalfWay(InputStream body, FaultProxy node) {
      super(body);
      this.node = node;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
      if (left <= 0) {
        node.kill();
      }
      int n = super.read(buffer, offset, count);
      left -= n;
      return n;
    }
  }
}
