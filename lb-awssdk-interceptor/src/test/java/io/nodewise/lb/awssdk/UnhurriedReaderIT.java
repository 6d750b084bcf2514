package io.nodewise.lb.awssdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.nodewise.lb.LoadBalancer;
import io.nodewise.lb.awssdk.nodes.FaultProxy;
import io.nodewise.lb.node.NodeState;
import io.nodewise.lb.retry.Timeouts;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;

/** A caller who takes his time with the answer is nobody's fault. Sleeps are his own. */
class UnhurriedReaderIT extends OnS3Nodes {
  /** More than lies in the buffers between node and reader. */
  private static final byte[] CONTENT = bytes(16 << 20);

  private static final int PIECE = 1000;
  private static final int PIECES = 30;

  private LoadBalancer cluster;
  private S3Client s3;

  /** All clocks are far shorter than what the reader takes. */
  private void start() {
    cluster =
        track(
            LoadBalancer.builder()
                .nodes(nodes.urls())
                .healthCheck(quickProbes())
                .timeouts(
                    Timeouts.builder()
                        .suspicion(Duration.ofMillis(150))
                        .firstByte(Duration.ofMillis(1500))
                        .bodyIdle(Duration.ofMillis(600))
                        .build()));
    assertThat(cluster.awaitReady(Duration.ofSeconds(10), 4)).isTrue();
    s3 = client(cluster);
    put(MatrixCell.DIRECT, "k", CONTENT);
  }

  private void nobodyIsBlamed() {
    assertThat(nodes.count("GET")).isEqualTo(1);
    assertThat(faults(cluster)).isZero();
    assertThat(cluster.snapshot().resumes()).isZero();
    assertThat(cluster.snapshot().nodes()).allMatch(node -> node.state() == NodeState.UP);
    assertIdle(cluster);
  }

  private static void takeTime(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void ten_kilobytes_a_second() throws Exception {
    start();

    ByteArrayOutputStream got = new ByteArrayOutputStream();
    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      for (int i = 0; i < PIECES; i++) {
        got.write(body.readNBytes(PIECE));
        takeTime(100);
      }
      body.transferTo(got);
    }

    assertThat(got.toByteArray()).isEqualTo(CONTENT);
    nobodyIsBlamed();
  }

  @Test
  void parked_for_many_times_the_clocks() throws Exception {
    start();

    ByteArrayOutputStream got = new ByteArrayOutputStream();
    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      takeTime(1500);
      got.write(body.readNBytes(PIECE));
      takeTime(3000);
      body.transferTo(got);
    }

    assertThat(got.toByteArray()).isEqualTo(CONTENT);
    nobodyIsBlamed();
  }

  @Test
  void a_sink_that_takes_its_time() {
    start();

    ByteArrayOutputStream got = new ByteArrayOutputStream();
    OutputStream slow =
        new OutputStream() {
          private int writes;

          @Override
          public void write(int one) {
            got.write(one);
          }

          @Override
          public void write(byte[] bytes, int offset, int count) {
            got.write(bytes, offset, count);
            if (++writes % 400 == 0) {
              takeTime(800);
            }
          }
        };
    s3.getObject(get -> get.bucket(bucket).key("k"), ResponseTransformer.toOutputStream(slow));

    assertThat(got.toByteArray()).isEqualTo(CONTENT);
    nobodyIsBlamed();
  }

  /** He is not to blame for what happens to the node meanwhile, either. */
  @Test
  void parked_while_the_node_dies() throws Exception {
    start();

    ByteArrayOutputStream got = new ByteArrayOutputStream();
    try (InputStream body = s3.getObject(get -> get.bucket(bucket).key("k"))) {
      got.write(body.readNBytes(PIECE));
      nodes.all().stream().filter(node -> node.count("GET") > 0).forEach(FaultProxy::kill);
      takeTime(1500);
      body.transferTo(got);
    }

    assertThat(got.toByteArray()).isEqualTo(CONTENT);
    assertThat(cluster.snapshot().resumes()).isEqualTo(1);
    assertIdle(cluster);
  }
}
